"""Retraining, challengers and rollback on a small seller, from end to end."""

from datetime import date, timedelta

import pytest

from inventory_core.db.engine import Database
from inventory_core.errors import Forbidden, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.published import current_run
from inventory_core.planning.registry import (
    champion_release,
    releases,
    roll_back,
    rollback_target,
)
from inventory_core.vocabulary import PersonId, ReleaseState, Role
from jobs.plan_result import PlanResult
from jobs.planning import run_planning
from tests.planning.seller import NOW, Seller, make_seller

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]

YESTERDAY = date(2026, 3, 1)
BOOKS = ("model_release", "suggestion", "suggestion_revision", "approval", "outbox")


def planned(
    seller: Seller, *, prophet: float = 0.0, days_later: int = 0, as_of: date | None = None
) -> PlanResult:
    now = NOW + timedelta(days=days_later)
    return run_planning(seller.database, SYSTEM, now=now, prophet_seconds=prophet, as_of=as_of)


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database)
    uneven = [6 + (place * place * 7 + place) % 11 for place in range(140)]
    made.sold("LAMP", uneven, last_on=YESTERDAY)
    made.sold("CABLE", [3, 0, 2, 0, 0, 4, 1] * 20, last_on=YESTERDAY)
    made.stock("LAMP", 250)
    return made


def one_more_day(seller: Seller, day: int) -> None:
    seller.sold("LAMP", [10], last_on=YESTERDAY + timedelta(days=day))


def states(seller: Seller) -> list[tuple[str, str]]:
    rows = seller.rows("SELECT state, reason FROM model_release ORDER BY id")
    return [(state, reason) for state, reason in rows]


def books(seller: Seller) -> dict[str, list[tuple]]:
    return {name: seller.rows(f"SELECT * FROM {name} ORDER BY 1, 2") for name in BOOKS}


def flatter_the_champion(seller: Seller) -> None:
    """Its backtest looks so good that nothing can beat it."""
    seller.run("UPDATE forecast SET scores = scores || jsonb_build_object(champion, 0.001)")


def current(seller: Seller) -> int:
    [(run_id,)] = seller.rows("SELECT id FROM forecast_run WHERE current")
    return int(run_id)


def test_every_training_is_a_release_that_says_what_it_was_made_of(seller: Seller) -> None:
    planned(seller)
    with seller.database.reading() as conn:
        found = champion_release(conn)
    assert found is not None
    assert (found.state, found.reason) == (ReleaseState.CHAMPION, "first")
    assert len(found.code_version) == 16
    assert len(found.history_hash) == 64
    assert found.scores["candidates"]["seasonal_naive"]["wape"] >= 0
    assert sum(part["series"] for part in found.scores["segments"].values()) == 2
    assert found.cpu_seconds is not None
    assert found.cpu_seconds > 0
    assert found.skill is not None


def test_the_same_configuration_on_newer_data_replaces_its_predecessor(seller: Seller) -> None:
    planned(seller)
    one_more_day(seller, 1)
    again = planned(seller, days_later=1)
    assert (again.crowned, again.release_reason) == (True, "same_configuration")
    assert states(seller) == [("retired", "first"), ("champion", "same_configuration")]
    assert current(seller) == again.run_id


def test_trap_38_another_configuration_that_does_not_win_leaves_the_plan_as_it_was(
    seller: Seller,
) -> None:
    first = planned(seller)
    before = books(seller)
    other = planned(seller, prophet=0.001)
    assert (other.crowned, other.release_reason) == (False, "not_better")
    assert other.run_id == first.run_id == current(seller)
    assert (other.opened, other.revised, other.withdrawn) == (0, 0, 0)
    assert {n: rows for n, rows in books(seller).items() if n != "model_release"} == {
        n: rows for n, rows in before.items() if n != "model_release"
    }
    again = books(seller)
    planned(seller, prophet=0.001)
    assert books(seller) == again


def test_trap_38_another_configuration_that_wins_by_the_margin_is_champion(seller: Seller) -> None:
    planned(seller)
    seller.run("UPDATE forecast SET scores = scores || jsonb_build_object(champion, 99.0)")
    other = planned(seller, prophet=0.001)
    assert (other.crowned, other.release_reason) == (True, "better")
    assert current(seller) == other.run_id


def test_a_plan_from_an_older_champion_starts_on_its_own_day(seller: Seller) -> None:
    planned(seller)
    flatter_the_champion(seller)
    one_more_day(seller, 3)
    later = planned(seller, prophet=0.001, days_later=3)
    assert not later.crowned
    [(trace,)] = seller.rows(
        "SELECT trace FROM suggestion_revision ORDER BY suggestion_id, revision DESC LIMIT 1"
    )
    assert trace["starts_on"] == "2026-03-05"
    assert seller.rows("SELECT planned_on FROM forecast_run WHERE current") == [(date(2026, 3, 5),)]


def test_what_is_sold_for_the_first_time_is_planned_though_the_old_model_stays(
    seller: Seller,
) -> None:
    planned(seller)
    flatter_the_champion(seller)
    seller.sold("CREAM", [4, 6, 5] * 20, last_on=YESTERDAY + timedelta(days=2))
    later = planned(seller, prophet=0.001, days_later=3)
    assert (later.crowned, later.series, later.opened) == (False, 3, 1)
    before = books(seller)
    again = planned(seller, prophet=0.001, days_later=3)
    assert (again.series, again.opened, again.revised) == (3, 0, 0)
    assert books(seller) == before


def test_a_rollback_brings_the_forecasts_before_back_and_holds(seller: Seller) -> None:
    first = planned(seller)
    flatter_the_champion(seller)
    one_more_day(seller, 1)
    second = planned(seller, prophet=0.001, days_later=9)
    assert (second.crowned, second.release_reason) == (True, "aged")
    with seller.database.writing() as tx:
        target = rollback_target(tx)
        assert target is not None
        assert target.run_id == first.run_id
        left, held = roll_back(tx, SYSTEM, now=NOW)
    assert (left.run_id, held.run_id) == (second.run_id, first.run_id)
    assert current(seller) == first.run_id
    # A click plans again as of the day of the list, not of the day the old one was last in use.
    with seller.database.reading() as conn:
        run = current_run(conn)
    assert run is not None
    assert run.plan_day == second.as_of
    assert [state for state, _ in states(seller)] == ["champion", "rolled_back"]
    # The next night trains the same configuration again; it stays out.
    one_more_day(seller, 2)
    night = planned(seller, prophet=0.001, days_later=10)
    assert (night.crowned, night.release_reason) == (False, "turned_back")
    assert night.run_id == first.run_id
    with seller.database.writing() as tx:
        found = releases(tx)
        assert [one.state for one in found][:2] == [
            ReleaseState.CHALLENGER,
            ReleaseState.ROLLED_BACK,
        ]
        # A person may call it in all the same.
        roll_back(tx, SYSTEM, to_id=found[0].id, now=NOW)
    assert current(seller) == found[0].run_id


def test_forecasts_that_end_too_soon_are_not_gone_back_to(seller: Seller) -> None:
    old = planned(seller, as_of=YESTERDAY - timedelta(days=60))
    planned(seller)
    with seller.database.writing() as tx:
        assert rollback_target(tx) is None
        [release] = [one for one in releases(tx) if one.run_id == old.run_id]
        with pytest.raises(Refused, match="release_too_old"):
            roll_back(tx, SYSTEM, to_id=release.id, now=NOW)


def test_who_may_not_plan_may_not_roll_back(seller: Seller) -> None:
    planned(seller)
    reader = Actor(PersonId(0), "Reader", frozenset({Role.READER}))
    with pytest.raises(Forbidden), seller.database.writing() as tx:
        roll_back(tx, reader, now=NOW)
    with pytest.raises(Refused, match="no_release_to_go_back_to"), seller.database.writing() as tx:
        roll_back(tx, SYSTEM, now=NOW)
