"""Random but legal situations of a seller, for what must hold in every plan.

Offers without a price, in a currency without a rate, of nothing at all; factories that rest for
months; packs larger than the need; customers who wait; rules by hand; demand that is nil, rare or
wild. Whatever is drawn here could stand in a book.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from forecasting.lead_time import Route
from forecasting.policy import Rule, TotalDemand
from forecasting.projection import Arrival
from forecasting.situation import Situation, StockNow
from forecasting.supplier_terms import OfferRoute, OfferTerms, Rate
from inventory_core.catalog.calendars import Calendar, Leg
from inventory_core.vocabulary import OrderRule
from tests.golden.sheets import LEVELS, SETTINGS

AS_OF = date(2026, 3, 2)
RATES = (Rate("USD", Decimal(1), AS_OF), Rate("CNY", Decimal("0.14"), AS_OF))
CURRENCIES = ("USD", "CNY", "MXN")  # nobody knows what a peso is worth
SIZE = (0.013, 1.7)  # m³ and kg of one unit

SETTINGS_OF_ANY = st.builds(
    replace,
    st.just(SETTINGS),
    order_rule=st.sampled_from(OrderRule),
    review_days=st.integers(1, 90),
    # Not the middle of a slice, where what is a quantile of five equal dates is anybody's choice.
    service_level=st.sampled_from((0.55, 0.91, 0.95, 0.99)),
)


@st.composite
def demands(draw: st.DrawFn) -> TotalDemand:
    """A weekly forecast of 8 to 30 weeks: totals that rise, with any spread."""
    weeks = draw(st.integers(8, 30))
    pace = draw(st.sampled_from((3.0, 60.0, 0.4, 0.02, 0.0)))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    mean = np.round(np.cumsum(pace * random.choice([0.0, 0.5, 1.0, 2.5], weeks)), 3)
    scores = np.array([-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645, 1.96])
    spread = draw(st.floats(0.01, 3)) * np.sqrt(mean)[:, None] * scores[None, :]
    rows = np.maximum.accumulate(np.round(np.maximum(0.0, mean[:, None] + spread), 3), axis=0)
    return TotalDemand(7.0 * np.arange(1, weeks + 1), LEVELS, mean, rows)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Some weekdays, and a rest of up to four months that may have begun."""
    first = AS_OF + timedelta(days=draw(st.integers(-20, 60)))
    rest = draw(st.sampled_from((0, 0, 3, 30, 120)))
    shut = frozenset(first + timedelta(days=step) for step in range(rest))
    weekdays = draw(st.sampled_from(((1, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5), (2,))))
    return Calendar(f"rest_{rest}_from_{first}", frozenset(weekdays), shut)


@st.composite
def offers(draw: st.DrawFn, number: int) -> OfferTerms:
    """One offer by one or two ways."""
    multiple = draw(st.sampled_from((1, 1, 6, 10, 250)))
    starts = sorted(draw(st.sets(st.sampled_from((1, 1, 50, 200, 3000)), max_size=3)))
    prices = sorted((Decimal(draw(st.integers(0, 900))) / 100 for _ in starts), reverse=True)
    currency = draw(st.sampled_from(CURRENCIES))
    routes = []
    for method in draw(st.sampled_from((("sea",), ("air",), ("sea", "air")))):
        office = draw(calendars())
        legs = [Leg("production", draw(st.sampled_from((5, 0, 1, 30))), office)]
        days = draw(st.sampled_from((3, 20, 0, 60)))
        legs.append(Leg("transport", days, draw(st.none() | calendars())))
        spread = draw(st.sampled_from((0.0, 2.5, 30.0)))
        freight = Decimal(draw(st.integers(0, 300))) / 100
        names = st.sampled_from((currency, "USD"))
        routes.append(OfferRoute(Route(method, tuple(legs), spread, office), freight, draw(names)))
    return OfferTerms(
        offer_id=number,
        version=1,
        supplier_id=draw(st.integers(1, 2)),
        supplier="Any",
        currency=currency,
        moq=draw(st.sampled_from((1, 7, 40, 1000))),
        order_multiple=multiple,
        prices=tuple(zip(starts, prices, strict=True)),
        routes=tuple(routes),
        preferred=draw(st.booleans()),
        order_minimum=draw(st.none() | st.sampled_from((Decimal(300), Decimal(20_000)))),
        minimum_currency=draw(st.sampled_from(CURRENCIES)),
        pallet_quantity=draw(st.sampled_from((None, None, 2 * multiple, 10 * multiple))),
    )


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """What a person may set by hand: nothing, or any part."""
    minimum = draw(st.none() | st.integers(0, 500))
    maximum = draw(st.none() | st.integers(minimum or 0, 900))
    return Rule(
        service_level=draw(st.sampled_from((None, None, 0.51, 0.999))),
        review_days=draw(st.sampled_from((None, None, 1, 200, 365))),
        minimum=minimum,
        maximum=maximum,
        buying=draw(st.sampled_from((True, True, True, False))),
    )


@st.composite
def stocks(draw: st.DrawFn) -> tuple[StockNow, tuple[Arrival, ...]]:
    """A position that the book could show, and what is on its way."""
    on_hand = draw(st.sampled_from((40, 400, 3, 0, 5000)))
    reserved = on_hand // draw(st.sampled_from((10**6, 4, 1)))
    held = (on_hand - reserved) // draw(st.sampled_from((10**6, 3, 1)))
    owed = draw(st.sampled_from((0, 0, 0, 7, 500)))
    planned_out = draw(st.sampled_from((0, 0, 5, 60)))
    inbound = tuple(
        Arrival(AS_OF + timedelta(days=draw(st.integers(-9, 80))), draw(st.integers(1, 200)), name)
        for name in draw(st.sampled_from(("", "A", "AB")))
    )
    coming = sum(item.quantity for item in inbound)
    available = on_hand - reserved - held
    position = available + coming - owed - planned_out
    return StockNow(
        on_hand=on_hand,
        reserved=reserved,
        held=held,
        available=available,
        on_order=coming,
        backordered=owed,
        inventory_position=position,
        planned_out=planned_out,
    ), inbound


@st.composite
def situations(draw: st.DrawFn, sku_id: int = 1) -> Situation:
    """One SKU at one warehouse."""
    stock, inbound = draw(stocks())
    found: dict[str, Any] = {
        "demand": draw(demands()),
        "stock": stock,
        "inbound": inbound,
        "offers": tuple(
            draw(offers(number + 1)) for number in range(draw(st.sampled_from((1, 2, 3, 0))))
        ),
        "rule": draw(st.one_of(st.just(Rule()), rules())),
        "sku_state": draw(st.sampled_from(("active", "active", "active", "discontinued"))),
        "carton_quantity": draw(st.sampled_from((None, 1, 12, 1_000))),
        "volume_m3": draw(st.none() | st.just(Decimal("0.013"))),
        "shelf_life_days": draw(st.sampled_from((None, 1, 90, 700))),
        "selling_price_base": draw(st.none() | st.sampled_from((Decimal(0), Decimal("19.99")))),
        "warehouse_kind": draw(st.sampled_from(("", "fba"))),
        "stock_known": draw(st.booleans()),
    }
    starts_on = AS_OF + timedelta(days=draw(st.sampled_from((0, 0, 1))))
    return Situation(
        sku_id=sku_id,
        warehouse_id=100,
        as_of=AS_OF,
        starts_on=starts_on,
        rates=RATES,
        sku_code=f"S{sku_id}",
        **found,
    )
