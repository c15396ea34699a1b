"""Classes on screen: set on Settings, seen and filtered in the lists, and a click says why."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue
from inventory_core.clock import utc_now
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import waiting_requests
from inventory_core.planning.class_choices import ClassPolicy, choose_classes, class_choice_of
from inventory_core.planning.class_lists import SCOPES, in_class, is_in_class
from inventory_core.planning.sku_classes import newest_classes
from inventory_core.planning.worklist import (
    suggestion_figures,
    waiting_suggestions,
    waiting_suppliers,
)
from inventory_core.vocabulary import Role
from jobs.planning import run_planning
from tests.app.screens.test_rules import dialog
from tests.app.test_rights import PATIENCE_SECONDS, one_screen, words_of
from tests.browser import Served
from tests.planning.seller import Seller

EN = catalogue("en")
WHOLE_A = f"A · {EN['classes.whole']}"


def screen(shop: Served, key: str, role: Role = Role.OWNER, **address: str) -> AppTest:
    test = AppTest.from_function(one_screen, default_timeout=PATIENCE_SECONDS, kwargs={"key": key})
    test.session_state["ticket"] = str(shop.ticket(role))
    for name, value in address.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


def all_words(test: AppTest) -> str:
    return " ".join((words_of(test), *(str(one.value) for one in test.caption)))


def fields(test: AppTest, label: str) -> list:  # type: ignore[type-arg]
    """Of a class: its service level, then its review period."""
    return [one for one in test.text_input if one.label == label]


def saved(test: AppTest) -> AppTest:
    buttons = [one for one in test.button if one.label == EN["shell.save"]]
    after = buttons[1].click().run()
    assert not after.exception, after.exception
    return after


def test_trap_33_a_level_set_for_a_class_is_kept_planned_and_named_on_the_card(
    shop: Served,
) -> None:
    test = screen(shop, "settings")
    fields(test, WHOLE_A)[0].set_value("98")
    fields(test, "AX")[1].set_value("14")
    after = saved(test)
    assert EN["classes.saved_planning"] in " ".join(one.value for one in after.success)
    with shop.database.reading() as conn:
        assert dict(class_choice_of(conn).policies) == {
            "A": ClassPolicy(Decimal("0.98"), None),
            "AX": ClassPolicy(None, 14),
        }
        assert [one.job for one in waiting_requests(conn)] == ["plan"]
    run_planning(shop.database, SYSTEM, now=utc_now(), prophet_seconds=0)
    words = all_words(screen(shop, "replenish", Role.BUYER))
    assert "Class A sets: service level 98.0%." in words
    assert "Class AX sets: ordered every 14 days." in words
    # Emptied again, the company's own holds.
    again = screen(shop, "settings")
    assert [one.value for one in fields(again, WHOLE_A)] == ["98", ""]
    fields(again, WHOLE_A)[0].set_value("")
    saved(again)
    with shop.database.reading() as conn:
        assert dict(class_choice_of(conn).policies) == {"AX": ClassPolicy(None, 14)}


@pytest.mark.parametrize(("place", "typed"), [(0, "abc"), (0, "40"), (1, "2.5"), (1, "0")])
def test_what_is_no_level_or_period_names_its_field_and_keeps_nothing(
    shop: Served, place: int, typed: str
) -> None:
    test = screen(shop, "settings")
    fields(test, "BZ")[place].set_value(typed)
    after = saved(test)
    assert "of BZ: write" in " ".join(one.value for one in after.error)
    with shop.database.reading() as conn:
        assert class_choice_of(conn).version == 0


def test_who_may_not_edit_settings_sees_the_classes_and_who_sees_no_costs_no_amounts(
    shop: Served,
) -> None:
    buyer = screen(shop, "settings", Role.BUYER)
    assert len(fields(buyer, "AX")) == 2
    assert all(one.disabled for one in fields(buyer, "AX"))
    words = words_of(screen(shop, "forecasts", Role.BUYER))
    assert "Its margin of the last 12 months is USD" in words
    assert "Its margin of the last 12 months is —: place 1 of 3" in words_of(
        screen(shop, "forecasts", Role.READER)
    )


def test_lists_say_the_class_and_are_narrowed_to_it_by_the_address(shop: Served) -> None:
    listed = screen(shop, "replenish", Role.BUYER, **{"class": "A"})
    assert set(listed.dataframe[-1].value["class_name"]) == {"AX"}
    none = screen(shop, "replenish", Role.BUYER, **{"class": "C"})
    assert EN["replenish.empty_all_fine"] in words_of(none)
    invented = screen(shop, "replenish", Role.BUYER, **{"class": "Q'; --"})
    assert len(invented.dataframe[-1].value) == 3
    skus = screen(shop, "catalog", Role.BUYER)
    assert set(skus.dataframe[0].value["class_name"]) == {"AX"}


def test_the_rules_of_a_sku_say_that_a_level_is_its_class_s(
    shop: Served, planned: tuple[str, Seller]
) -> None:
    pair = planned[1].skus["LAMP"], planned[1].us
    policies = {"A": ClassPolicy(Decimal("0.98")), "AX": ClassPolicy(None, 14)}
    with shop.database.writing() as tx:
        choose_classes(tx, SYSTEM, replace(class_choice_of(tx), policies=policies))
    words = words_of(dialog(shop, pair))
    assert "| **98.0%** | class A |" in words
    assert "| **14 days** | class AX |" in words


def test_under_least_cost_the_card_says_that_a_class_promises(shop: Served) -> None:
    with shop.database.writing() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE company SET order_rule = 'least_cost', version = version + 1"
        )
        policies = {"A": ClassPolicy(Decimal("0.98"))}
        choose_classes(tx, SYSTEM, replace(class_choice_of(tx), policies=policies))
    assert EN["classes.about_least_cost"] in all_words(screen(shop, "settings"))
    run_planning(shop.database, SYSTEM, now=utc_now(), prophet_seconds=0)
    assert EN["classes.promise"] in all_words(screen(shop, "replenish", Role.BUYER))


def test_every_scope_counts_the_same_skus_in_every_statement(
    shop: Served, planned: tuple[str, Seller]
) -> None:
    """Every class once: the list, its heads and its figures agree with each SKU read by itself."""
    moves = {"LAMP": ("A", "Y"), "CABLE": ("C", "none"), "CREAM": ("new", "none")}
    with shop.database.writing() as tx:
        for code, (abc, xyz) in moves.items():
            tx.connection.exec_driver_sql(
                f"UPDATE sku_class SET abc = '{abc}', xyz = '{xyz}'"
                f" WHERE sku_id = {planned[1].skus[code]}"
            )
    with shop.database.reading() as conn:
        found = newest_classes(conn)
        for scope in ("", *SCOPES, "nonsense"):
            rows = conn.rows(waiting_suggestions(in_class=scope))
            mine = {sku for sku, one in found.items() if is_in_class(scope, one.abc, one.xyz)}
            assert {row.sku_id for row in rows} == mine
            assert conn.rows(suggestion_figures(in_class=scope))[0].waiting == len(rows)
            heads = conn.rows(waiting_suppliers(in_class=scope))
            assert sum(row.lines for row in heads) == len(rows)
            assert bool(in_class(scope)) == (scope in SCOPES)
    assert all(isinstance(one.since_on, date) for one in found.values())
