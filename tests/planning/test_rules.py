"""Rules by hand: what is possible, who may, and that two who change one hear of each other."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.audit import list_audit
from inventory_core.planning.rules import (
    ReplenishRule,
    replenish_rules,
    rules_of,
    set_replenish_rules,
)
from inventory_core.vocabulary import PersonId, Role, WarehouseId
from tests.people import joined
from tests.planning.seller import Seller, make_seller


@pytest.fixture
def seller(database: Database) -> Seller:
    return make_seller(database)


def a_rule(seller: Seller, **parts: Any) -> ReplenishRule:
    return ReplenishRule(seller.skus["LAMP"], parts.pop("warehouse", seller.us), **parts)


def standing(seller: Seller) -> dict[tuple[int, int], ReplenishRule]:
    with seller.database.reading() as conn:
        return replenish_rules(conn)


def put(seller: Seller, *rules: ReplenishRule, actor: Actor = SYSTEM, **options: Any) -> int:
    return seller.database.write(lambda tx: set_replenish_rules(tx, actor, rules, **options))


def test_who_set_what_when_and_why_is_known_and_told(seller: Seller) -> None:
    buyer = seller.database.write(lambda tx: joined(tx, "Lin", [Role.BUYER]))
    level = Decimal("0.98")
    assert put(seller, a_rule(seller, minimum=1, service_level=level, reason="fair"), actor=buyer)
    with seller.database.reading() as conn:
        known = rules_of(conn, seller.skus["LAMP"])[seller.us]
        assert (known.set_by, known.rule.reason) == ("Lin", "fair")
        assert known.rule.parts_set == ("minimum", "service_level")
        told = list_audit(conn, subject=("sku", seller.skus["LAMP"]), limit=1)[0]
    assert (told.act, told.person_name) == ("replenish_rule_set", "Lin")
    assert told.details["minimum"] == {"from": None, "to": 1}
    # An empty field is the company's own; a rule of which nothing is left is none.
    put(seller, a_rule(seller, minimum=1), actor=buyer)
    assert standing(seller)[a_rule(seller).pair].service_level is None
    put(seller, a_rule(seller), actor=buyer)
    assert standing(seller) == {}
    with seller.database.reading() as conn:
        told = list_audit(conn, subject=("sku", seller.skus["LAMP"]), limit=1)[0]
    assert (told.act, told.details["minimum"]) == (
        "replenish_rule_dropped",
        {"from": 1, "to": None},
    )


@pytest.mark.parametrize(
    ("parts", "field", "code"),
    [
        ({"minimum": -1}, "minimum", "rule_minimum_out_of_range"),
        ({"maximum": 10_000_001}, "maximum", "rule_maximum_out_of_range"),
        ({"minimum": 50, "maximum": 49}, "maximum", "rule_maximum_below_minimum"),
        ({"service_level": Decimal("0.49")}, "service_level", "rule_level_out_of_range"),
        ({"service_level": Decimal("0.9991")}, "service_level", "rule_level_out_of_range"),
        ({"review_days": 0}, "review_days", "rule_review_out_of_range"),
        ({"review_days": 366}, "review_days", "rule_review_out_of_range"),
        ({"minimum": 1, "reason": "x" * 201}, "reason", "rule_reason_too_long"),
    ],
)
def test_the_impossible_is_refused_by_the_name_of_its_field_and_by_the_table(
    seller: Seller, parts: dict[str, Any], field: str, code: str
) -> None:
    fine = a_rule(seller, warehouse=seller.uk, minimum=5)
    with pytest.raises(Invalid) as refused:
        put(seller, fine, a_rule(seller, **parts))
    assert (refused.value.code, refused.value.params["field"]) == (code, field)
    assert refused.value.params["row"] == 2
    assert standing(seller) == {}, "all or none"
    if field != "reason":
        columns = ", ".join(parts)
        with pytest.raises(IntegrityError), seller.database.writing() as tx:
            tx.execute(
                text(
                    f"INSERT INTO replenish_rule (sku_id, warehouse_id, {columns})"
                    f" VALUES (:sku, :us, {', '.join(f':{name}' for name in parts)})"
                ),
                {"sku": seller.skus["LAMP"], "us": seller.us, **parts},
            )


def test_the_edges_are_possible(seller: Seller) -> None:
    edges = a_rule(seller, minimum=0, maximum=0, service_level=Decimal("0.999"), review_days=365)
    assert put(seller, edges) == 1
    assert put(seller, a_rule(seller, service_level=Decimal("0.5"), review_days=1)) == 1
    assert put(seller, a_rule(seller, buying=False)) == 1
    assert standing(seller)[edges.pair] == a_rule(seller, buying=False)


def test_only_who_orders_for_a_site_sets_its_rules(seller: Seller) -> None:
    rule = a_rule(seller, minimum=5)
    for role in (Role.WAREHOUSE, Role.ANALYST, Role.READER):
        with pytest.raises(Forbidden):
            put(seller, rule, actor=Actor(PersonId(0), role.value, frozenset({role})))
    own = Actor(
        PersonId(0), "uk", frozenset({Role.BUYER}), warehouses=frozenset({WarehouseId(seller.uk)})
    )
    with pytest.raises(Forbidden, match="warehouse_out_of_scope"):
        put(seller, a_rule(seller, warehouse=seller.uk, minimum=5), rule, actor=own)
    assert standing(seller) == {}
    with pytest.raises(NotFound):
        put(seller, ReplenishRule(999_999, seller.us, minimum=5))


def test_whoever_changes_a_rule_changes_what_they_saw(seller: Seller) -> None:
    first, second = a_rule(seller, minimum=40), a_rule(seller, minimum=70)
    assert put(seller, first, seen={}) == 1
    with pytest.raises(Conflict, match="rule_changed_meanwhile"):
        put(seller, second, seen={})
    # Set, taken back and set anew by another: whoever saw the first one did not see this.
    put(seller, a_rule(seller), seen={first.pair: first})
    put(seller, a_rule(seller, minimum=55))
    with pytest.raises(Conflict, match="rule_changed_meanwhile"):
        put(seller, second, seen={first.pair: first})
    # The same click twice, and two who mean the same, have nothing to quarrel about.
    assert put(seller, a_rule(seller, minimum=55), seen={}) == 0
    assert standing(seller)[first.pair].minimum == 55


def test_of_two_at_the_same_moment_one_hears_of_the_other(seller: Seller) -> None:
    barrier = Barrier(2)

    def one(minimum: int) -> int | str:
        try:
            barrier.wait(timeout=30)
            return put(seller, a_rule(seller, minimum=minimum), seen={})
        except Conflict as conflict:
            return conflict.code

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(one, (40, 70)))
    assert sorted(map(str, answers)) == ["1", "rule_changed_meanwhile"]
    won = (40, 70)[answers.index(1)]
    assert standing(seller)[a_rule(seller).pair].minimum == won
