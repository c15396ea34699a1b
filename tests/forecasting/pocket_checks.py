"""Every number on the card of a suggestion, worked out from its trace and held against it."""

from collections.abc import Mapping
from decimal import Decimal
from math import floor
from typing import Any

import pytest

from tests.forecasting.pocket import (
    DAY,
    DUST,
    EMPTY,
    Calendars,
    Courses,
    D,
    Demand,
    cents,
    chance_of_empty,
    day,
    inbound_by_day,
    lead_points,
    learned_numbers,
    lots_by_day,
    mean,
    most_asked,
    sellable_of,
    stock_by_day,
    whole,
)

MILLIONTH = D("0.000001")


def check_card(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """All parts of the card; `row` is the suggestion as it is kept."""
    check_way(trace)
    check_cover(trace)
    check_quantity(row, trace)
    check_dates(row, trace)
    check_money(row, trace)
    check_costs(row, trace)
    check_choice(trace)


def check_way(trace: dict[str, Any]) -> None:
    """Arrival, the days until the next goods, and what was learned of the way."""
    lead, today = trace["lead_time"], day(trace["as_of"])
    calendars = Calendars(lead["calendars"])
    arrives = calendars.arrives(today, lead["legs"])
    assert day(lead["arrives_on"]) == arrives
    assert lead["days_with_closures"] == (arrives - today).days
    review = trace["policy"]["review_days"]
    following = calendars.arrives(today + review * DAY, lead["legs"])
    assert lead["gap_days"] == max(review, (following - arrives).days)
    found = lead["learned"]
    if found is None:
        return
    numbers = learned_numbers(found)
    assert found["weight"] == pytest.approx(numbers["weight"], abs=0.0006)
    assert found["ratio"] == pytest.approx(numbers["ratio"], abs=0.0001)
    assert found["spread"] == pytest.approx(numbers["spread"], abs=0.0001)
    assert found["slices"] == pytest.approx(numbers["slices"], abs=0.0002)
    legs = [
        {**leg, "days": days}
        for leg, days in zip(lead["legs"], found["stated_leg_days"], strict=True)
    ]
    assert found["stated_days"] == (calendars.arrives(today, legs) - today).days
    assert lead["days"] == round(sum(found["stated_leg_days"]) * found["ratio"])
    spread = found["spread"] * found["stated_days"]
    assert lead["spread_days"] == pytest.approx(spread, abs=0.01)
    offsets = [(part - found["ratio"]) * found["stated_days"] for part in found["slices"]]
    assert lead["offsets"] == pytest.approx(offsets, abs=0.06)


def check_cover(trace: dict[str, Any]) -> None:
    """Demand over the protection interval, safety stock, reorder point, order-up-to, fill rate."""
    policy, lead, demand = trace["policy"], trace["lead_time"], Demand(trace["demand"])
    check_level(trace)
    gap, review = lead["gap_days"], policy["review_days"]
    assert policy["lead_time_days"] == lead["days_with_closures"]
    assert policy["protection_days"] == policy["lead_time_days"] + gap
    assert policy["intervals"] == [days + gap for days in lead_points(lead)]
    expected = mean(demand.mean(days) for days in policy["intervals"])
    quantile = demand.mixed(policy["intervals"], policy["service_level"])
    assert policy["demand_mean"] == pytest.approx(expected, abs=0.001)
    assert policy["demand_quantile"] == pytest.approx(quantile, abs=0.001)
    safety = max(0.0, quantile - expected)
    assert policy["computed_reorder_point"] == whole(expected + safety, least=0.5)
    assert policy["safety_stock"] == min(policy["computed_reorder_point"], whole(safety))
    through = policy["protection_days"]
    more = demand.mean(through + review) - demand.mean(through)
    assert policy["computed_order_up_to"] == max(
        policy["computed_reorder_point"], whole(expected + safety + more, least=0.5)
    )
    if not {"minimum", "maximum"} & set(policy["manual"]):
        assert policy["reorder_point"] == policy["computed_reorder_point"]
        assert policy["order_up_to"] == policy["computed_order_up_to"]
    if policy["fill_rate"] is not None:
        leads = [max(0, days - gap) for days in policy["intervals"]]
        cycle = expected - mean(demand.mean(days) for days in leads)
        supply = policy["reorder_point"]
        short = demand.short(policy["intervals"], supply) - demand.short(leads, supply)
        rate = min(1.0, max(0.0, 1 - short / cycle))
        assert policy["fill_rate"] == pytest.approx(rate, abs=0.0002)


def check_level(trace: dict[str, Any]) -> None:
    """A level that nobody promised is the one that pays: margin / (margin + keeping a unit)."""
    paying, cost = trace["policy"]["paying"], trace["cost"]
    if paying is None:
        return
    margin, holding = D(paying["margin"]), D(paying["holding"])
    keeping = D(cost["unit_landed"]) * D(cost["holding_rate_year"]) * trace["lead_time"]["gap_days"]
    if cost["price_from_quantity"] == trace["offer"]["prices"][0][0]:
        assert margin == max(D(0), D(trace["risk"]["unit_price_base"]) - D(cost["unit_landed"]))
        assert holding == pytest.approx(keeping / 365, abs=MILLIONTH)
    ratio = margin / (margin + holding) if margin + holding else D(0)
    level = min(0.99, max(0.5, float(ratio)))
    assert trace["policy"]["service_level"] == pytest.approx(level, abs=0.00006)


def check_quantity(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """Position, what is lost anyway, the need, the real quantity and what it forces."""
    position, quantity = trace["position"], trace["quantity"]
    assert position["available"] == position["on_hand"] - position["reserved"] - position["held"]
    coming = sum(item["quantity"] for item in trace["inbound"])
    worth = sellable_of(trace) + coming
    assert position["inventory_position"] == worth == quantity["inventory_position"]
    lost = trace["projection"]["lost_before_arrival"]
    assert quantity["lost_before_arrival"] == floor(lost + 0.0005)
    assert quantity["expiring"] == _expiring(trace, trace["policy"]["protection_days"])
    worth -= quantity["expiring"]
    to_level = trace["policy"]["order_up_to"] - worth - quantity["lost_before_arrival"]
    assert quantity["to_level"] == to_level
    if {"minimum", "maximum"} & set(trace["policy"]["manual"]):
        assert quantity["most_asked"] is None
        assert quantity["needed"] == to_level
    else:
        assert quantity["most_asked"] == most_asked(trace)
        assert quantity["needed"] == min(to_level, quantity["most_asked"])
    step, ordered = quantity["step"], quantity["ordered"]
    limited, costs = "limits" in trace, trace["order_cost"]
    assert ordered == row["quantity"]
    assert limited or ordered == costs["candidates"][0]["quantity"]
    assert ordered % step == 0
    assert step % quantity["order_multiple"] == 0
    if quantity["pallet_quantity"]:
        assert step == quantity["pallet_quantity"]
    else:
        assert step % (quantity["carton_quantity"] or 1) == 0
    assert ordered >= quantity["moq"]
    if costs["rule"] == "service_level" and not limited:
        least = max(quantity["needed"], quantity["moq"], 1)
        least = -(-least // step) * step
        breaks = [start for start, _ in trace["offer"]["prices"] if start > least]
        assert ordered in (least, *(-(-start // step) * step for start in breaks))
    assert quantity["forced"] == ordered - quantity["needed"]
    per_day = trace["policy"]["demand_mean"] / mean(trace["policy"]["intervals"])
    if per_day > 0:
        assert quantity["forced_days"] == pytest.approx(quantity["forced"] / per_day, abs=0.051)
        assert quantity["cover_days"] == pytest.approx(ordered / per_day, abs=0.051)
        sellable = max(0, sellable_of(trace))
        assert row["days_of_cover"] == pytest.approx(sellable / per_day, abs=0.051)


def _expiring(trace: dict[str, Any], days: int) -> int:
    """Whole units that are on the shelf after their last day, in so many days of mean demand."""
    totals, gone = Demand(trace["demand"]).course(None, days), dict[int, float]()
    stock_by_day(sellable_of(trace), totals, inbound_by_day(trace), lots_by_day(trace), gone)
    return floor(sum(gone.values()) + DUST)


def check_dates(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """Runs out, latest order date, days late, and the stock that the picture shows."""
    policy, lead, today = trace["policy"], trace["lead_time"], day(trace["as_of"])
    demand, starts = Demand(trace["demand"]), day(trace["starts_on"])
    shown, sellable, lots = trace["projection"], sellable_of(trace), lots_by_day(trace)
    horizon = max(demand.days[-1], policy["protection_days"] + policy["review_days"] + 60)
    empty, short_on = {}, None
    for name, level in (("expected", None), ("cautious", policy["service_level"])):
        totals = demand.course(level, horizon)
        spoiled: dict[int, float] = {}
        left, gone = stock_by_day(sellable, totals, inbound_by_day(trace), lots, spoiled)
        out = next((step for step, units in enumerate(left) if units < EMPTY), None)
        ends = None if out is None else starts + out * DAY
        empty[name] = ends
        assert shown[f"{name}_empty_on"] == (ends and ends.isoformat())
        assert shown[name] == pytest.approx(left[:: shown["step_days"]], abs=0.051)
        if name == "cautious":
            step = max(0, (day(lead["arrives_on"]) - starts).days)
            while step and left[step - 1] < EMPTY:
                step -= 1
            found = next((at for at in range(step, horizon) if left[at] < EMPTY), None)
            short_on = None if found is None else starts + found * DAY
            assert shown["short_on"] == (short_on and short_on.isoformat())
        if name == "expected":
            days = max(0, (day(lead["arrives_on"]) - starts).days)
            assert shown["lost_before_arrival"] == pytest.approx(gone[days], abs=0.001)
            told = dict((trace["lots"] or {"spoils": []})["spoils"])
            found = {(starts + step * DAY).isoformat(): units for step, units in spoiled.items()}
            assert told == pytest.approx(found, abs=0.006)
    runs_out = empty["cautious"]
    assert row["runs_out_on"] == runs_out
    assert row["arrives_on"] == day(lead["arrives_on"])
    latest = None
    if short_on is not None:
        calendars = Calendars(lead["calendars"])
        latest = calendars.latest(short_on, lead["legs"], lead["office_calendar"])
    assert lead["latest_order_on"] == (latest and latest.isoformat())
    late = max(0, (today - latest).days) if latest else 0
    assert row["days_late"] == late
    assert row["order_by_on"] == (None if late else latest)
    reason = trace["reason"]["code"]
    if sellable <= 0:
        assert reason == "out_of_stock"
    elif late or (runs_out and runs_out < row["arrives_on"]):
        assert reason == "runs_out_before_arrival"


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
    reached = [pair for pair in trace["offer"]["prices"] if pair[0] <= row["quantity"]]
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
    if margin is not None:
        waiting = float(margin) * taken["served"]
        assert float(found["cost_of_waiting"]) == pytest.approx(
            waiting, abs=0.01 + float(margin) * 0.006
        )


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
    assert D(one["cost"]) == D(one["extra"]) + D(one["lost_margin"]) + D(one["low_fee"])
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
