"""The money on the card of a suggestion, worked out from its trace and held against it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.forecasting.pocket import DUST, Calendars, D, Demand, cents, day, mean
from tests.forecasting.pocket_courses import Courses, chance_of_empty

MILLIONTH = D("0.000001")


def check_money(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """Purchase value, landed cost, and sales at risk."""
    cost, risk = trace["cost"], trace["risk"]
    for share in (cost["freight_share"], cost["duty_share"]):
        if share is not None and share["source"] != "figure":
            assert share["receipts"] > 0
            part = D(share["paid"]) / D(share["goods"])
            assert abs(D(share["rate"]) - part) <= D("0.0001")
    if cost["unit_price"] is None:
        assert row["amount_base"] is None
        return
    rates = {one["currency"]: D(one["rate"]) for one in cost["rates"]}
    all_units = row["quantity"] + trace["quantity"]["beside"]
    reached = [pair for pair in trace["offer"]["prices"] if pair[0] <= all_units]
    assert [cost["price_from_quantity"], cost["unit_price"]] == max(reached)
    if cost["currency"] in rates:
        amount = cents(D(cost["unit_price"]) * row["quantity"] * rates[cost["currency"]])
        assert row["amount_base"] == D(cost["amount_base"]) == amount
    demand, intervals = Demand(trace["demand"]), trace["policy"]["intervals"]
    supply = max(0, trace["position"]["inventory_position"] - trace["quantity"]["expiring"])
    assert risk["units"] == pytest.approx(demand.short(intervals, supply), abs=0.006)
    if risk["unit_price_base"] is not None:
        worth = cents(D(risk["unit_price_base"]) * D(str(risk["units"])))
        assert row["value_at_risk_base"] == worth


def check_costs(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """The expected cost of the order and of everything it was compared with."""
    found, cost = trace["order_cost"], trace["cost"]
    shown = [one for one in found["candidates"] if one["unit_total"] is not None]
    if not shown or shown[0] is not found["candidates"][0]:
        return
    rates = {one["currency"]: D(one["rate"]) for one in cost["rates"]}
    last = max(max(one["arrival_days"]) + one["gap_days"] for one in shown)
    courses = Courses(trace, max(last, found["compared_until"]) + found["lost_after_days"] + 1)
    usual = min(D(one["unit_total"]) for one in shown)
    assert D(found["usual_unit"]) == usual
    price = trace["risk"]["unit_price_base"]
    margin = None if price is None else max(D(0), D(price) - D(found["usual_unit"]))
    assert found["unit_margin"] == (None if margin is None else str(margin))
    told = [cost[name] for name in ("freight_share", "duty_share") if cost[name] is not None]
    assert D(shown[0]["share"]) == sum((D(share["rate"]) for share in told), D(0))
    for one in shown:
        numbers = courses.order(one, trace)
        _check_option(one, numbers, courses, found, rates, cost, margin or D(0))
    _check_jump(found["jump"], shown, trace)
    taken = courses.order(shown[0], trace)
    assert found["confidence"] == pytest.approx(chance_of_empty(trace), abs=0.0006)
    _check_whether_it_pays(found, shown[0], taken["served"], margin, trace)
    if margin is not None:
        waiting = float(margin) * taken["served"]
        assert float(found["cost_of_waiting"]) == pytest.approx(
            waiting, abs=0.01 + float(margin) * 0.006
        )


def _check_whether_it_pays(
    found: dict[str, Any],
    taken: dict[str, Any],
    served: float,
    margin: Decimal | None,
    trace: dict[str, Any],
) -> None:
    """Against waiting for the next review, and what the order brings in all that it ever sells."""
    assert float(found["served_units"]) == pytest.approx(served, abs=0.006)
    if margin is None:
        assert found["gain"] is None
        assert found["brings"] is None
        return
    now, units = D(found["served_units"]), D(taken["quantity"])
    held = D(taken["unit_landed"]) * D(trace["cost"]["holding_rate_year"])
    held = (held * taken["gap_days"] / 365).quantize(MILLIONTH)
    beyond = max(D(0), units - D(taken["needed_until"]))
    dearer = D(taken["unit_total"]) - D(found["usual_unit"])
    rest = cents((units - now) * held + beyond * dearer)
    assert D(found["gain"]) == cents(now * margin) - rest - D(taken["low_fee"])
    never = max(D(taken["unsold_units"]), D(taken["expired_units"]))
    sold = (units - never) * D(trace["risk"]["unit_price_base"])
    assert D(found["brings"]) == cents(sold - units * D(taken["unit_total"]))
    assert (trace["reason"]["code"] == "loses_money") == (D(found["brings"]) < 0)


def _check_jump(
    jump: dict[str, Any] | None, shown: list[dict[str, Any]], trace: dict[str, Any]
) -> None:
    """A price break against the smaller order: cash tied up, what it saves, when it is back."""
    if jump is None:
        return
    taken = shown[0]
    small, large = jump["small"], jump["large"]
    for one in shown:
        if (one["offer_id"], one["ship_method"]) == (taken["offer_id"], taken["ship_method"]):
            told = {jump["from_quantity"]: small, jump["to_quantity"]: large}.get(one["quantity"])
            assert told is None or told == {name: one[name] for name in told}
    assert taken["quantity"] == jump["to_quantity" if jump["taken"] else "from_quantity"]
    sold = jump["to_quantity"] - D(large["unsold_units"]) + D(small["unsold_units"])
    saving = cents(D(small["unit_total"]) * sold - D(large["unit_total"]) * jump["to_quantity"])
    assert D(jump["saving"]) == saving
    assert saving > 0 or not jump["taken"]
    cash = cents(
        D(large["unit_landed"]) * jump["to_quantity"]
        - D(small["unit_landed"]) * jump["from_quantity"]
    )
    assert D(jump["extra_cash"]) == cash
    policy = trace["policy"]
    per_day = policy["demand_mean"] / max(1.0, mean(policy["intervals"]))
    days = jump["from_quantity"] / per_day + float(cash) / (per_day * float(small["unit_landed"]))
    assert jump["payback_days"] == pytest.approx(days, abs=0.06)
    assert jump["cover_days"] == pytest.approx(jump["to_quantity"] / per_day, abs=0.06)


def _check_option(
    one: dict[str, Any],
    numbers: dict[str, float],
    courses: Courses,
    found: dict[str, Any],
    rates: dict[str, Decimal],
    cost: dict[str, Any],
    margin: Decimal,
) -> None:
    freight_rate = rates.get(one["freight_currency"], D(0))
    price = D(one["unit_price"]) * rates[one["currency"]]
    landed = price + price * D(one["share"]) + D(one["unit_freight"]) * freight_rate
    assert D(one["unit_landed"]) == landed.quantize(MILLIONTH)
    days = mean(one["arrival_days"]) + numbers["shelf"]
    assert float(one["shelf_days"]) == pytest.approx(numbers["shelf"], abs=0.051)
    assert float(one["waiting_days"]) == pytest.approx(days, abs=0.051)
    held = D(one["unit_landed"]) * D(cost["holding_rate_year"]) * D(one["waiting_days"]) / 365
    assert D(one["unit_holding"]) == held.quantize(MILLIONTH)
    for name, key in (
        ("expired_units", "expired"),
        ("unsold_units", "unsold"),
        ("aged_months", "months"),
        ("low_units", "low"),
    ):
        assert float(one[name]) == pytest.approx(numbers[key], abs=0.006)
    fees, aged, low = found["age_fees"], D(one["expired_units"]) * D(one["unit_landed"]), D(0)
    if fees and fees["rate"] is not None:
        aged += D(one["aged_months"]) * D(fees["aged_fee"]) * D(fees["rate"])
        stored = D(one["shelf_days"]) / 30 * D(fees["unit_m3"] or 0)
        aged += one["quantity"] * stored * D(fees["storage_fee"]) * D(fees["rate"])
        low = cents(D(one["low_units"]) * D(fees["low_fee"]) * D(fees["rate"]))
    assert D(one["unit_fees"]) == (aged / one["quantity"]).quantize(MILLIONTH)
    assert D(one["low_fee"]) == low
    handling = (D(found["order_line_cost"]) / one["quantity"]).quantize(MILLIONTH)
    assert D(one["unit_handling"]) == handling
    parts = (D(one[name]) for name in ("unit_landed", "unit_holding", "unit_fees"))
    assert D(one["unit_total"]) == sum(parts) + handling
    until = courses.needed_until(one, found["compared_until"])
    assert float(one["units"]) == pytest.approx(max(one["quantity"], until), abs=0.006)
    dearer = D(one["unit_total"]) - D(found["usual_unit"])
    assert D(one["extra"]) == cents(dearer * D(one["units"]))
    lost = numbers["before"] + numbers["after"]
    assert float(one["lost_units"]) == pytest.approx(lost, abs=0.006)
    assert D(one["lost_margin"]) == cents(D(one["lost_units"]) * margin)
    never = max(D(0), D(one["unsold_units"]) - D(one["expired_units"]))
    assert D(one["left_over"]) == cents(never * D(found["usual_unit"]))
    parts = (D(one[name]) for name in ("extra", "lost_margin", "low_fee", "left_over"))
    assert D(one["cost"]) == sum(parts)
    assert one["cycle_service"] == pytest.approx(numbers["clean"], abs=0.0006)
    if one["fill_rate"] is not None:
        rate = 1 - numbers["after"] / max(DUST, numbers["demand"])
        assert one["fill_rate"] == pytest.approx(rate, abs=0.0002)


def check_choice(trace: dict[str, Any]) -> None:
    """Why this supplier, the runner-up and the faster way."""
    choice, found = trace["choice"], trace["order_cost"]
    shown = [one for one in found["candidates"] if one["cost"] is not None]
    if not shown:
        return
    preferred = [one for one in shown if one["preferred"]]
    if choice["why"] != "preferred":
        assert D(shown[0]["cost"]) == min(D(one["cost"]) for one in shown)
    if choice["saving_percent"] is not None and preferred:
        own = min(preferred, key=lambda one: (D(one["cost"]), D(one["unit_total"])))
        best = min(D(one["cost"]) for one in shown)
        paid = D(own["unit_total"]) * D(own["units"])
        saved = (D(own["cost"]) - best) / paid * 100
        assert D(choice["saving_percent"]) == cents(saved)
        if choice["why"] == "saving":
            assert saved > D(choice["saving_limit_percent"])
    calendars, today = Calendars(trace["lead_time"]["calendars"]), day(trace["as_of"])
    for one in (choice["runner_up"], trace["faster"]):
        if one is not None:
            arrives = calendars.arrives(today, one["legs"])
            assert one["arrives_on"] == arrives.isoformat()
            assert one["lead_time_days"] == (arrives - today).days
    faster = trace["faster"]
    if faster is not None:
        assert (
            faster["days_won"]
            == (day(trace["lead_time"]["arrives_on"]) - day(faster["arrives_on"])).days
        )
        if faster["extra_base"] is not None and "limits" not in trace:
            more = D(faster["unit_landed"]) - D(trace["cost"]["unit_landed"])
            assert D(faster["extra_base"]) == cents(more * trace["quantity"]["ordered"])
