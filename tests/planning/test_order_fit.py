"""What a quantity chosen by hand breaks, and the nearest that fits."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_core.planning.order_fit import Line, Room, order_fit, transfer_fit
from inventory_core.planning.order_rules import Fit
from inventory_core.trade.offer_terms import Offer
from inventory_core.vocabulary import OfferId, SkuId, SupplierId
from tests.examples import examples

OFFER = Offer(
    id=OfferId(1),
    supplier_id=SupplierId(1),
    supplier_name="Ningbo Home",
    sku_id=SkuId(1),
    supplier_sku="",
    currency="USD",
    moq=50,
    order_multiple=10,
    pallet_quantity=None,
    lead_time_days=30,
    lead_time_spread_days=Decimal(0),
    preferred=True,
    assumed=(),
    prices=((1, Decimal("2.00")), (300, Decimal("1.80"))),
    legs=(),
    calendar=None,
    order_minimum=None,
    minimum_currency="USD",
    payment_days=0,
    valid_to=None,
    version=1,
    leg_calendars={},
)
MOST = 3_500
LINE = Line(planned=100, per_day=2.0, rate=Decimal(1))


def broken(fit: Fit, quantity: int) -> dict[str, int | None]:
    """Rule and nearest quantity, of those that somebody must obey or say yes to."""
    return {
        breach.rule: breach.nearest for breach in fit.breaches(quantity) if not breach.only_told
    }


def told(fit: Fit, quantity: int) -> dict[str, int | None]:
    """The same of those that are only told."""
    return {breach.rule: breach.nearest for breach in fit.breaches(quantity) if breach.only_told}


def test_a_minimum_and_a_maximum_by_hand_are_broken_knowingly_and_never_by_the_plan() -> None:
    ruled = order_fit(OFFER, replace(LINE, least=(90, 400), most=(160, 470)))
    assert broken(ruled, 80) == {"minimum_by_hand": 90}
    assert broken(ruled, 90) == broken(ruled, 160) == {}
    assert broken(ruled, 170) == {"maximum_by_hand": 160}
    assert not any(breach.hard for breach in ruled.breaches(80))
    # Terms rounded up beyond the maximum, and a shared limit left less than the minimum asks for.
    planned = order_fit(OFFER, replace(LINE, planned=200, least=(250, 400), most=(160, 470)))
    assert broken(planned, 200) == {}
    assert broken(planned, 190) == {"minimum_by_hand": 200}


def test_a_quantity_that_keeps_every_rule_breaks_nothing() -> None:
    assert broken(order_fit(OFFER, LINE), 110) == {}


def test_the_terms_of_the_offer_are_hard_and_come_first() -> None:
    fit = order_fit(OFFER, replace(LINE, carton_quantity=24))
    found = fit.breaches(45)
    assert [(one.rule, one.hard) for one in found] == [
        ("moq", True), ("multiple", True), ("carton", False),
    ]  # fmt: skip
    # 120 is the first whole carton that is a multiple of ten and not below the minimum.
    assert {one.nearest for one in found} == {120}


@pytest.mark.parametrize(
    ("line", "quantity", "rule", "nearest"),
    [
        (replace(LINE, carton_quantity=12), 100, "carton", 120),
        (replace(LINE, shelf_life_days=60), 150, "shelf_life", 120),
        (replace(LINE, rooms=[Room("budget", "March", amount=Decimal(250))]), 200, "budget", 120),
        (
            replace(
                LINE,
                volume_m3=Decimal("0.01"),
                weight_kg=Decimal(1),
                rooms=[Room("container", "40HQ", volume_m3=Decimal(9), weight_kg=Decimal("83.5"))],
            ),
            120,
            "container",
            80,
        ),
        (replace(LINE, lacking=Decimal("205")), 60, "supplier_minimum", 110),
        (LINE, 400, "cover", 360),
    ],
)
def test_every_soft_rule_says_the_nearest_that_fits(
    line: Line, quantity: int, rule: str, nearest: int
) -> None:
    assert broken(order_fit(OFFER, line), quantity)[rule] == nearest


def test_a_dearer_price_is_told_and_asks_for_no_yes() -> None:
    fewer = order_fit(OFFER, replace(LINE, planned=300))
    assert (broken(fewer, 200), told(fewer, 200)) == ({}, {"price_break": 300})
    # 290 at 2.00 cost 580, 300 at 1.80 only 540.
    assert told(order_fit(OFFER, LINE), 290)["price_break"] == 300


def test_the_nearest_whole_carton_is_offered_though_a_price_break_lies_further() -> None:
    """104 and not 128 beside 100: a dearer unit is no reason to offer more."""
    offer = replace(OFFER, order_multiple=1, prices=((1, Decimal(2)), (128, Decimal("1.8"))))
    fit = order_fit(offer, replace(LINE, planned=128, carton_quantity=8))
    assert broken(fit, 100) == {"carton": 96}
    assert broken(fit, 102) == {"carton": 104}
    assert told(fit, 102) == {"price_break": 128}
    assert broken(fit, 104) == {}


def test_more_than_planned_is_told_in_days_and_half_a_year_wants_a_yes() -> None:
    fit = order_fit(OFFER, LINE)
    assert told(fit, 100) == {}
    assert told(fit, 250) == {"lasts": None}
    [breach] = [one for one in fit.breaches(400) if one.soft]
    assert (breach.rule, breach.told) == ("cover", {"lasts": 200, "planned": 50})
    much = order_fit(OFFER, replace(LINE, planned=600))
    assert broken(much, 600) == {}  # what the plan asks for was weighed there
    assert broken(much, 610) == {"cover": 600}


def test_whole_pallets_are_hard_and_cartons_say_nothing_then() -> None:
    fit = order_fit(replace(OFFER, pallet_quantity=60), replace(LINE, carton_quantity=24))
    assert broken(fit, 100) == {"pallet": 120}
    assert broken(fit, 60) == {}


def test_rules_that_exclude_each_other_are_each_given_their_own_way_out() -> None:
    line = replace(LINE, planned=300, rooms=[Room("budget", "March", amount=Decimal(150))])
    assert broken(order_fit(OFFER, line), 200) == {"budget": 70}
    tight = replace(line, carton_quantity=80)
    assert broken(order_fit(OFFER, tight), 200) == {"carton": 160, "budget": 70}


def test_a_budget_that_is_gone_leaves_no_quantity_that_fits() -> None:
    line = replace(LINE, rooms=[Room("budget", "March", amount=Decimal(20))])
    assert broken(order_fit(OFFER, line), 100) == {"budget": None}


def test_a_transfer_takes_what_is_free_spare_and_missing() -> None:
    hub = transfer_fit(free=70, missing=40, spare=None, carton_quantity=24)
    assert broken(hub, 48) == {}
    assert broken(hub, 50) == {"missing": 48, "carton": 48}
    assert broken(hub, 80)["free"] == 48
    site = transfer_fit(free=70, missing=70, spare=30, carton_quantity=None)
    assert broken(site, 60) == {"spare": 30}
    # The last units go although they fill no carton.
    assert broken(transfer_fit(free=50, missing=60, spare=None, carton_quantity=24), 50) == {}


@settings(max_examples=examples(60), deadline=None)
@given(
    quantity=st.integers(1, 2_000),
    moq=st.integers(1, 400),
    multiple=st.integers(1, 30),
    pallets=st.one_of(st.none(), st.integers(1, 20)),
    carton=st.one_of(st.none(), st.integers(1, 48)),
    shelf=st.one_of(st.none(), st.integers(10, 300)),
    budget=st.one_of(st.none(), st.integers(50, 3_000)),
)
def test_what_is_offered_instead_is_the_nearest_and_keeps_every_hard_rule(
    quantity: int,
    moq: int,
    multiple: int,
    pallets: int | None,
    carton: int | None,
    shelf: int | None,
    budget: int | None,
) -> None:
    offer = replace(
        OFFER,
        moq=moq,
        order_multiple=multiple,
        pallet_quantity=None if pallets is None else pallets * multiple,
    )
    rooms = () if budget is None else (Room("budget", "March", amount=Decimal(budget)),)
    line = replace(LINE, carton_quantity=carton, shelf_life_days=shelf, rooms=rooms)
    fit = order_fit(offer, line)
    breaches = fit.breaches(quantity)
    binding = [rule for rule in fit.rules if not rule.only_told]
    fitting = [n for n in range(1, MOST) if all(rule.test(n) is None for rule in binding)]
    if fitting and any(not breach.only_told for breach in breaches):
        best = min(fitting, key=lambda n: (abs(n - quantity), n))
        assert {breach.nearest for breach in breaches if not breach.only_told} == {best}
    for breach in breaches:
        if breach.nearest is None:
            continue
        left = fit.breaches(breach.nearest)
        assert breach.rule not in [one.rule for one in left]
        assert not any(one.hard for one in left)
