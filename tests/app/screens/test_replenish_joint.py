"""Two sites that reach an MOQ together: the card says so, and one click orders for both."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from app.i18n import catalogue
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.worklist import waiting_suggestions
from inventory_core.trade.offers import change_offer
from inventory_core.vocabulary import Role
from jobs.planning import run_planning
from tests.app.screens.test_forecasts_learning import drawn, words
from tests.browser import Served
from tests.conftest import copied_database
from tests.planning.seller import Seller, make_seller

EN = catalogue("en")
MOQ = 2000


@pytest.fixture(scope="module")
def planned(
    server: Server, admin: psycopg.Connection, template: str, few_trees: None
) -> Iterator[tuple[str, Seller]]:
    """A lamp that sells at two sites; the factory makes 2,000 at least."""
    with copied_database(admin, template) as name:
        database = Database(server.url(name, DatabaseRole.WRITER))
        seller, now = make_seller(database, ("LAMP",)), utc_now()
        [(offer,)] = seller.rows("SELECT id FROM offer")
        with database.writing() as tx:
            change_offer(tx, SYSTEM, offer, {"moq": MOQ}, version=1)
        for place, more in ((seller.us, 0), (seller.uk, 10)):
            sold = [units + more for units in (4, 6, 5, 7, 3, 8, 6)] * 20
            seller.sold("LAMP", sold, last_on=now.date() - timedelta(days=1), warehouse=place)
            seller.stock("LAMP", 40, warehouse=place)
        run_planning(database, SYSTEM, now=now, prophet_seconds=0)
        database.dispose()
        yield name, seller


def waiting(shop: Served) -> int:
    with shop.database.reading() as conn:
        return len(conn.rows(waiting_suggestions()))


def test_the_card_says_what_goes_along_and_one_click_orders_all_of_it(shop: Served) -> None:
    card = drawn(shop, "", screen="replenish")
    assert "MOQ and price count all of them" in words(card)
    verb = EN["replenish.approve_joint"].split("{")[0]
    [button] = [one for one in card.button if one.label.startswith(verb)]
    assert "2 sites" in button.label
    after = button.click().run()
    assert not after.exception, after.exception
    [told] = [one.value for one in after.success]
    assert "000001" in told
    assert "000002" in told
    assert waiting(shop) == 0


def test_who_may_not_approve_may_not_approve_all(shop: Served) -> None:
    verb = EN["replenish.approve_joint"].split("{")[0]
    card = drawn(shop, "", Role.ANALYST, screen="replenish")
    assert all(one.disabled for one in card.button if one.label.startswith(verb))
    assert waiting(shop) == 2
