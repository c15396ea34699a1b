"""Planning costs on the settings screen, and what a change by hand is told before the click."""

from datetime import timedelta
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.plan_costs import FIGURES, plan_costs_on
from inventory_core.planning.plan_limits import NewPlanLimit, create_plan_limit
from inventory_core.trade.offers import change_offer
from inventory_core.vocabulary import PlanLimitKind, Role
from tests.app.test_rights import PATIENCE_SECONDS, one_screen, words_of
from tests.browser import Served
from tests.desk.deciding import a_proposal, propose
from tests.desk.test_sending import a_transfer, stock
from tests.trade.world import TODAY, make_world

WORDS = catalogue("en")
MARK = WORDS["settings.costs_mark"]


def settings(desk: Served, role: Role) -> AppTest:
    test = AppTest.from_function(
        one_screen, default_timeout=PATIENCE_SECONDS, kwargs={"key": "settings"}
    )
    test.session_state["ticket"] = str(desk.ticket(role))
    test.run()
    assert not test.exception
    return test


def assumed_labels(test: AppTest) -> list[str]:
    return [one.label for one in (*test.number_input, *test.selectbox) if MARK in one.label]


def saved_costs(test: AppTest) -> AppTest:
    found = [one for one in test.button if one.label == WORDS["shell.save"]]
    after = found[-1].click().run()
    assert not after.exception
    return after


def test_figures_wear_the_mark_until_somebody_states_them(desk: Served) -> None:
    test = settings(desk, Role.OWNER)
    assert len(assumed_labels(test)) == len(FIGURES)
    name = WORDS["settings.order_line_cost"]
    next(one for one in test.number_input if one.label.startswith(name)).set_value(35.5)
    saved_costs(test)
    with desk.database.reading() as conn:
        costs = plan_costs_on(conn, TODAY)
    assert costs.order_line_cost == Decimal("35.5")
    assert "order_line_cost" not in costs.assumed
    again = settings(desk, Role.OWNER)
    assert len(assumed_labels(again)) == len(FIGURES) - 1
    assert [one.label for one in again.date_input] == [WORDS["settings.costs_from"]]


def test_who_may_not_edit_settings_only_sees_the_figures_and_who_sees_no_costs_not_even_that(
    desk: Served,
) -> None:
    test = settings(desk, Role.BUYER)
    assert len(assumed_labels(test)) == len(FIGURES)
    assert all(one.disabled for one in test.number_input)
    assert assumed_labels(settings(desk, Role.READER)) == []


def one_change(suggestion_id: int) -> None:
    """The dialog for one suggestion, as a script of its own."""
    from app import session  # noqa: PLC0415
    from app.screens.replenish_change import change_order, change_transfer  # noqa: PLC0415
    from inventory_core.planning.release import shown_suggestions  # noqa: PLC0415

    session.enter()
    shown = session.read(lambda conn: shown_suggestions(conn, [suggestion_id]))[suggestion_id]
    if shown.from_warehouse_id is None:
        change_order(shown)
    else:
        change_transfer(shown, str)


def changing(desk: Served, suggestion_id: int, quantity: int) -> AppTest:
    test = AppTest.from_function(
        one_change, default_timeout=PATIENCE_SECONDS, kwargs={"suggestion_id": suggestion_id}
    )
    test.session_state["ticket"] = str(desk.ticket(Role.OWNER))
    test.run()
    test.number_input[0].set_value(quantity).run()
    assert not test.exception
    return test


def approve_button(test: AppTest, *, amount: str = "") -> bool:
    """Whether the approve button can be pressed; it says what the changed order costs."""
    starts = (WORDS["replenish.approve"].split("{")[0], WORDS["sending.approve_changed"])
    button = next(one for one in test.button if one.label.startswith(starts))
    assert amount in button.label
    return not button.disabled


def test_a_change_says_what_it_breaks_and_offers_the_nearest_that_fits(desk: Served) -> None:
    world = make_world(desk.database)
    (lamp,) = propose(desk.database, world, a_proposal(world, "LAMP"))
    march = NewPlanLimit(
        kind=PlanLimitKind.BUDGET,
        name="March",
        amount=Decimal(270),
        currency="USD",
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=3650),
    )
    with desk.database.writing() as tx:
        create_plan_limit(tx, SYSTEM, march)
        terms = {"moq": 20, "order_multiple": 10, "pallet_quantity": None}
        change_offer(tx, SYSTEM, world.offers["LAMP"], terms, version=1)
    hard = changing(desk, lamp, 155)
    assert "Not a multiple of 10" in words_of(hard)
    assert "over the budget" in words_of(hard)
    assert not approve_button(hard)
    assert not hard.checkbox  # nothing to confirm while a hard rule forbids it
    take = next(one for one in hard.button if one.label == "Take 150")
    fitting = take.click().run()
    assert fitting.number_input[0].value == 150
    assert "budget" not in words_of(fitting)
    assert approve_button(fitting, amount="150 · USD\u00a0270.00")
    soft = changing(desk, lamp, 200)
    assert not approve_button(soft)
    assert approve_button(soft.checkbox[0].check().run())


def test_a_changed_transfer_is_told_what_is_free(desk: Served) -> None:
    world = make_world(desk.database)
    stock(desk.database, world, 100)
    (lamp,) = propose(desk.database, world, a_transfer(world))
    assert approve_button(changing(desk, lamp, 40))
    more = changing(desk, lamp, 130)
    assert "Only 100 are free" in words_of(more)
    assert "lacks only 60" in words_of(more)
    assert not approve_button(more)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_rule_has_its_sentence_in_both_languages(language: str) -> None:
    rules = (
        "moq", "multiple", "pallet", "carton", "price_break", "shelf_life", "cover", "lasts",
        "budget", "container", "supplier_minimum", "minimum_by_hand",
        "maximum_by_hand", "free", "missing", "spare",
    )  # fmt: skip
    for rule in rules:
        assert f"limits.break_{rule}" in catalogue(language)
    for name in FIGURES:
        assert {f"settings.{name}", f"assumed.{name}"} <= set(catalogue(language))
