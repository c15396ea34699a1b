"""Classes in planning: who gets which, that they are kept, and that a class's policy is planned."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from forecasting.plan_again import plan_again
from forecasting.sku_classing import measured
from forecasting.succession import continued_grid
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.audit import list_audit
from inventory_core.planning.class_choices import (
    ClassChoice,
    ClassPolicy,
    choose_classes,
    class_choice_of,
    class_choices,
)
from inventory_core.planning.plan_snapshots import find_snapshot, published_by
from inventory_core.planning.rules import ReplenishRule, set_replenish_rules
from inventory_core.planning.sku_classes import classes_on, newest_classes, standing_of
from inventory_core.vocabulary import PersonId, Role
from jobs.planning import run_planning
from tests.forecasting.pocket_checks import check_cover
from tests.planning.seller import NOW, TODAY, YESTERDAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")
BUYER = Actor(PersonId(0), "buyer", frozenset({Role.BUYER}))
WEEK = [4, 6, 5, 7, 3, 8, 6]


@pytest.fixture
def seller(database: Database) -> Seller:
    """LAMP sells ten times what CABLE does, CREAM began five weeks ago; 8 are earned on each."""
    made = make_seller(database)
    made.sold("LAMP", [units * 10 for units in WEEK] * 26, last_on=YESTERDAY)
    made.sold("CABLE", WEEK * 26, last_on=YESTERDAY)
    made.sold("CREAM", WEEK * 5, last_on=YESTERDAY)
    for code in made.skus:
        made.stock(code, 40)
    return made


def plan(seller: Seller, days: int = 0) -> None:
    run_planning(seller.database, SYSTEM, now=NOW + timedelta(days=days), prophet_seconds=0)


def choose(seller: Seller, actor: Actor = SYSTEM, **policies: ClassPolicy) -> ClassChoice:
    with seller.database.writing() as tx:
        wanted = replace(class_choice_of(tx), policies=policies)
        return choose_classes(tx, actor, wanted)


def names(seller: Seller, on: date | None = None) -> dict[str, str]:
    with seller.database.reading() as conn:
        found = newest_classes(conn) if on is None else classes_on(conn, on)
    return {
        code: f"{found[sku].abc} {found[sku].xyz}" if sku in found else ""
        for code, sku in seller.skus.items()
    }


def trace_of(seller: Seller, code: str) -> dict:  # type: ignore[type-arg]
    [(trace,)] = seller.rows(
        "SELECT r.trace FROM suggestion s JOIN suggestion_revision r"
        " ON r.suggestion_id = s.id AND r.revision = s.revision"
        " WHERE s.sku_id = :sku AND s.state = 'open'",
        sku=seller.skus[code],
    )
    return trace if isinstance(trace, dict) else json.loads(trace)


def test_trap_54_a_planning_classes_every_sku_and_a_second_one_changes_nothing(
    seller: Seller,
) -> None:
    plan(seller)
    assert names(seller) == {"LAMP": "A X", "CABLE": "B X", "CREAM": "new none"}
    with seller.database.reading() as conn:
        lamp = standing_of(conn, seller.skus["LAMP"])
    assert lamp is not None
    # 39 units a week, ten times: 26 weeks at 10 less the 2 that opening stock cost.
    assert lamp.standing.amount == Decimal(390 * 26 * 8)
    assert (lamp.standing.place, lamp.standing.ranked, lamp.standing.weeks) == (1, 2, 26)
    assert lamp.standing.share == pytest.approx(10 / 11, abs=1e-6)
    assert (lamp.since_on, lamp.standing.measure) == (TODAY, "margin")
    tables = ("sku_class", "sku_class_move", "suggestion", "suggestion_revision")
    before = seller.books(*tables)
    plan(seller)
    assert seller.books(*tables) == before


def test_where_no_cost_is_known_sales_count_at_the_margin_of_the_others(seller: Seller) -> None:
    skus = seller.skus
    with seller.database.reading() as conn:
        grid = continued_grid(conn, through=YESTERDAY)
    found = measured(grid, {skus["LAMP"]: 2.0})
    assert found[skus["CABLE"]].measure == "usual_margin"
    assert found[skus["CABLE"]].amount == found[skus["LAMP"]].amount / 10
    plain = measured(grid, {})
    assert plain[skus["CABLE"]].measure == "sales"
    assert plain[skus["CABLE"]].amount == Decimal(39 * 26 * 10)


def test_a_class_is_kept_with_its_day_and_an_earlier_planning_does_not_move_it(
    seller: Seller,
) -> None:
    plan(seller)
    seller.sold("CREAM", [400] * 100, last_on=YESTERDAY, warehouse=seller.uk)
    plan(seller, days=1)
    assert names(seller)["CREAM"].startswith("A")
    assert names(seller, TODAY)["CREAM"] == "new none"
    assert names(seller, TODAY - timedelta(days=1)) == {"LAMP": "", "CABLE": "", "CREAM": ""}
    moved = seller.books("sku_class", "sku_class_move")
    later = NOW + timedelta(days=2)
    run_planning(seller.database, SYSTEM, as_of=TODAY - timedelta(days=30), now=later,
                 prophet_seconds=0)  # fmt: skip
    assert seller.books("sku_class", "sku_class_move") == moved


def test_trap_33_the_policy_of_a_class_is_ordered_by_and_stands_in_the_trace(
    seller: Seller,
) -> None:
    plan(seller)
    before = trace_of(seller, "LAMP"), trace_of(seller, "CABLE")
    assert before[0]["class"] == {"name": "AX", "since": TODAY.isoformat(), "sets": {}}
    choose(seller, A=ClassPolicy(Decimal("0.99"), 14), AX=ClassPolicy(Decimal("0.6")))
    plan(seller)
    lamp, cable = trace_of(seller, "LAMP"), trace_of(seller, "CABLE")
    assert lamp["class"]["sets"] == {"service_level": "AX", "review_days": "A"}
    assert (lamp["policy"]["service_level"], lamp["policy"]["review_days"]) == (0.6, 14)
    assert lamp["policy"]["manual"] == []
    assert cable["policy"] == before[1]["policy"]
    # The level and the days of the class are what the sum on the card is worked out with.
    check_cover(lamp)
    assert lamp["quantity"]["ordered"] != before[0]["quantity"]["ordered"]
    with seller.database.reading() as conn:
        newest = seller.rows("SELECT id FROM plan_snapshot ORDER BY recorded_at DESC LIMIT 1")
        found = find_snapshot(conn, newest[0][0])
        assert plan_again(found, published_by(conn, found.id)).same


def test_a_rule_by_hand_comes_before_the_class_and_each_part_by_itself(seller: Seller) -> None:
    plan(seller)
    choose(seller, A=ClassPolicy(Decimal("0.99"), 14))
    rule = ReplenishRule(seller.skus["LAMP"], seller.us, service_level=Decimal("0.7"))
    seller.database.write(lambda tx: set_replenish_rules(tx, SYSTEM, [rule]))
    plan(seller)
    lamp = trace_of(seller, "LAMP")
    assert (lamp["policy"]["service_level"], lamp["policy"]["review_days"]) == (0.7, 14)
    assert lamp["policy"]["manual"] == ["service_level"]
    assert lamp["rule"] == {"service_level": 0.7}
    assert lamp["class"]["sets"] == {"review_days": "A"}


def test_under_least_cost_the_level_of_a_class_is_a_promise(seller: Seller) -> None:
    seller.run("UPDATE company SET order_rule = 'least_cost', version = version + 1")
    plan(seller)
    assert trace_of(seller, "LAMP")["policy"]["paying"] is not None
    choose(seller, A=ClassPolicy(Decimal("0.97")))
    plan(seller)
    lamp, cable = trace_of(seller, "LAMP"), trace_of(seller, "CABLE")
    assert (lamp["policy"]["service_level"], lamp["policy"]["paying"]) == (0.97, None)
    assert cable["policy"]["paying"] is not None


def test_what_is_chosen_is_kept_by_version_told_and_refused_to_the_second(seller: Seller) -> None:
    first = choose(seller, A=ClassPolicy(Decimal("0.98")), BY=ClassPolicy())
    assert (first.version, dict(first.policies)) == (1, {"A": ClassPolicy(Decimal("0.98"))})
    assert choose(seller, A=ClassPolicy(Decimal("0.980"))).version == 1
    with pytest.raises(Conflict), seller.database.writing() as tx:
        choose_classes(tx, SYSTEM, replace(first, version=0, band=Decimal("0.2")))
    choose(seller, C=ClassPolicy(None, 30))
    with seller.database.reading() as conn:
        assert [one.choice.version for one in class_choices(conn)] == [2, 1]
        told = list_audit(conn, subject=("class_choice", "2"), limit=1)[0]
    assert told.details == {
        "service_level_A": {"from": "0.9800", "to": None},
        "review_days_C": {"from": None, "to": 30},
    }


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"a_share": Decimal("0.96")}, "b_share"),
        ({"b_share": Decimal(1)}, "b_share"),
        ({"x_most": Decimal(2)}, "y_most"),
        ({"band": Decimal("0.6")}, "band"),
        ({"new_days": 13}, "new_days"),
        ({"policies": {"D": ClassPolicy(Decimal("0.9"))}}, "cell"),
        ({"policies": {"A": ClassPolicy(Decimal("0.4"))}}, "service_level_A"),
        ({"policies": {"BZ": ClassPolicy(None, 400)}}, "review_days_BZ"),
    ],
)
def test_what_is_impossible_names_its_field_and_changes_nothing(
    seller: Seller, parts: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal, seller.database.writing() as tx:
        choose_classes(tx, SYSTEM, replace(ClassChoice(), **parts))
    assert refusal.value.params["field"] == field
    assert seller.rows("SELECT * FROM class_choice") == []


def test_who_may_not_set_the_company_may_not_choose_classes(seller: Seller) -> None:
    with pytest.raises(Forbidden):
        choose(seller, BUYER, A=ClassPolicy(Decimal("0.98")))


@pytest.mark.parametrize(
    "row",
    ["'AQ', 0.9, NULL", "'D', 0.9, NULL", "'A', NULL, NULL", "'A', 0.4, NULL", "'A', NULL, 0"],
)
def test_the_database_refuses_a_policy_that_means_nothing(seller: Seller, row: str) -> None:
    choose(seller, B=ClassPolicy(Decimal("0.98")))
    with pytest.raises(IntegrityError):
        seller.run(
            "INSERT INTO class_policy (version, cell, service_level, review_days)"
            f" VALUES (1, {row})"
        )
