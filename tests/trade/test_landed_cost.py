"""Landed cost: charges are spread by a stated basis and never lose a digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import Invalid, Refused
from inventory_core.trade.landed_cost import (
    ChargeAmount,
    GoodsLine,
    land,
    split_charge,
    split_value,
    to_base,
)

D = Decimal
LAMP = GoodsLine("LAMP", 100, D(2), weight_grams=500, volume_cm3=2000)
CABLE = GoodsLine("CABLE", 300, D(1), weight_grams=50, volume_cm3=100)


@pytest.mark.parametrize(
    ("basis", "shares"),
    [
        ("value", ["200", "300"]),
        ("quantity", ["125", "375"]),
        ("weight", ["384.615385", "115.384615"]),
        ("volume", ["434.782609", "65.217391"]),
    ],
)
def test_a_charge_is_spread_by_its_basis(basis: str, shares: list[str]) -> None:
    goods = [D(200), D(300)]
    assert split_charge(D(500), basis, [LAMP, CABLE], goods) == [D(share) for share in shares]


def test_goods_and_charges_land_in_base_currency() -> None:
    landed = land([LAMP, CABLE], D("7.1"), [ChargeAmount(D(100)), ChargeAmount(D(40), "quantity")])
    assert [line.goods_value for line in landed] == [D(1420), D(2130)]
    assert [line.charge_value for line in landed] == [D(50), D(90)]
    assert sum(line.value for line in landed) == D(3690)
    assert [line.source_value for line in landed] == [D(200), D(300)]


def test_trap_15_free_units_cost_nothing_or_their_freight() -> None:
    free = GoodsLine("LAMP", 10, D(0))
    assert land([free], D(7), [])[0].value == 0
    assert land([free, GoodsLine("CABLE", 30, D(0))], D(7), [ChargeAmount(D(8))])[0].value == 2


def test_trap_15_a_credit_lowers_cost_but_not_below_nothing() -> None:
    assert land([LAMP], D(1), [ChargeAmount(D(-50))])[0].value == 150
    with pytest.raises(Refused, match="credit_exceeds_value"):
        land([LAMP], D(1), [ChargeAmount(D(-201))])


def test_a_basis_that_is_not_known_is_refused_not_guessed() -> None:
    with pytest.raises(Refused, match="weight_missing") as told:
        land([LAMP, GoodsLine("BOX", 1, D(1))], D(1), [ChargeAmount(D(5), "weight")])
    assert told.value.params["sku"] == "BOX"
    with pytest.raises(Invalid, match="not_in_list"):
        land([LAMP], D(1), [ChargeAmount(D(5), "mood")])


def test_trap_11_rounding_happens_once_at_six_places() -> None:
    assert to_base(D("1234"), D("0.0478123456")) == D("59.000434")


@given(
    amount=st.decimals(-10_000, 10_000, places=6),
    lines=st.lists(
        st.tuples(st.integers(1, 10_000), st.decimals(0, 500, places=3)), min_size=1, max_size=12
    ),
)
def test_trap_03_shares_always_sum_to_the_charge(
    amount: Decimal, lines: list[tuple[int, Decimal]]
) -> None:
    goods = [GoodsLine(str(n), quantity, price) for n, (quantity, price) in enumerate(lines)]
    values = [line.quantity * line.unit_price for line in goods]
    for basis in ("value", "quantity"):
        assert sum(split_charge(amount, basis, goods, values)) == amount


@given(value=st.decimals(0, 10_000, places=6), good=st.integers(0, 500), bad=st.integers(1, 500))
def test_good_and_damaged_parts_sum_to_the_line(value: Decimal, good: int, bad: int) -> None:
    assert sum(split_value(value, [good, bad])) == value
