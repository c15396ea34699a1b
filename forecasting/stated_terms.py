"""An offer as its terms state it into one country: its ways there, with days and freight.

Decides which currency the freight of a way is counted in; what was learned of a way is laid over it
elsewhere (`offers_here`).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from forecasting.lead_time import arrives_on, stated_route
from forecasting.supplier_terms import OfferRoute, OfferTerms, Rate
from inventory_core.db.engine import Reading
from inventory_core.trade.offer_legs import EVERYWHERE, destinations_of
from inventory_core.trade.offer_terms import Offer, offers


def offer_terms(offer: Offer, rates: Sequence[Rate], country: str) -> OfferTerms:
    """An offer as `suggest` compares it: one route into the country for each ship method."""
    return OfferTerms(
        offer_id=offer.id,
        version=offer.version,
        supplier_id=offer.supplier_id,
        supplier=offer.supplier_name,
        currency=offer.currency,
        moq=offer.moq,
        order_multiple=offer.order_multiple,
        prices=offer.prices,
        routes=tuple(_route(offer, method, rates, country) for method in _methods(offer, country)),
        preferred=offer.preferred,
        assumed=offer.assumed_into(country),
        order_minimum=offer.order_minimum,
        minimum_currency=offer.minimum_currency,
        pallet_quantity=offer.pallet_quantity,
    )


def longest_lead_days(conn: Reading, *, as_of: date) -> int:
    """Days until goods ordered now are there by the slowest offer, wherever to; 0 without any."""
    routes = {
        stated_route(one, method, country)
        for one in offers(conn, None, as_of)
        for country in (EVERYWHERE, *destinations_of(one.legs))
        for method in _methods(one, country)
    }
    return max(((arrives_on(route, as_of) - as_of).days for route in routes), default=0)


def _methods(offer: Offer, country: str) -> Sequence[str]:
    return offer.ship_methods(country) or ("sea",)


def _route(offer: Offer, method: str, rates: Sequence[Rate], country: str) -> OfferRoute:
    """Freight of all legs in the offer's currency; where one has no rate it is left in that one's,
    so that the cost is unknown, not too low.
    """
    legs = [leg for leg in offer.legs_into(country) if leg.ship_method == method]
    route = stated_route(offer, method, country)
    known = {rate.currency: rate.rate for rate in rates}
    currencies = {leg.currency or offer.currency for leg in legs if leg.unit_freight}
    if len(currencies) <= 1:
        freight = sum((leg.unit_freight for leg in legs), Decimal(0))
        return OfferRoute(route, freight, next(iter(currencies), offer.currency))
    unknown = next((code for code in sorted(currencies) if code not in known), None)
    if unknown is not None:
        return OfferRoute(route, sum((leg.unit_freight for leg in legs), Decimal(0)), unknown)
    base = sum(
        (
            leg.unit_freight * known[leg.currency or offer.currency]
            for leg in legs
            if leg.unit_freight
        ),
        Decimal(0),
    )
    per_unit = known.get(offer.currency)
    return OfferRoute(route, (base / per_unit) if per_unit else Decimal(0), offer.currency)
