"""Every number on the card of a transfer, worked out from its trace and held against it."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def check_transfer(row: Mapping[str, Any], trace: dict[str, Any]) -> None:
    """The sum of the benefit and the units; `row` is the suggestion as it is kept."""
    receiver, cost, donor = trace["receiver"], trace["cost"], trace["donor"]
    units = trace["quantity"]["sent"]
    assert units == row["quantity"]
    for name in ("lost_without", "lost_with"):
        assert receiver[name]["expected"] == _mean(receiver[name]["lost"])
    without, with_it = (receiver[name]["expected"] for name in ("lost_without", "lost_with"))
    assert receiver["avoided"] == round(without - with_it, 2)
    margin = Decimal(receiver["unit_margin"] or 0)
    gained = _cents(Decimal(str(receiver["avoided"])) * margin)
    goods = _cents(Decimal(receiver["unit_goods"] or 0) * units)
    each = sum(Decimal(cost[name]) for name in ("unit_freight", "unit_duty", "unit_removal"))
    paid = _cents(each * units + Decimal(cost["fixed"]))
    assert (Decimal(receiver["gained"]), Decimal(receiver["goods_saved"])) == (gained, goods)
    assert (Decimal(cost["total"]), row["amount_base"]) == (paid, paid)
    net = gained + goods - paid
    if donor is not None:
        assert receiver["unit_goods"] is None, "goods of a selling site would be sold there"
        net += Decimal(donor["holding_saved"]) - Decimal(donor["risk"])
    assert Decimal(trace["net"]) == net
    assert net >= 0 or receiver["unit_goods"] is None
    _check_units(trace["quantity"])


def _check_units(quantity: dict[str, Any]) -> None:
    missing, carton = quantity["missing"], quantity["carton_quantity"] or 1
    assert 0 < quantity["sent"] <= quantity["free"]
    if quantity["because"] == "level":
        lacking = quantity["order_up_to"] - quantity["inventory_position"] + quantity["expiring"]
        assert missing == lacking - quantity["lost_before_arrival"]
    assert quantity["sent"] < missing + carton


def _mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 2)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
