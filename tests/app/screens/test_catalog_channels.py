"""Channels on screen: what each sells, from which warehouses, and from when to when."""

from datetime import UTC, date, datetime

from streamlit.testing.v1 import AppTest

from inventory_core.catalog.listing_records import Listing, read_listing
from inventory_core.catalog.listings import (
    NewAccount,
    NewListing,
    create_accounts,
    create_listings,
)
from inventory_core.office.actors import SYSTEM
from inventory_core.vocabulary import Role
from tests.app.screens.test_purchases_and_catalog import WORDS, opened, pressed
from tests.app.test_rights import PATIENCE_SECONDS, words_of
from tests.browser import Served
from tests.trade.world import make_world

MORNING = datetime(2026, 1, 5, 17, tzinfo=UTC)  # 9 o'clock in Los Angeles


def one_listing(account_id: int, listing_id: int) -> None:
    """The form of one listing, as a script of its own."""
    from app import session  # noqa: PLC0415
    from app.screens.catalog_listings import draw_listing  # noqa: PLC0415
    from app.widgets import page_head  # noqa: PLC0415
    from inventory_core.catalog.listing_records import read_account  # noqa: PLC0415

    session.enter()
    page_head("Catalog")
    draw_listing(session.read(lambda conn: read_account(conn, account_id)), listing_id)


def a_channel(desk: Served) -> tuple[int, int]:
    """A channel on the clock of Los Angeles, served from both warehouses, with one listing."""
    world = make_world(desk.database)
    new = NewAccount(
        "AMZ-US", "Amazon US", "amazon", "USD", "America/Los_Angeles", "US", (world.us, world.hub)
    )
    with desk.database.writing() as tx:
        account = create_accounts(tx, SYSTEM, [new])["AMZ-US"]
        sold = NewListing(account, "US-LAMP", world.skus["LAMP"], live_from_at=MORNING)
        [listing] = create_listings(tx, SYSTEM, [sold])
    return account, listing


def form(desk: Served, account: int, listing: int, role: Role = Role.BUYER) -> AppTest:
    test = AppTest.from_function(
        one_listing,
        default_timeout=PATIENCE_SECONDS,
        kwargs={"account_id": account, "listing_id": listing},
    )
    test.session_state["ticket"] = str(desk.ticket(role))
    test.run()
    assert not test.exception
    return test


def now_is(desk: Served, listing: int) -> Listing:
    with desk.database.reading() as conn:
        return read_listing(conn, listing)


def test_without_a_channel_the_list_says_what_it_is_for(desk: Served) -> None:
    make_world(desk.database)
    empty = opened(desk, "catalog", Role.BUYER, part="channels")
    assert WORDS["catalog.no_channels"].split(".")[0] in words_of(empty)


def test_a_channel_names_its_listings_and_its_warehouses_in_the_order_they_serve(
    desk: Served,
) -> None:
    a_channel(desk)
    test = opened(desk, "catalog", Role.BUYER, part="channels")
    [row] = test.dataframe[0].value.to_dict("records")
    assert (row["platform"], row["warehouses"], row["listings"]) == ("Amazon", "US → SZ", 1)


def test_a_last_day_on_sale_ends_with_that_day_on_the_clock_of_the_channel(desk: Served) -> None:
    account, listing = a_channel(desk)
    test = form(desk, account, listing)
    assert test.date_input[0].value == date(2026, 1, 5)
    test.date_input[1].set_value(date(2026, 3, 1))
    pressed(test, "shell.save")
    found = now_is(desk, listing)
    assert found.live_from_at == MORNING  # a day that nobody changed keeps its hour
    assert found.live_to_at == datetime(2026, 3, 2, 7, 59, 59, 999999, tzinfo=UTC)
    again = form(desk, account, listing)
    assert again.date_input[1].value == date(2026, 3, 1)


def test_a_listing_does_not_end_before_it_begins(desk: Served) -> None:
    account, listing = a_channel(desk)
    before = now_is(desk, listing)
    test = form(desk, account, listing)
    test.date_input[1].set_value(date(2026, 1, 1))
    refused = pressed(test, "shell.save")
    assert [one.value for one in refused.error] == [WORDS["error.live_times_out_of_order"]]
    assert now_is(desk, listing) == before


def test_who_may_not_edit_the_catalog_only_sees_the_days(desk: Served) -> None:
    account, listing = a_channel(desk)
    test = form(desk, account, listing, Role.READER)
    assert all(one.disabled for one in test.date_input)
    assert all(one.disabled for one in test.button if one.label == WORDS["shell.save"])
