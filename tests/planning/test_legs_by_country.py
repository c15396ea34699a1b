"""A plan of two sites of one offer: each by the legs that hold into its country."""

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest

from forecasting.book import read_book
from forecasting.lead_time import Route, arrives_on
from forecasting.offers_here import OffersHere
from forecasting.supplier_terms import OfferTerms, landed_unit_cost
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.release import shown_suggestions
from inventory_core.trade.offer_legs import OfferLeg
from inventory_core.trade.offer_terms import offers
from inventory_core.trade.offers import change_offer
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    create_purchase_orders,
    send_purchase_orders,
)
from inventory_core.trade.receipts import NewReceipt, NewReceiptLine, receive_goods
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, Seller, make_seller

D = Decimal
EVERYWHERE = [
    OfferLeg("sea", 1, "production", 20),
    OfferLeg("sea", 2, "transport", 20, unit_freight=D("0.5"), currency="USD"),
]
TO_BRITAIN = [
    OfferLeg("sea", 1, "transport", 38, unit_freight=D("0.9"), currency="USD", destination="GB"),
    OfferLeg("air", 1, "production", 20, destination="GB"),
    OfferLeg("air", 2, "transport", 5, unit_freight=D(3), currency="USD", destination="GB"),
]


def state(seller: Seller, legs: list[OfferLeg]) -> int:
    """The legs of the offer of LAMP; answers its id."""
    with seller.database.writing() as tx:
        [found] = offers(tx, [seller.skus["LAMP"]], TODAY)
        change_offer(tx, SYSTEM, found.id, {"legs": legs}, version=found.version)
    return found.id


def at_both(seller: Seller) -> tuple[OfferTerms, OfferTerms]:
    """The offer of LAMP as the American and as the British warehouse have it."""
    with seller.database.reading() as conn:
        here = OffersHere(read_book(conn, as_of=TODAY), TODAY)
    [us] = here.offers(seller.skus["LAMP"], seller.us)
    [uk] = here.offers(seller.skus["LAMP"], seller.uk)
    return us, uk


def lead(route: Route) -> int:
    return (arrives_on(route, TODAY) - TODAY).days


def test_two_sites_of_one_offer_have_their_own_lead_time_and_landed_cost(
    database: Database,
) -> None:
    seller = make_seller(database)
    state(seller, [*EVERYWHERE, *TO_BRITAIN])
    us, uk = at_both(seller)
    assert {way.route.ship_method: lead(way.route) for way in us.routes} == {"sea": 40}
    assert {way.route.ship_method: lead(way.route) for way in uk.routes} == {"sea": 58, "air": 25}
    with database.reading() as conn:
        rates = read_book(conn, as_of=TODAY).rates
    # 20 CNY are 2.80 USD, 5 % duty is assumed; freight as it is stated for each.
    price = us.prices[0][1]
    assert landed_unit_cost(us, us.routes[0], price, rates) == D("2.94") + D("0.5")
    assert [landed_unit_cost(uk, way, price, rates) for way in uk.routes] == [
        D("2.94") + D("0.9"), D("2.94") + D(3)]  # fmt: skip


def test_legs_without_a_destination_are_the_same_everywhere(database: Database) -> None:
    seller = make_seller(database)
    state(seller, EVERYWHERE)
    us, uk = at_both(seller)
    assert us == uk
    with database.reading() as conn:
        book = read_book(conn, as_of=TODAY)
    assert book.offers_into == {}
    assert {leg.stated_for for way in us.routes for leg in way.route.legs} == {""}


def test_where_only_another_country_has_legs_the_lead_time_is_split_and_said_to_be_assumed(
    database: Database,
) -> None:
    seller = make_seller(database)
    state(seller, TO_BRITAIN)
    us, uk = at_both(seller)
    assert ("legs" in us.assumed, "legs" in uk.assumed) == (True, False)
    assert [(way.route.ship_method, lead(way.route)) for way in us.routes] == [("sea", 30)]


def test_what_receipts_show_is_held_against_what_was_stated_for_that_country(
    database: Database,
) -> None:
    seller = make_seller(database)
    offer_id = state(seller, [*EVERYWHERE, *TO_BRITAIN])
    for days_ago in (100, 110, 120, 130):
        _came(seller, offer_id, days_ago, after=87)
    us, uk = at_both(seller)
    learned = uk.routes[0].route.learned
    assert learned is not None
    assert learned.stated_days == 58
    assert set(learned.ratios) == {1.5}  # 87 of 58 days
    assert lead(uk.routes[0].route) > 58
    # Nothing came to America, by no other country's way.
    assert us.routes[0].route.learned is None


def _came(seller: Seller, offer_id: int, days_ago: int, *, after: int) -> None:
    """An order to Britain sent so many days ago that came `after` days."""
    at = datetime.combine(TODAY - timedelta(days=days_ago), time(12), NOW.tzinfo)
    line = NewPurchaseLine(1, seller.skus["LAMP"], 20, D(20), offer_id)
    new = NewPurchaseOrder(f"po {days_ago}", seller.supplier, seller.uk, "CNY", at.date(), [line])
    came = at + timedelta(days=after)
    with seller.database.writing() as tx:
        [made] = create_purchase_orders(tx, SYSTEM, [new], now=at)
        send_purchase_orders(tx, SYSTEM, [made.id], now=at)
        receipt = NewReceipt(f"r {days_ago}", made.id, came, [NewReceiptLine(made.lines[0].id, 20)])
        receive_goods(tx, SYSTEM, [receipt], now=came)


@pytest.mark.slow
def test_a_plan_orders_each_site_by_its_own_way_and_says_for_whom_it_was_stated(
    database: Database,
) -> None:
    seller = make_seller(database)
    state(seller, [*EVERYWHERE, TO_BRITAIN[0]])
    for more, place in enumerate((seller.us, seller.uk)):
        units = [daily + more for daily in (4, 6, 5, 7, 3, 8, 6)] * 20
        seller.sold("LAMP", units, last_on=TODAY - timedelta(days=1), warehouse=place)
        seller.stock("LAMP", 40, warehouse=place)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    with database.reading() as conn:
        shown = shown_suggestions(conn, [1, 2])
    ways = {one.warehouse_id: one.trace["lead_time"] for one in shown.values()}
    told = {
        place: [(leg["kind"], leg["days"], leg.get("stated_for")) for leg in way["legs"]]
        for place, way in ways.items()
    }
    assert told == {
        seller.us: [("production", 20, None), ("transport", 20, None)],
        seller.uk: [("production", 20, None), ("transport", 38, "GB")],
    }
    assert {place: way["days_with_closures"] for place, way in ways.items()} == {
        seller.us: 40, seller.uk: 58}  # fmt: skip
