"""Rules by hand on screen: set on the card, obeyed at once and by the next plan, taken back."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue
from app.replanning import refresh_suggestions
from app.screens.replenish_acts import approve_now
from inventory_core.clock import utc_now
from inventory_core.desk.decisions import Choice
from inventory_core.errors import Conflict
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import waiting_requests
from inventory_core.planning.order_room import purchase_fit
from inventory_core.planning.release import Shown, shown_suggestions
from inventory_core.planning.rule_lists import select_suggested
from inventory_core.planning.rules import ReplenishRule, replenish_rules, set_replenish_rules
from inventory_core.planning.worklist import waiting_suggestions
from inventory_core.trade.offer_terms import offers
from inventory_core.vocabulary import Role
from jobs.planning import run_planning
from tests.app.test_rights import PATIENCE_SECONDS, one_screen, words_of
from tests.browser import Served
from tests.planning.seller import Seller

EN = catalogue("en")


@pytest.fixture
def lamp(planned: tuple[str, Seller]) -> tuple[int, int]:
    """SKU and site."""
    return planned[1].skus["LAMP"], planned[1].us


def one_dialog(sku_id: int, warehouse_id: int) -> None:
    """The dialog, as a script of its own."""
    from app import session  # noqa: PLC0415
    from app.screens.rules_form import open_rules  # noqa: PLC0415
    from app.widgets import page_head  # noqa: PLC0415

    session.enter()
    page_head("")
    open_rules(sku_id, warehouse_id)


def dialog(shop: Served, pair: tuple[int, int], role: Role = Role.BUYER) -> AppTest:
    test = AppTest.from_function(
        one_dialog,
        default_timeout=PATIENCE_SECONDS,
        kwargs={"sku_id": pair[0], "warehouse_id": pair[1]},
    )
    test.session_state["ticket"] = str(shop.ticket(role))
    test.run()
    assert not test.exception, test.exception
    return test


def saved(test: AppTest, button: str = "shell.save", **parts: Any) -> AppTest:
    """Fill in the named parts and press the button."""
    for name, value in parts.items():
        if name == "stop":
            test.checkbox[0].set_value(value)
        elif name == "reason":
            next(one for one in test.text_input if one.label == EN["rules.reason"]).set_value(value)
        else:
            label = EN[f"rules.{name}"]
            next(one for one in test.text_input if one.label == label).set_value(value)
    after = next(one for one in test.button if one.label == EN[button]).click().run()
    assert not after.exception, after.exception
    return after


def card(shop: Served, pair: tuple[int, int], role: Role = Role.BUYER) -> AppTest:
    test = AppTest.from_function(
        one_screen, default_timeout=PATIENCE_SECONDS, kwargs={"key": "replenish"}
    )
    test.session_state["ticket"] = str(shop.ticket(role))
    test.query_params["suggestion"] = str(shown(shop, pair).id)
    test.run()
    assert not test.exception, test.exception
    return test


def shown(shop: Served, pair: tuple[int, int]) -> Shown:
    with shop.database.reading() as conn:
        [found] = [
            row.id
            for row in conn.rows(waiting_suggestions())
            if (row.sku_id, row.warehouse_id) == pair
        ]
        return shown_suggestions(conn, [found])[found]


def standing(shop: Served) -> dict[tuple[int, int], ReplenishRule]:
    with shop.database.reading() as conn:
        return replenish_rules(conn)


def set_elsewhere(shop: Served, pair: tuple[int, int], **parts: Any) -> None:
    """A rule that came by import: no plan has seen it."""
    with shop.database.writing() as tx:
        set_replenish_rules(tx, SYSTEM, [ReplenishRule(*pair, **parts)])


def told(test: AppTest) -> str:
    return " ".join(str(one.value) for one in (*test.success, *test.warning, *test.error))


def test_a_buyer_sets_a_minimum_and_the_suggestion_follows(
    shop: Served, lamp: tuple[int, int]
) -> None:
    before = shown(shop, lamp)
    assert EN["rules.open"] in [one.label for one in card(shop, lamp).button]
    first = dialog(shop, lamp)
    said = words_of(first)
    assert EN["rules.from_company"] in said
    assert EN["rules.from_plan"] in said
    assert EN["rules.from_hand"] not in said
    after = saved(first, minimum="900", reason="trade fair")
    now = shown(shop, lamp)
    assert now.id == before.id
    lost = now.trace["quantity"]["lost_before_arrival"]
    assert now.trace["policy"]["order_up_to"] == 900
    assert now.quantity > before.quantity
    assert 900 <= now.quantity + now.trace["position"]["inventory_position"] + lost < 910
    assert f"{now.quantity} units" in told(after)
    assert now.trace["rule"] == {"minimum": 900}
    on_card = words_of(card(shop, lamp))
    assert "As you set it: minimum 900." in on_card
    assert EN["rules.sum_minimum"] in on_card
    again = dialog(shop, lamp)
    [by_whom] = [one.value for one in again.caption if "Set by buyer" in one.value]
    assert "trade fair" in by_whom
    assert EN["rules.from_hand"] in words_of(again)
    # A whole plan, of the night or by hand, says the same as the click did; so does another click.
    run_planning(shop.database, SYSTEM, now=utc_now(), prophet_seconds=0)
    with shop.database.writing() as tx:
        refresh_suggestions(tx, SYSTEM, [lamp[0]], now=utc_now(), covers=True)
    assert (shown(shop, lamp).quantity, shown(shop, lamp).revision) == (now.quantity, now.revision)


def test_bad_values_are_named_and_nothing_is_kept(shop: Served, lamp: tuple[int, int]) -> None:
    for parts, code in (
        ({"minimum": "50", "maximum": "40"}, "rule_maximum_below_minimum"),
        ({"service_level": "100"}, "rule_level_out_of_range"),
        ({"review_days": "0"}, "rule_review_out_of_range"),
        ({"minimum": "-1"}, "rule_minimum_out_of_range"),
        ({"maximum": "a few"}, "rule_maximum_out_of_range"),
        ({"service_level": "high"}, "rule_level_out_of_range"),
    ):
        after = saved(dialog(shop, lamp), **parts)
        [error] = [one.value for one in after.error]
        assert error.startswith(EN[f"error.{code}"].split(" ")[0])
    assert standing(shop) == {}


def test_whoever_may_not_order_sees_what_holds_in_quiet_fields(
    shop: Served, lamp: tuple[int, int]
) -> None:
    set_elsewhere(shop, lamp, minimum=900)
    for role in (Role.READER, Role.ANALYST, Role.WAREHOUSE):
        test = dialog(shop, lamp, role)
        assert EN["rules.from_hand"] in words_of(test)
        assert all(one.disabled for one in (*test.text_input, *test.checkbox))
        assert [one.disabled for one in test.button] == [True, True]


def test_a_stop_takes_the_suggestion_away_and_its_end_brings_it_back(
    shop: Served, lamp: tuple[int, int]
) -> None:
    after = saved(dialog(shop, lamp), stop=True)
    assert EN["rules.orders_nothing"] in told(after)
    with shop.database.reading() as conn:
        assert conn.rows(select_suggested(lamp[0])) == []
    after = saved(dialog(shop, lamp), "rules.clear")
    assert standing(shop) == {}
    assert f"{shown(shop, lamp).quantity} units" in told(after)


def test_a_rule_that_moves_no_number_is_named_all_the_same(
    shop: Served, lamp: tuple[int, int]
) -> None:
    before = shown(shop, lamp)
    level = before.trace["policy"]["service_level"]
    saved(dialog(shop, lamp), service_level=f"{100 * level:g} %")
    now = shown(shop, lamp)
    assert (now.quantity, now.revision) == (before.quantity, before.revision + 1)
    assert "As you set it: service level" in words_of(card(shop, lamp))
    saved(dialog(shop, lamp), service_level="")
    assert "rule" not in shown(shop, lamp).trace


def test_a_maximum_and_a_review_period_are_filled_up_to(
    shop: Served, lamp: tuple[int, int]
) -> None:
    before = shown(shop, lamp)
    saved(dialog(shop, lamp), review_days="60")
    longer = shown(shop, lamp)
    assert longer.quantity > before.quantity
    assert longer.trace["policy"]["review_days"] == 60
    most = longer.trace["policy"]["order_up_to"] - 100
    saved(dialog(shop, lamp), maximum=str(most))
    held = shown(shop, lamp)
    assert held.trace["policy"]["order_up_to"] == most
    assert held.quantity < longer.quantity
    assert EN["replenish.sum_by_hand"] in words_of(card(shop, lamp))
    with shop.database.reading() as conn:
        [offer] = offers(conn, [lamp[0]], utc_now().date())
        fit = purchase_fit(conn, held, offer, today=utc_now().date(), base_currency="USD", beside=0)
    told = {breach.rule: breach.told for breach in fit.breaches(held.quantity + 50)}
    assert told["maximum_by_hand"] == {"maximum_by_hand": most}


def test_an_approval_on_numbers_of_before_the_rule_is_refused_with_the_new_ones(
    shop: Served, lamp: tuple[int, int]
) -> None:
    seen = shown(shop, lamp)
    set_elsewhere(shop, lamp, minimum=900)
    choice = Choice(seen.id, seen.revision, "click")
    answer = shop.database.write(lambda tx: approve_now(tx, SYSTEM, utc_now(), [choice]))
    assert isinstance(answer, Conflict)
    assert shown(shop, lamp).trace["rule"] == {"minimum": 900}
    set_elsewhere(shop, lamp, buying=False)
    now = shown(shop, lamp)
    choice = Choice(now.id, now.revision, "again")
    answer = shop.database.write(lambda tx: approve_now(tx, SYSTEM, utc_now(), [choice]))
    assert isinstance(answer, Conflict)
    assert answer.params["what"] == "no_need"


def test_all_sites_at_once_and_a_site_that_no_plan_knows(
    shop: Served, lamp: tuple[int, int], planned: tuple[str, Seller]
) -> None:
    test = dialog(shop, lamp)
    test.selectbox[0].set_value(0).run()
    after = saved(test, minimum="900")
    uk = planned[1].uk
    assert {pair[1]: rule.minimum for pair, rule in standing(shop).items()} == {
        lamp[1]: 900,
        uk: 900,
    }
    assert EN["rules.planning"] in told(after)
    with shop.database.reading() as conn:
        assert [one.job for one in waiting_requests(conn)] == ["plan"]
    assert any(EN["rules.not_planned"] in one.value for one in dialog(shop, (lamp[0], uk)).caption)
    run_planning(shop.database, SYSTEM, now=utc_now(), prophet_seconds=0)
    assert shown(shop, (lamp[0], uk)).trace["rule"] == {"minimum": 900}


def test_the_list_says_who_set_what_and_takes_it_back(shop: Served, lamp: tuple[int, int]) -> None:
    catalog: dict[str, Any] = {"key": "catalog"}
    test = AppTest.from_function(one_screen, default_timeout=PATIENCE_SECONDS, kwargs=catalog)
    test.session_state["ticket"] = str(shop.ticket(Role.BUYER))
    test.query_params["part"] = "rules"
    test.run()
    assert EN["catalog.no_rules"].split(":")[0] in words_of(test)
    saved(dialog(shop, lamp), minimum="900", service_level="98.5")
    test.run()
    [row] = test.dataframe[0].value.to_dict("records")
    assert (row["sku"], row["minimum"], row["service_level"]) == ("LAMP", 900, 98.5)
    assert (row["set_by"], row["buying"], row["planned"]) == ("buyer", "yes", "✓")
