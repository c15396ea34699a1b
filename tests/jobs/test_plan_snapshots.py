"""A past plan is computed again from its snapshot, whatever has changed since."""

import json
import lzma
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.screens.replenish_acts import approve_now
from forecasting.plan_again import PlannedAgain, plan_again
from inventory_core.catalog.rates import NewRate, record_rates
from inventory_core.db.engine import Database
from inventory_core.desk.decisions import Choice
from inventory_core.errors import Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.plan_snapshots import (
    find_snapshot,
    forget_snapshots,
    maker_of,
    published_by,
)
from inventory_core.planning.rules import ReplenishRule, set_replenish_rules
from jobs.planning import run_planning
from tests.conftest import SAMPLE_NOW
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

WEEK = [4, 6, 5, 7, 3, 8, 6]


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database)
    for code in ("LAMP", "CABLE", "CREAM"):
        made.sold(code, WEEK * 20, last_on=TODAY - timedelta(days=1))
        made.stock(code, 40)
    return made


def planned(seller: Seller, days: int = 0) -> str:
    """Plan; answers the id of the newest snapshot."""
    run_planning(seller.database, SYSTEM, now=NOW + timedelta(days=days), prophet_seconds=0)
    return str(seller.rows("SELECT id FROM plan_snapshot ORDER BY recorded_at DESC LIMIT 1")[0][0])


def again(database: Database, typed: str) -> PlannedAgain:
    with database.reading() as conn:
        found = find_snapshot(conn, typed)
        return plan_again(found, published_by(conn, found.id))


def kept(seller: Seller) -> set[str]:
    return {row[0] for row in seller.rows("SELECT id FROM plan_snapshot WHERE content IS NOT NULL")}


def upset(seller: Seller) -> None:
    """Stock, offers, rates, rules, settings, demand and goods: nothing stays as it was."""
    seller.stock("LAMP", 900, key="much more came")
    seller.run("UPDATE offer SET moq = 500, order_multiple = 7, version = version + 1")
    seller.run("UPDATE offer_price SET unit_price = unit_price * 3")
    seller.run("UPDATE company SET service_level = 0.6, review_days = 30, version = version + 1")
    seller.run("UPDATE sku SET code = code || '-B', carton_quantity = 11")
    rate = NewRate("CNY", "USD", TODAY, Decimal("0.55"))
    rule = ReplenishRule(seller.skus["CABLE"], seller.us, buying=False)
    with seller.database.writing() as tx:
        record_rates(tx, SYSTEM, [rate])
        set_replenish_rules(tx, SYSTEM, [rule])
    seller.sold("CREAM", [90] * 14, last_on=TODAY - timedelta(days=1), warehouse=seller.uk)


def test_trap_a_past_plan_comes_out_the_same_to_the_unit_after_everything_changed(
    seller: Seller,
) -> None:
    first = planned(seller)
    fresh = again(seller.database, first)
    assert (fresh.same, fresh.suggestions, fresh.document.other_code) == (True, 3, False)
    upset(seller)
    second = planned(seller, days=1)
    assert second != first
    then, now = again(seller.database, first), again(seller.database, second)
    assert (then.same, then.suggestions, then.differences) == (True, 3, ())
    assert now.same
    # The company is another one now; only the snapshot still knows the old one.
    assert {one.stock.on_hand for one in now.document.facts.situations} != {40}
    assert {one.stock.on_hand for one in then.document.facts.situations} == {40}


def test_a_short_id_is_enough_and_nothing_is_written(seller: Seller) -> None:
    first = planned(seller)
    tables = ("plan_snapshot", "suggestion", "suggestion_revision", "forecast", "policy")
    before = seller.books(*tables)
    assert again(seller.database, f" {first[:12].upper()} ").same
    assert seller.books(*tables) == before


def test_each_number_that_was_published_otherwise_is_named(seller: Seller) -> None:
    first = planned(seller)
    with seller.database.reading() as conn:
        found = find_snapshot(conn, first)
        published = published_by(conn, found.id)
    place = next(one for one in published if one[1] == seller.skus["LAMP"])
    row = published[place]
    published[place] = {
        **row,
        "quantity": row["quantity"] + 10,
        "trace": row["trace"] | {"as_of": 1},
    }
    told = plan_again(found, published)
    assert not told.same
    units, reasons = told.differences
    assert (units.sku, units.warehouse, units.what) == ("LAMP", "US", "quantity")
    assert (units.published, units.computed) == (row["quantity"] + 10, row["quantity"])
    assert (reasons.what, reasons.published) == ("trace", "as_of")
    # Numbers of a revision that an earlier plan brought are compared, its reasons are that plan's.
    published[place] = {**row, "trace": {}, "made": False}
    assert plan_again(found, published).same


def test_a_suggestion_more_or_less_is_a_difference(seller: Seller) -> None:
    first = planned(seller)
    first_one = "SELECT min(id) FROM suggestion"
    seller.run(f"DELETE FROM plan_snapshot_suggestion WHERE suggestion_id = ({first_one})")
    (missing,) = again(seller.database, first).differences
    assert (missing.what, missing.published) == ("suggestion", None)


def test_trap_a_changed_snapshot_is_refused_by_the_database_and_by_its_reader(
    seller: Seller, owner_database: Database
) -> None:
    first = planned(seller)
    with seller.database.reading() as conn:
        whole = find_snapshot(conn, first)
    told = json.loads(lzma.decompress(whole.content))
    told["made_with"]["code"] = "another"
    forged = lzma.compress(json.dumps(told).encode())
    change = "UPDATE plan_snapshot SET content = :content"
    with pytest.raises(IntegrityError, match="id_is_hash_of_content"):
        seller.run(change, content=forged)
    Seller(owner_database, 0, 0, 0, 0, {}).run(
        "ALTER TABLE plan_snapshot DROP CONSTRAINT ck_plan_snapshot_id_is_hash_of_content"
    )
    seller.run(change, content=forged)
    with pytest.raises(Refused, match="snapshot_damaged"):
        again(seller.database, first)


def test_a_snapshot_of_another_form_says_which(seller: Seller) -> None:
    planned(seller)
    with seller.database.reading() as conn:
        (found,) = (find_snapshot(conn, one) for one in kept(seller))
    told = json.loads(lzma.decompress(found.content)) | {"version": 0}
    content = lzma.compress(json.dumps(told).encode())
    older = replace(found, id=sha256(content).hexdigest(), content=content)
    with pytest.raises(Refused, match="snapshot_of_other_version") as refused:
        plan_again(older, {})
    assert refused.value.params["found"] == 0


def test_an_id_that_cannot_be_is_told_from_one_that_is_not_there(seller: Seller) -> None:
    with seller.database.reading() as conn:
        for typed in ("", "12345", "no snapshot", "%%%%%%"):
            with pytest.raises(Invalid, match="snapshot_id_unreadable"):
                find_snapshot(conn, typed)
        with pytest.raises(NotFound, match="snapshot_unknown"):
            find_snapshot(conn, "abcdef")


@pytest.mark.slow
def test_what_an_act_brings_about_has_its_own_snapshot(seller: Seller) -> None:
    first = planned(seller)
    seller.stock("LAMP", 150, key="more came")
    [(lamp,)] = seller.rows("SELECT id FROM suggestion WHERE sku_id = :s", s=seller.skus["LAMP"])
    seller.database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(lamp, 1, "moved")]))
    with seller.database.reading() as conn:
        before, after = (maker_of(conn, lamp, revision) for revision in (1, 2))
    assert before is not None
    assert after is not None
    assert (before.id, before.whole, after.whole) == (first, True, False)
    upset(seller)
    found = again(seller.database, after.id)
    assert (found.same, found.suggestions) == (True, 1)
    assert {one.sku_code for one in found.document.facts.situations} == {"LAMP"}


@pytest.mark.slow
def test_trap_what_was_decided_on_or_stands_on_the_list_keeps_its_snapshot(seller: Seller) -> None:
    """Of four plans: the first was decided on, the second and the third made nothing that is left,
    the fourth is the newest.
    """
    first = planned(seller)
    [(lamp,)] = seller.rows("SELECT id FROM suggestion WHERE sku_id = :s", s=seller.skus["LAMP"])
    seller.database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(lamp, 1, "yes")]))
    passing = []
    for number in (1, 2):
        seller.stock("CABLE", 10, key=f"some {number}")
        seller.stock("CREAM", 10, key=f"some {number} cream")
        passing.append(planned(seller))
    seller.stock("CABLE", 5_000, key="plenty")
    seller.stock("CREAM", 5_000, key="plenty of cream")
    last = planned(seller)
    assert {first, *passing, last} <= kept(seller)
    seller.database.write(lambda tx: forget_snapshots(tx, plans_kept=1))
    assert {first, last} <= kept(seller)
    assert not set(passing) & kept(seller)
    assert again(seller.database, first).same
    with seller.database.reading() as conn, pytest.raises(Refused, match="snapshot_forgotten"):
        find_snapshot(conn, passing[0])


@pytest.mark.slow
def test_the_maker_of_what_is_still_on_the_list_is_kept_however_old(seller: Seller) -> None:
    first = planned(seller)
    seller.stock("CABLE", 10, key="some")
    second = planned(seller)
    seller.database.write(lambda tx: forget_snapshots(tx, plans_kept=1))
    assert kept(seller) == {first, second}
    seller.stock("LAMP", 5_000, key="plenty")
    seller.stock("CREAM", 5_000, key="plenty of cream")
    third = planned(seller)
    seller.database.write(lambda tx: forget_snapshots(tx, plans_kept=1))
    assert kept(seller) == {second, third}


def test_snapshots_that_do_not_fit_go_but_never_the_newest(seller: Seller) -> None:
    planned(seller)
    seller.stock("LAMP", 5_000, key="plenty")
    seller.stock("CREAM", 5_000, key="plenty of cream")
    seller.stock("CABLE", 5_000, key="plenty of cable")
    last = planned(seller)
    assert len(kept(seller)) == 2
    seller.database.write(lambda tx: forget_snapshots(tx, bytes_kept=1))
    assert kept(seller) == {last}
    # The same plan again brings its content back.
    seller.run("UPDATE plan_snapshot SET content = NULL")
    assert planned(seller) == last
    assert kept(seller) == {last}


@pytest.mark.slow
def test_the_plan_of_a_whole_company_comes_out_the_same_and_takes_little_room(
    sample_database: Database,
) -> None:
    """Limits, lanes, learned ways, lots and fees: what a small seller does not have."""
    run_planning(sample_database, SYSTEM, now=SAMPLE_NOW, prophet_seconds=0)
    with sample_database.reading() as conn:
        found = find_snapshot(conn, str(conn.scalar(text("SELECT id FROM plan_snapshot"))))
        published = published_by(conn, found.id)
    told = plan_again(found, published)
    assert told.same, told.differences[:5]
    assert told.suggestions > 100
    assert len(found.content) < 1_000 * len(told.document.facts.situations)
