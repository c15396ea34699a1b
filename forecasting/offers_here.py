"""Offers as a warehouse has them: the ways stated for its country, with the lead times, freight and
duty learned for it.

Decides nothing: puts what the book knows of a way beside the terms. A way that many SKUs go is
learned once, so that a plan of many pairs takes no longer for it than one of few.
"""

from dataclasses import replace
from datetime import date

from forecasting.book import Book
from forecasting.lead_time import Route
from forecasting.lead_time_learning import learned_route
from forecasting.supplier_terms import OfferRoute, OfferTerms
from inventory_core.trade.offer_legs import EVERYWHERE


class OffersHere:
    """The offers of one book on one day."""

    def __init__(self, book: Book, as_of: date) -> None:
        self._book, self._as_of = book, as_of
        self._learned: dict[tuple[Route, int, int], Route] = {}

    def offers(self, sku_id: int, warehouse_id: int) -> tuple[OfferTerms, ...]:
        """The offers of a SKU as this warehouse has them."""
        book, country = self._book, self._book.countries.get(warehouse_id, EVERYWHERE)
        stated = (
            book.offers_into.get((one.offer_id, country), one)
            for one in book.offers.get(sku_id, ())
        )
        return tuple(replace(one, routes=self._ways(one, warehouse_id)) for one in stated)

    def _ways(self, offer: OfferTerms, warehouse_id: int) -> tuple[OfferRoute, ...]:
        return tuple(self._way(offer, one, warehouse_id) for one in offer.routes)

    def _way(self, offer: OfferTerms, way: OfferRoute, warehouse_id: int) -> OfferRoute:
        paid, supplier_id = self._book.inbound_costs, offer.supplier_id
        freight = None
        if not way.unit_freight:
            freight = paid.freight(supplier_id, warehouse_id, way.route.ship_method)
        return replace(
            way,
            route=self._route(way.route, supplier_id, warehouse_id),
            freight_share=freight,
            duty_share=paid.duty(supplier_id, warehouse_id),
        )

    def _route(self, stated: Route, supplier_id: int, warehouse_id: int) -> Route:
        key = stated, supplier_id, warehouse_id
        if key not in self._learned:
            self._learned[key] = learned_route(
                stated,
                self._book.lead_times,
                supplier_id=supplier_id,
                warehouse_id=warehouse_id,
                as_of=self._as_of,
            )
        return self._learned[key]
