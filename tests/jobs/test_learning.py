"""Earlier forecasts are held against what came, once, and what leans is said."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid
from inventory_core.insight.attention import needs_attention
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.alarms import OpenAlarm, open_alarms
from inventory_core.planning.learning_limits import (
    LearningLimits,
    learning_limits_of,
    set_learning_limits,
)
from inventory_core.vocabulary import AlarmKind, PersonId, Role
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]

YESTERDAY = date(2026, 3, 1)
WEEKS_AGO = 12
BOOKS = ("forecast_outcome", "forecast_alarm", "suggestion_revision")


@pytest.fixture
def seller(database: Database) -> Seller:
    """LAMP sells two thirds more from twelve weeks ago on; CABLE goes on as it was."""
    made = make_seller(database)
    wobble = [3, 5, 4, 6, 4, 5, 3, 4, 6, 5, 4]
    usual = [wobble[place % 11] for place in range(280)]
    made.sold("CABLE", usual, last_on=YESTERDAY)
    more = [
        units + 4 if place >= 280 - 7 * WEEKS_AGO else units for place, units in enumerate(usual)
    ]
    made.sold("LAMP", more, last_on=YESTERDAY)
    made.run("UPDATE sku SET category = 'Light' WHERE code = 'LAMP'")
    return made


def planned(seller: Seller, *, weeks_ago: int = 0) -> None:
    run_planning(
        seller.database,
        SYSTEM,
        now=NOW,
        as_of=TODAY - timedelta(days=7 * weeks_ago) if weeks_ago else None,
        prophet_seconds=0,
        proposing=not weeks_ago,
    )


def alarms(seller: Seller) -> list[OpenAlarm]:
    with seller.database.reading() as conn:
        return open_alarms(conn)


def test_a_forecast_of_a_past_day_proposes_nothing(seller: Seller) -> None:
    planned(seller, weeks_ago=WEEKS_AGO)
    assert seller.rows("SELECT count(*) FROM suggestion") == [(0,)]
    assert seller.rows("SELECT count(*) FROM forecast_run WHERE current") == [(1,)]


def test_every_week_that_is_over_is_judged_once_by_what_was_said_before_it(
    seller: Seller,
) -> None:
    planned(seller, weeks_ago=WEEKS_AGO)
    planned(seller, weeks_ago=4)
    planned(seller)
    rows = seller.rows(
        "SELECT o.week_on, r.as_of_on, o.actual, o.model, o.naive, o.low, o.high, o.seen"
        " FROM forecast_outcome o JOIN forecast_run r ON r.id = o.run_id"
        " WHERE sku_id = :sku ORDER BY week_on",
        sku=seller.skus["CABLE"],
    )
    assert len(rows) == WEEKS_AGO - 2, "the first forecast reaches ten weeks"
    for week_on, as_of_on, actual, model, naive, low, high, seen in rows:
        assert week_on.weekday() == 0
        assert as_of_on <= week_on
        assert 25 <= actual <= 37
        assert low <= model <= high
        assert 20 <= naive <= 40
        assert seen
    # Judged when the week was over, by the newest forecast before it: nothing looks ahead.
    assert {as_of for _, as_of, *_ in rows} == {TODAY - timedelta(weeks=w) for w in (12, 4)}


def test_a_bias_that_sets_in_raises_alarms_that_the_overview_names(seller: Seller) -> None:
    planned(seller, weeks_ago=WEEKS_AGO)
    planned(seller)
    found = alarms(seller)
    assert {(one.kind, one.sku, one.category) for one in found} >= {
        (AlarmKind.BIAS, "LAMP", ""),
        (AlarmKind.BIAS, "", "Light"),
    }
    assert not [one for one in found if one.sku == "CABLE"]
    assert all(one.measure < 0 for one in found if one.kind is AlarmKind.BIAS)
    with seller.database.reading() as conn:
        said = [one for one in needs_attention(conn, now=NOW) if one.code == "forecasts_lean"]
    assert [one.screen for one in said] == ["forecasts"]


def test_a_second_plan_judges_and_says_nothing_new(seller: Seller) -> None:
    planned(seller, weeks_ago=WEEKS_AGO)
    planned(seller)
    before = seller.books(*BOOKS)
    planned(seller)
    assert seller.books(*BOOKS) == before


def test_wider_limits_close_an_alarm_at_the_next_plan(seller: Seller) -> None:
    planned(seller, weeks_ago=WEEKS_AGO)
    planned(seller)
    assert alarms(seller)
    wide = LearningLimits(
        tracking_signal=Decimal(50), bias_share=Decimal(5), least_coverage=Decimal("0.1"), weeks=52
    )
    with seller.database.writing() as tx:
        set_learning_limits(tx, SYSTEM, wide)
    planned(seller)
    left = {one.kind for one in alarms(seller)}
    assert not left & {AlarmKind.BIAS, AlarmKind.TRACKING}
    closed = seller.rows("SELECT count(*) FROM forecast_alarm WHERE closed_at IS NOT NULL")
    assert closed[0][0] >= 2


def test_limits_are_checked_and_belong_to_who_may_set_them(seller: Seller) -> None:
    with seller.database.writing() as tx:
        assert learning_limits_of(tx) == LearningLimits()
        kept = set_learning_limits(tx, SYSTEM, LearningLimits(release_margin=Decimal("0.05")))
        assert (kept.release_margin, kept.version) == (Decimal("0.05"), 1)
        with pytest.raises(Conflict):
            set_learning_limits(tx, SYSTEM, LearningLimits())
        with pytest.raises(Invalid, match="limit_out_of_range"):
            set_learning_limits(tx, SYSTEM, LearningLimits(weeks=2, version=1))
        with pytest.raises(Invalid, match="tracking_beyond_weeks"):
            set_learning_limits(tx, SYSTEM, LearningLimits(weeks=5, version=1))
        buyer = Actor(PersonId(0), "Buyer", frozenset({Role.BUYER}))
        with pytest.raises(Forbidden):
            set_learning_limits(tx, buyer, LearningLimits(version=1))


def test_a_week_is_judged_when_it_is_over_at_every_warehouse(seller: Seller) -> None:
    """A night in Shanghai ends no Sunday in Los Angeles, and a week is judged only once."""
    seller.run("UPDATE company SET time_zone = 'Asia/Shanghai'")
    planned(seller, weeks_ago=4)
    monday_night = datetime(2026, 3, 1, 18, tzinfo=UTC)
    for night, newest in (
        (monday_night, date(2026, 2, 16)),
        (monday_night + timedelta(days=1), date(2026, 2, 23)),
    ):
        result = run_planning(seller.database, SYSTEM, now=night, prophet_seconds=0)
        assert result.as_of == night.date() + timedelta(days=1)
        assert seller.rows("SELECT max(week_on) FROM forecast_outcome") == [(newest,)]
    # The plan begins with the day on which it is made, although the history ends two days before.
    [(trace,)] = seller.rows(
        "SELECT trace FROM suggestion_revision ORDER BY suggestion_id, revision DESC LIMIT 1"
    )
    assert trace["starts_on"] == trace["as_of"] == "2026-03-03"
