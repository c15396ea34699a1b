"""What a person says of a line holds whatever the rule finds, and two people hear of each other."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.audit import list_audit
from inventory_core.planning.demand_words import (
    MOST_LINES,
    MOST_NOTE,
    NewWord,
    Word,
    take_back_words,
)
from inventory_core.vocabulary import PersonId, Role, WarehouseId
from inventory_core.vocabulary_planning import DemandWord, DemandWordReason
from tests.people import joined
from tests.planning.lamps import (
    AGAIN,
    ONE_OFF,
    ORDINARY,
    OTHER,
    PROJECT,
    RULE,
    bulk,
    lamp_seller,
    line,
    say,
    standing,
)
from tests.planning.seller import Seller


@pytest.fixture
def seller(database: Database) -> Seller:
    return lamp_seller(database)


def test_a_word_holds_over_the_rule_both_ways_and_is_taken_back(seller: Seller) -> None:
    large, small = line(seller, 80), line(seller, 7)
    assert bulk(seller) == 80
    [kept] = say(seller, NewWord(large, ORDINARY, AGAIN), key="a")
    assert bulk(seller) == 0
    [out] = say(seller, NewWord(small, ONE_OFF, PROJECT), key="b")
    assert bulk(seller) == 7
    for key, one in (("c", kept), ("d", out)):
        seller.database.write(
            lambda tx, key=key, one=one: take_back_words(tx, SYSTEM, [one.id], key=key)
        )
    assert bulk(seller) == 80
    assert [standing(seller, one).word for one in (large, small)] == [RULE, RULE]
    assert len(seller.rows("SELECT FROM demand_word")) == 4


def test_what_is_taken_back_is_the_word_that_stood_before(seller: Seller) -> None:
    large = line(seller, 80)
    [first] = say(seller, NewWord(large, ORDINARY, OTHER, "fair in May"), key="a")
    [second] = say(seller, NewWord(large, ONE_OFF, PROJECT, seen_id=first.id), key="b")
    [back] = seller.database.write(lambda tx: take_back_words(tx, SYSTEM, [second.id], key="c"))
    assert (back.word, back.reason, back.note) == (ORDINARY, OTHER, "fair in May")
    assert bulk(seller) == 0
    with pytest.raises(Conflict, match="demand_word_changed_meanwhile"):
        seller.database.write(lambda tx: take_back_words(tx, SYSTEM, [first.id], key="d"))


def test_the_same_click_twice_says_it_once_and_another_request_is_refused(seller: Seller) -> None:
    large = line(seller, 80)
    first = say(seller, NewWord(large, ORDINARY, AGAIN), key="click")
    assert say(seller, NewWord(large, ORDINARY, AGAIN), key="click") == first
    with pytest.raises(Conflict, match="key_reused"):
        say(seller, NewWord(large, ONE_OFF, PROJECT), key="click")
    assert say(seller, NewWord(large, ORDINARY, AGAIN), key="other") == first, "it stands already"
    assert len(seller.rows("SELECT FROM demand_word")) == 1
    with seller.database.reading() as conn:
        entries = list_audit(conn, subject=("sku", seller.skus["LAMP"]))
    assert [one.act for one in entries if "word" in one.act] == ["demand_word_said"]


def test_of_two_people_at_the_same_moment_one_hears_of_the_other(seller: Seller) -> None:
    large, barrier = line(seller, 80), Barrier(2)

    def one(asked: tuple[str, DemandWord, DemandWordReason]) -> str:
        key, word, reason = asked
        try:
            barrier.wait(timeout=30)
            say(seller, NewWord(large, word, reason), key=key)
        except Conflict as conflict:
            return conflict.code
        return "said"

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(one, (("a", ORDINARY, AGAIN), ("b", ONE_OFF, PROJECT))))
    assert sorted(answers) == ["demand_word_changed_meanwhile", "said"]
    assert standing(seller, large).word is (ORDINARY, ONE_OFF)[answers.index("said")]
    assert bulk(seller) == (0, 80)[answers.index("said")]


def test_of_one_key_from_two_windows_at_once_one_word_comes(seller: Seller) -> None:
    large, barrier = line(seller, 80), Barrier(2)

    def one(_: int) -> list[Word]:
        barrier.wait(timeout=30)
        return say(seller, NewWord(large, ORDINARY, AGAIN), key="same")

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(one, range(2))
    assert first == second
    assert len(seller.rows("SELECT FROM demand_word")) == 1


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewWord(1, ORDINARY, PROJECT), "demand_word_reason_unfit"),
        (NewWord(1, ONE_OFF, AGAIN), "demand_word_reason_unfit"),
        (NewWord(1, ONE_OFF), "demand_word_reason_unfit"),
        (NewWord(1, RULE, AGAIN), "demand_word_reason_unfit"),
        (NewWord(1, ONE_OFF, OTHER, " "), "demand_word_needs_a_note"),
        (NewWord(1, ONE_OFF, PROJECT, "x" * (MOST_NOTE + 1)), "name_too_long"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(
    seller: Seller, new: NewWord, code: str
) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        say(seller, new)
    assert refused.value.params["field"] in ("reason", "note")
    assert seller.rows("SELECT FROM demand_word") == []


def test_lines_that_are_none_are_refused_and_of_many_all_or_none_is_said(seller: Seller) -> None:
    large = NewWord(line(seller, 80), ORDINARY, AGAIN)
    seller.run("UPDATE sales_line SET summed = true WHERE quantity = 7")
    for new, kind, code in (
        (NewWord(10**9, ONE_OFF, PROJECT), NotFound, "demand_line_unknown"),
        (NewWord(-(10**9), ONE_OFF, PROJECT), NotFound, "demand_line_unknown"),
        (NewWord(line(seller, 7), ONE_OFF, PROJECT), Refused, "demand_word_on_a_sum"),
    ):
        with pytest.raises(kind, match=code):
            say(seller, large, new)
    for words in ((), (large, large), (large,) * (MOST_LINES + 1)):
        with pytest.raises(Invalid, match="demand_word_line"):
            say(seller, *words)
    assert seller.rows("SELECT FROM demand_word") == []


def test_who_may_not_plan_or_only_elsewhere_says_nothing(seller: Seller) -> None:
    reader = seller.database.write(lambda tx: joined(tx, "reader", [Role.READER]))
    elsewhere = Actor(
        PersonId(0), "UK", frozenset({Role.BUYER}), frozenset({WarehouseId(seller.uk)})
    )
    for actor, code in ((reader, "permission_missing"), (elsewhere, "warehouse_out_of_scope")):
        with pytest.raises(Forbidden, match=code):
            say(seller, NewWord(line(seller, 80), ORDINARY, AGAIN), actor=actor)
    seller.run("UPDATE sales_line SET warehouse_id = NULL WHERE quantity = 80")
    with pytest.raises(Forbidden, match="demand_word_of_every_warehouse"):
        say(seller, NewWord(line(seller, 80), ORDINARY, AGAIN), actor=elsewhere)
    assert seller.rows("SELECT FROM demand_word") == []


@pytest.mark.parametrize(
    ("columns", "values", "constraint"),
    [
        ("sales_line_id, word, reason", "5, 'one_off', 'comes_again'", "reason_of_its_word"),
        ("sales_line_id, word", "5, 'one_off'", "reason_of_its_word"),
        ("sales_line_id, word, reason", "5, 'one_off', 'other'", "other_needs_a_note"),
        ("sales_line_id, word", "5, 'rule'", "taken_back_after_a_word"),
        ("sales_line_id, word, reason", "-5, 'one_off', 'project'", "sales_line_positive"),
        ("sales_line_id, order_line_id, word, reason", "5, 5, 'one_off', 'project'", "one_line"),
        ("sales_line_id, word, reason, after_id", "6, 'one_off', 'project', 2", "fk_demand_word"),
        ("sales_line_id, word, reason", "4, 'one_off', 'project'", "uq_demand_word_first"),
        ("sales_line_id, word, reason, after_id", "4, 'one_off', 'project', 1", "after_id"),
    ],
)
def test_the_database_refuses_what_the_command_never_writes(
    seller: Seller, columns: str, values: str, constraint: str
) -> None:
    """Of line 4 there are two words already, 1 and 2."""
    write = "INSERT INTO demand_word (key, said_by_id, {}) VALUES ('{}', 0, {})"
    for statement in (
        write.format("sales_line_id, word, reason", "a", "4, 'ordinary', 'comes_again'"),
        write.format("sales_line_id, word, after_id", "b", "4, 'rule', 1"),
    ):
        seller.run(statement)
    with pytest.raises(IntegrityError, match=constraint):
        seller.run(write.format(columns, "c", values))


def test_what_was_said_cannot_be_unsaid(seller: Seller, owner_database: Database) -> None:
    say(seller, NewWord(line(seller, 80), ORDINARY, AGAIN))
    for statement in ("UPDATE demand_word SET note = 'x'", "DELETE FROM demand_word"):
        for door in (seller.database, owner_database):
            with pytest.raises(DBAPIError), door.writing() as tx:
                tx.execute(text(statement))
    assert bulk(seller) == 0
