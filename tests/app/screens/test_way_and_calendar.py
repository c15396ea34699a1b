"""Steps of an order, legs of an offer and the calendar on screen: pressed once, done once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from app.charts_legs import legs_picture
from app.i18n import catalogue, t
from app.screens.catalog_offer_legs import drafted_days, with_freight
from forecasting.lead_time import LearnedLeg
from inventory_core.catalog.calendar_records import close_days, closures_between
from inventory_core.catalog.sale_events import NewSaleEvent, create_sale_events, sale_events
from inventory_core.clock import utc_now
from inventory_core.office.actors import SYSTEM
from inventory_core.trade.arrival_outlooks import outlook_of_order
from inventory_core.trade.milestones import (
    NewMilestone,
    Subject,
    milestones_of,
    record_milestones,
)
from inventory_core.trade.offer_legs import OfferLeg
from inventory_core.trade.offer_terms import offers_by_id
from inventory_core.trade.offers import change_offer
from inventory_core.trade.purchase_orders import (
    NewPurchaseLine,
    NewPurchaseOrder,
    create_purchase_orders,
    send_purchase_orders,
)
from inventory_core.trade.receipts import NewReceipt, NewReceiptLine, receive_goods
from inventory_core.vocabulary import LegKind, Milestone, Role, SaleEventKind
from tests.app.screens.test_purchases_and_catalog import opened
from tests.browser import PATIENCE_MS, Served
from tests.planning.seller import Seller
from tests.trade.world import World, make_world

WORDS = catalogue("en")
LEGS = dict(zip(LegKind, (25, 2, 5, 27, 4, 5), strict=True))
# What each leg of a past order really took: customs and the port are slow.
TAKEN = (26, 2, 9, 27, 10, 5)


@pytest.fixture
def world(desk: Served) -> World:
    return make_world(desk.database)


@pytest.mark.parametrize("in_all", [0, 1, 6, 58, 63, 365])
def test_a_first_draft_of_the_legs_takes_the_days_that_the_offer_states(in_all: int) -> None:
    days = drafted_days(in_all)
    assert sum(days.values()) == in_all
    assert min(days.values()) >= 0


def test_another_freight_lies_on_the_journey_and_the_same_one_stays_where_it_is() -> None:
    legs = [
        OfferLeg("air", 1, "production", 20),
        OfferLeg("air", 2, "transport", 5),
        OfferLeg("air", 3, "customs", 2, unit_freight=Decimal("0.4"), currency="EUR"),
    ]
    assert with_freight(legs, Decimal("0.4")) == with_freight(legs, None) == legs
    changed = with_freight(legs, Decimal(3))
    paid = [(leg.kind, leg.unit_freight, leg.currency) for leg in changed if leg.unit_freight]
    assert paid == [("transport", Decimal(3), "EUR")]
    assert not any(leg.unit_freight for leg in with_freight(legs, Decimal(0)))


def with_legs(app: Served, world: World) -> None:
    offer_id = world.offers["LAMP"]
    legs = [OfferLeg("sea", n, kind, days) for n, (kind, days) in enumerate(LEGS.items(), 1)]
    with app.database.writing() as tx:
        change_offer(tx, SYSTEM, offer_id, {"legs": legs}, version=1)


def order_of(app: Served, world: World, days_ago: int, *, came: bool = False) -> int:
    """An order of 100 lamps sent so many days ago; a past one with all its steps and receipt."""
    sent_at = utc_now() - timedelta(days=days_ago)
    line = NewPurchaseLine(1, world.skus["LAMP"], 100, Decimal(2), world.offers["LAMP"])
    new = NewPurchaseOrder(
        f"po-{days_ago}", world.supplier, world.us, "USD", sent_at.date(), [line]
    )
    with app.database.writing() as tx:
        [made] = create_purchase_orders(tx, SYSTEM, [new], now=sent_at)
        send_purchase_orders(tx, SYSTEM, [made.id], now=sent_at)
        if came:
            on, entries = sent_at.date(), []
            for kind, days in zip(Milestone, TAKEN, strict=False):
                on += timedelta(days=days)
                key = f"{days_ago}-{kind}"
                entries.append(NewMilestone(key, Subject.PURCHASE_ORDER, made.id, kind, on))
            record_milestones(tx, SYSTEM, entries, now=utc_now())
            at = datetime.combine(on + timedelta(days=5), datetime.min.time(), UTC)
            receipt = NewReceipt(
                key=f"r-{days_ago}",
                purchase_order_id=made.id,
                received_at=at,
                lines=[NewReceiptLine(made.lines[0].id, 100)],
            )
            receive_goods(tx, SYSTEM, [receipt], now=at)
    return made.id


def test_one_click_records_the_next_step_and_moves_the_expected_day(
    desk: Served, world: World
) -> None:
    with_legs(desk, world)
    order_id = order_of(desk, world, 40)
    test = opened(desk, "purchases", Role.BUYER, order=str(order_id))
    label = WORDS["milestones.today"].format(step=WORDS["milestone.left_factory"])
    found = [one for one in test.button if one.label == label]
    assert found, [one.label for one in test.button]
    assert not found[0].click().run().exception
    with desk.database.reading() as conn:
        seen = milestones_of(conn, Subject.PURCHASE_ORDER, [order_id])[order_id]
        outlook = outlook_of_order(conn, order_id)
    assert list(seen) == [Milestone.LEFT_FACTORY]
    assert outlook is not None
    left = sum(days for kind, days in LEGS.items() if kind not in ("production", "quality"))
    assert outlook.expected_on == seen[Milestone.LEFT_FACTORY] + timedelta(days=left)


def test_the_picture_shows_each_stated_leg_with_its_spread() -> None:
    slow = LearnedLeg("customs", 5, 6, 9.0, 5.0, 1.6, (1.2, 1.4, 1.6, 1.8, 2.0))
    unused = LearnedLeg("quality", 0, 0, 0.0, 0.0, 1.0, (1.0,) * 5)
    bar, mark = legs_picture((slow, unused), title="").data
    assert list(bar.x) == [8.0]
    assert (list(bar.error_x.array), list(bar.error_x.arrayminus)) == ([2.0], [2.0])
    assert list(mark.x) == [5]


def test_who_may_only_look_records_no_step(desk: Served, world: World) -> None:
    order_id = order_of(desk, world, 40)
    test = opened(desk, "purchases", Role.READER, order=str(order_id))
    label = WORDS["milestones.today"].format(step=WORDS["milestone.left_factory"])
    assert all(one.disabled for one in test.button if one.label == label)


def test_the_legs_of_past_orders_are_told_beside_an_open_one(desk: Served, world: World) -> None:
    with_legs(desk, world)
    for days_ago in range(400, 100, -50):
        order_of(desk, world, days_ago, came=True)
    order_id = order_of(desk, world, 20)
    test = opened(desk, "purchases", Role.BUYER, order=str(order_id))
    told = " ".join(one.value for one in test.markdown)
    customs = WORDS["legs.customs"]
    sentence = t("legs.note", language="en", leg=customs, days=10, stated=4, orders=6)
    assert sentence in told


def test_trap_30_an_event_seen_once_says_that_it_is_not_learned_yet(
    desk: Served, world: World
) -> None:
    today = utc_now().date()
    seller = Seller(desk.database, world.us, 0, 0, world.supplier, world.skus)
    seller.sold("LAMP", [3] * 500, last_on=today - timedelta(days=1))
    days = {"Birthday": (30,), "Brand Day": (40, 405), "Coming": (-20,)}
    events = [
        NewSaleEvent(
            f"{name}-{ago}",
            SaleEventKind.OWN,
            *[today - timedelta(days=ago)] * 2,
            name_en=name,
            country="US" if name == "Birthday" else None,
        )
        for name, all_ago in days.items()
        for ago in all_ago
    ]
    with desk.database.writing() as tx:
        create_sale_events(tx, SYSTEM, events)
    test = opened(desk, "catalog", Role.OWNER, part="calendar")
    shown = test.dataframe[0].value.set_index("event")
    told = {name: shown.loc[[name], "seen"].iloc[-1] for name in days}
    assert told == {
        "Birthday": WORDS["calendar.seen_once"],
        "Brand Day": WORDS["calendar.seen_times"].format(times="2"),
        "Coming": WORDS["calendar.seen_never"],
    }
    assert shown.loc["Birthday", "where"] == "US"


def test_a_slow_season_is_entered_and_listed_as_one(desk: Served, world: World) -> None:
    first = utc_now().date() + timedelta(days=30)
    test = opened(desk, "catalog", Role.OWNER, part="calendar")
    test.button(key="closure_new").click().run()
    test.selectbox(key="closure_who").select("check_in")
    test.date_input(key="closure_from").set_value(first)
    test.date_input(key="closure_to").set_value(first + timedelta(days=77))
    test.session_state["closure_works"] = "third"
    save = next(one for one in test.button if one.label == WORDS["shell.save"])
    save.click()
    # A run of the whole page closes the dialog here: it is opened again with the answers.
    assert not test.button(key="closure_new").click().run().exception
    with desk.database.reading() as conn:
        runs = closures_between(conn, first, first + timedelta(days=100))
    [season] = [run for run in runs if run.code == "check_in"]
    assert (season.first, season.days, season.slow) == (first, 52, True)
    shown = opened(desk, "catalog", Role.OWNER, part="calendar").dataframe[-1].value
    here = shown[shown["who"] == WORDS["calendar.code_check_in"]]
    assert list(here["works"]) == [WORDS["calendar.slow"]]


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width"), [("zh", 1440), ("en", 390)])
def test_steps_legs_and_calendar_are_drawn_in_a_browser(
    running_app: Served, open_page: Callable[..., Page], language: str, width: int
) -> None:
    app, words = running_app, catalogue(language)
    with app.database.reading() as conn:
        seeded = bool(offers_by_id(conn, [1], utc_now().date()))
    if not seeded:
        world = make_world(app.database)
        with_legs(app, world)
        for days_ago in range(400, 100, -50):
            order_of(app, world, days_ago, came=True)
        open_order = order_of(app, world, 60)
        left = utc_now().date() - timedelta(days=20)
        entry = NewMilestone(
            "left", Subject.PURCHASE_ORDER, open_order, Milestone.LEFT_FACTORY, left
        )
        with app.database.writing() as tx:
            record_milestones(tx, SYSTEM, [entry], now=utc_now())
            close_days(tx, SYSTEM, "carrier", first=left, last=left + timedelta(days=90))
    page = open_page(app, Role.OWNER, language=language, width=width)
    page.goto(f"{app.address}/purchases?order=7")
    expect(page.get_by_text(words["milestone.left_factory"]).first).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(page.get_by_text(words["legs.picture"]).first).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{app.address}/catalog?part=calendar")
    expect(page.get_by_text(words["calendar.closures"]).first).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.browser
def test_a_guessed_prime_day_is_asked_for_and_entered(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    year = utc_now().year + 1
    page = open_page(running_app, Role.OWNER, language="en", width=1440)
    page.goto(f"{running_app.address}/catalog?part=calendar")
    ask = page.get_by_role("button", name=WORDS["calendar.enter"]).first
    ask.click(timeout=PATIENCE_MS)
    save = page.get_by_role("dialog").get_by_role("button", name=WORDS["shell.save"])
    save.click(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stAlert").first).to_contain_text(str(year), timeout=PATIENCE_MS)
    expect(ask).to_have_count(0, timeout=PATIENCE_MS)
    with running_app.database.reading() as conn:
        found = [e for e in sale_events(conn, year, year) if e.kind is SaleEventKind.PRIME_DAY]
    assert [(event.guessed, event.id is not None) for event in found] == [(False, True)]
