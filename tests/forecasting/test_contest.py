"""A new model takes over by a margin, by age, or not at all."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.contest import Standing, gain_of, rule
from forecasting.incumbency import keep_incumbents
from inventory_core.planning.registry import Ruling

DAY = date(2026, 3, 2)
OLD = Standing(
    release_id=1,
    configuration="old",
    as_of_on=DAY,
    ends_on=DAY + timedelta(days=90),
    losses={(1, 1): (8.0, 10.0), (2, 1): (4.0, 10.0)},
)
NEW = replace(OLD, release_id=2, configuration="new")


def ruled(new: Standing, old: Standing | None = OLD, *, days_later: int = 0) -> Ruling:
    day = DAY + timedelta(days=days_later)
    return rule(
        new,
        old,
        as_of=day,
        margin=0.03,
        patience_days=7,
        needed_until=day + timedelta(days=60),
    )


def scaled(standing: Standing, factor: float) -> Standing:
    losses = {pair: (own * factor, base) for pair, (own, base) in standing.losses.items()}
    return replace(standing, losses=losses)


def test_the_first_release_is_champion() -> None:
    assert ruled(NEW, None) == Ruling(True, "first")


def test_trap_38_a_new_configuration_must_beat_the_old_by_a_margin() -> None:
    assert ruled(scaled(NEW, 0.98)).reason == "not_better"
    assert not ruled(scaled(NEW, 0.98)).crowned
    won = ruled(scaled(NEW, 0.96))
    assert (won.crowned, won.reason, won.against_id) == (True, "better", 1)
    assert won.gain == pytest.approx(0.04)


def test_the_same_configuration_on_newer_data_takes_over_even_where_it_did_worse() -> None:
    assert ruled(replace(scaled(NEW, 1.5), configuration="old")).crowned


def test_a_champion_whose_forecasts_are_old_gives_way() -> None:
    assert not ruled(NEW, days_later=7).crowned
    assert ruled(NEW, days_later=8).reason == "aged"
    assert ruled(NEW, replace(OLD, ends_on=DAY + timedelta(days=50))).reason == "too_short"


def test_what_a_person_turned_back_stays_out_even_where_it_wins() -> None:
    turned = replace(scaled(NEW, 0.5), turned_back=True)
    assert ruled(turned, days_later=20) == replace(ruled(turned), crowned=False)
    assert ruled(turned, days_later=29).crowned


def test_what_a_person_chose_is_held_from_that_day_on_whatever_its_age() -> None:
    chosen = replace(OLD, as_of_on=DAY - timedelta(days=40), chosen_on=DAY)
    assert ruled(NEW, chosen).reason == "not_better"
    assert ruled(replace(NEW, turned_back=True), chosen).reason == "turned_back"
    assert ruled(NEW, replace(chosen, ends_on=DAY + timedelta(days=30))).crowned is False
    assert ruled(NEW, replace(chosen, ends_on=DAY + timedelta(days=20))).reason == "too_short"
    assert ruled(scaled(NEW, 0.9), chosen).reason == "better"
    assert ruled(NEW, chosen, days_later=29).reason == "aged"


def test_a_plan_of_an_earlier_day_never_uses_a_later_forecast() -> None:
    assert ruled(NEW, days_later=-3).reason == "other_day"


def test_releases_are_compared_on_the_series_both_know_each_against_its_own_baseline() -> None:
    harder = {(1, 1): (16.0, 20.0), (2, 1): (8.0, 20.0), (3, 1): (99.0, 1.0)}
    assert gain_of(harder, OLD.losses) == pytest.approx(0.0)
    assert gain_of({(9, 9): (1.0, 2.0)}, OLD.losses) is None


def test_trap_38_a_series_keeps_its_candidate_unless_another_wins_by_the_margin() -> None:
    losses = {
        "theta": np.array([1.00, 1.00, 1.00, np.nan]),
        "blend": np.array([0.98, 0.96, 0.90, np.nan]),
    }
    kept = keep_incumbents(
        ("blend", "blend", "blend", "blend"), ("theta", "theta", "gone", "theta"), losses
    )
    assert kept == ("theta", "blend", "blend", "theta")
