"""Every golden folder: the input sheet gives exactly the expected suggestion sheet."""

import pytest

from forecasting.situation import Planned
from forecasting.suggest import plan_pair
from tests.golden.sheets import cases, read_sheet, settings_of, situation_of


def as_sheet(planned: Planned) -> dict[str, object]:
    """A plan in the words of an expected sheet."""
    policy, draft = planned.policy, planned.draft
    sheet: dict[str, object] = {
        "safety_stock": policy.safety_stock,
        "reorder_point": policy.reorder_point,
        "order_up_to": policy.order_up_to,
    }
    if draft is None:
        return sheet | {"suggestion": "none"}
    trace = draft.trace
    costs = trace["order_cost"]
    rival, faster = trace["choice"]["runner_up"], trace["faster"]
    return sheet | {
        "suggestion": draft.state,
        "quantity": draft.quantity,
        "needed": trace["quantity"]["needed"],
        "forced": trace["quantity"]["forced"],
        "expires": trace["in_time"]["expires"] if trace["in_time"] else None,
        "forced_days": trace["quantity"]["forced_days"],
        "supplier": trace["offer"]["supplier"],
        "why_supplier": trace["choice"]["why"],
        "runner_up": rival["supplier"] if rival else "",
        "ship_method": draft.ship_method,
        "unit_price": str(draft.unit_price),
        "amount_base": str(draft.amount_base),
        "value_at_risk": str(draft.value_at_risk_base),
        "order_by": str(draft.order_by_on),
        "days_late": draft.days_late,
        "runs_out": str(draft.runs_out_on),
        "arrives": str(draft.arrives_on),
        "days_of_cover": draft.days_of_cover,
        "reason": trace["reason"]["code"],
        "faster": faster["ship_method"] if faster else "",
        "faster_arrives": faster["arrives_on"] if faster else "",
        "assumed": list(draft.assumed),
        "protection_days": policy.protection_days,
        "expected_cost": costs["candidates"][0]["cost"],
        "lost_units": costs["candidates"][0]["lost_units"],
        "unit_fees": costs["candidates"][0]["unit_fees"],
        "low_fee": costs["candidates"][0]["low_fee"],
        "cycle_service": costs["candidates"][0]["cycle_service"],
        "fill_rate": costs["candidates"][0]["fill_rate"],
        "confidence": costs["confidence"],
        "cost_of_waiting": str(costs["cost_of_waiting"]),
    }


@pytest.mark.parametrize("case", cases())
def test_the_plan_of_a_golden_sheet_is_what_a_planner_expects(case: str) -> None:
    expected, sheet = read_sheet(case, "expected"), read_sheet(case, "input")
    found = as_sheet(plan_pair(situation_of(sheet), settings_of(sheet)))
    assert {name: found.get(name) for name in expected} == expected
