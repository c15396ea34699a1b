"""Clicks on Approve that come late: on what somebody else just approved, on the next card."""

import pytest
from sqlalchemy import func, select
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from app import widgets_acts
from app.i18n import catalogue
from inventory_core.clock import utc_now
from inventory_core.db.schema.trade import purchase_order_line
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.worklist import waiting_suggestions, waiting_suppliers
from inventory_core.trade.purchase_steps import send_purchase_orders
from inventory_core.vocabulary import Role
from tests.app.screens.test_forecasts_learning import drawn
from tests.browser import Served

EN = catalogue("en")


def approved(test: AppTest) -> AppTest:
    verb = EN["replenish.approve"].split("{")[0].strip()
    [button] = [one for one in test.button if one.label.startswith(f"{verb} ")]
    after = button.click().run()
    assert not after.exception, after.exception
    assert [one.value for one in after.error] == []
    return after


def ordered(shop: Served) -> int:
    with shop.database.reading() as conn:
        return int(conn.scalar(select(func.count()).select_from(purchase_order_line)))


def test_whoever_clicks_on_what_was_just_approved_is_told_by_whom(shop: Served) -> None:
    owner, buyer = (drawn(shop, "", role, screen="replenish") for role in (Role.OWNER, Role.BUYER))
    [first] = [one.value for one in approved(owner).success]
    [second] = [one.value for one in approved(buyer).success]
    assert "000001" in first
    assert "000001" in second
    assert "owner" in second
    assert ordered(shop) == 1


def test_a_late_second_click_does_not_approve_the_next_card(
    shop: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widgets_acts, "SLIP_SECONDS", 3600.0)
    first = approved(drawn(shop, "", screen="replenish"))
    told = [one.value for one in first.success]
    slipped = approved(first)
    assert [one.value for one in slipped.success] == told
    assert [one.value for one in slipped.warning] == [EN["shell.late_click"]]
    assert ordered(shop) == 1
    monkeypatch.setattr(widgets_acts, "SLIP_SECONDS", 0.0)
    meant = approved(slipped)
    assert [one.value for one in meant.warning] == []
    assert ordered(shop) == 2


def test_all_of_one_supplier_is_ordered_at_once(shop: Served) -> None:
    """Its total is said before the click, and what the others are asked for stays."""
    with shop.database.reading() as conn:
        [supplier_id, name, *_] = conn.rows(waiting_suppliers())[0]
        waiting = len(conn.rows(waiting_suggestions(supplier_id=supplier_id)))
    assert waiting > 1
    everything = drawn(shop, "", screen="replenish")
    together = EN["replenish.approve_together"].format(count=waiting)
    assert together not in [one.label for one in everything.button], "nobody chose a supplier"
    test = drawn(shop, "", screen="replenish", supplier=str(supplier_id))
    said = [one.value for one in test.markdown if one.value.startswith(f"All **{waiting}** of")]
    assert len(said) == 1
    assert name in said[0].replace("\\", "")
    [button] = [one for one in test.button if one.label == together]
    button.click().run()
    assert ordered(shop) == waiting


def test_whoever_may_not_approve_asks_and_whoever_may_answers(shop: Served) -> None:
    analyst = drawn(shop, "", Role.ANALYST, screen="replenish")
    [ask] = [one for one in analyst.button if one.label == EN["replenish.ask"]]
    asked = ask.click().run()
    assert not asked.exception, asked.exception
    [words] = [one.value for one in asked.success]
    assert words.endswith(EN["replenish.asked"].split("}")[1])
    assert ordered(shop) == 0
    owner = drawn(shop, "", Role.OWNER, screen="approvals")
    assert EN["approvals.reject"] in [one.label for one in owner.button]
    [yes] = [one for one in owner.button if one.label == EN["approvals.approve"]]
    answered = yes.click().run()
    assert [one.value for one in answered.error] == []
    assert ordered(shop) == 1


def undo_of(test: AppTest) -> Button:
    verb = EN["undo.button"].split("{")[0]
    [button] = [one for one in test.button if one.label.startswith(verb)]
    return button


def waiting_numbers(shop: Served) -> list[tuple[object, ...]]:
    with shop.database.reading() as conn:
        rows = conn.rows(waiting_suggestions())
    return sorted((row.sku_id, row.warehouse_id, row.quantity, row.supplier_id) for row in rows)


def test_an_approval_is_undone_beside_its_message_and_the_list_is_as_before(shop: Served) -> None:
    before = waiting_numbers(shop)
    after = approved(drawn(shop, "", screen="replenish"))
    assert waiting_numbers(shop) != before
    undone = undo_of(after).click().run()
    assert not undone.exception, undone.exception
    [words] = [one.value for one in undone.success]
    assert "000001" in words
    assert "the same suggestion again" in words
    assert waiting_numbers(shop) == before
    verb = EN["undo.button"].split("{")[0]
    assert not [one for one in undone.button if one.label.startswith(verb)]


def test_whoever_undoes_what_somebody_else_undid_is_told_by_whom(shop: Served) -> None:
    before = waiting_numbers(shop)
    owner, buyer = (drawn(shop, "", role, screen="replenish") for role in (Role.OWNER, Role.BUYER))
    owner, buyer = approved(owner), approved(buyer)
    first, second = undo_of(owner).click().run(), undo_of(buyer).click().run()
    assert len(first.success) == 1
    [told] = [one.value for one in second.warning]
    assert "owner" in told
    assert waiting_numbers(shop) == before


def test_what_was_sent_meanwhile_is_not_undone_and_offers_no_undo(shop: Served) -> None:
    buyer = drawn(shop, "", Role.BUYER, screen="replenish")
    owner = approved(drawn(shop, "", Role.OWNER, screen="replenish"))
    with shop.database.writing() as tx:
        order_id = tx.scalar(select(func.max(purchase_order_line.c.purchase_order_id)))
        send_purchase_orders(tx, SYSTEM, [order_id], now=utc_now())
    refused = undo_of(owner).click().run()
    assert EN["error.order_already_sent"].split("{")[0] in refused.error[0].value
    assert ordered(shop) == 1
    late = approved(buyer)
    verb = EN["undo.button"].split("{")[0]
    assert not [one for one in late.button if one.label.startswith(verb)]
