"""Orders of two sites that reach the MOQ together: approved one by one, rejected, undone."""

from decimal import Decimal

import pytest

from app.screens.replenish_acts import approve_now, reject_now
from app.undoing import undo_now
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.desk.decisions import Choice
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.joint_units import JointUnits
from inventory_core.trade.moq_shortfalls import ShortLine, short_lines
from inventory_core.trade.offers import change_offer, set_prices
from inventory_core.trade.purchase_orders import send_purchase_orders
from inventory_core.trade.purchase_records import purchase_order
from jobs.planning import run_planning
from tests.planning.seller import NOW, TODAY, YESTERDAY, Seller, make_seller

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]
BUYS = """
    SELECT s.id, s.revision, r.quantity, r.unit_price FROM suggestion s
    JOIN suggestion_revision r ON r.suggestion_id = s.id AND r.revision = s.revision
    WHERE s.state = 'open' AND s.kind = 'buy' ORDER BY s.warehouse_id
"""
MOQ = 2000


@pytest.fixture
def seller(database: Database) -> Seller:
    """A lamp that sells at both sites; the factory makes 2,000, cheaper from 1,500 on."""
    made = make_seller(database, ("LAMP",))
    [(offer,)] = made.rows("SELECT id FROM offer")
    with database.writing() as tx:
        change_offer(tx, SYSTEM, offer, {"moq": MOQ}, version=1)
        prices = [(1, Decimal(20)), (1500, Decimal(18))]
        set_prices(tx, SYSTEM, offer, prices, valid_from=TODAY, version=2)
    for place, pace in ((made.us, 1), (made.uk, 2)):
        sold = [pace * units for units in (4, 6, 5, 7, 3, 8, 6)] * 20
        made.sold("LAMP", sold, last_on=YESTERDAY, warehouse=place)
        made.stock("LAMP", 40, warehouse=place)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    return made


def test_trap_42_one_yes_orders_its_part_at_the_price_of_all_and_leaves_the_other(
    seller: Seller, database: Database
) -> None:
    (us, us_numbers, few, price), (uk, uk_numbers, many, _) = seller.rows(BUYS)
    assert MOQ <= few + many < MOQ + 10
    assert price == Decimal(18)
    told = database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(us, us_numbers, "us")]))
    assert not isinstance(told, Conflict)
    assert seller.rows(BUYS) == [(uk, uk_numbers, many, Decimal(18))]
    order_id = told[0].purchase_order_id
    assert order_id is not None
    with database.reading() as conn:
        [line] = purchase_order(conn, order_id).lines
        assert short_lines(conn, order_id) == [ShortLine("LAMP", few, few, MOQ)]
        assert JointUnits(conn, [seller.skus["LAMP"]]).beside(uk, line.offer_id or 0) == few
    assert (line.quantity, line.unit_price) == (few, Decimal(18))
    # The night says the same; and what is approved then is whole.
    again = run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    assert (again.opened, again.revised, again.withdrawn) == (0, 0, 0)
    database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(uk, uk_numbers, "uk")]))
    with database.reading() as conn:
        assert short_lines(conn, order_id) == []
    undone = told[0].approval_id
    database.write(lambda tx: undo_now(tx, SYSTEM, NOW, [undone], key="undo", reason=""))
    assert [row[2] for row in seller.rows(BUYS)] == [few]


def test_by_hand_a_part_is_never_less_than_the_moq_asks_beside_the_others(
    seller: Seller, database: Database
) -> None:
    (us, numbers, few, _), (uk, uk_numbers, many, _) = seller.rows(BUYS)
    with pytest.raises(Invalid, match="quantity_below_moq"):
        database.write(
            lambda tx: approve_now(
                tx, SYSTEM, NOW, [Choice(us, numbers, "less", quantity=MOQ - many - 20)]
            )
        )
    both = [Choice(us, numbers, "a", quantity=few + 100), Choice(uk, uk_numbers, "b")]
    told = database.write(lambda tx: approve_now(tx, SYSTEM, NOW, both))
    assert not isinstance(told, Conflict)
    assert seller.rows("SELECT sum(quantity) FROM purchase_order_line") == [(few + many + 100,)]


def test_a_no_leaves_the_moq_to_the_other_site(seller: Seller, database: Database) -> None:
    (us, numbers, few, _), (uk, _, many, _) = seller.rows(BUYS)
    no = Choice(us, numbers, "no")
    database.write(
        lambda tx: reject_now(tx, SYSTEM, utc_now(), no, seller.skus["LAMP"], "too many")
    )
    [(left, _, units, _)] = seller.rows(BUYS)
    assert (left, units) == (uk, MOQ)
    assert few + many >= MOQ > many


def test_what_was_sent_is_made_already(seller: Seller, database: Database) -> None:
    (us, numbers, _, _), _ = seller.rows(BUYS)
    told = database.write(lambda tx: approve_now(tx, SYSTEM, NOW, [Choice(us, numbers, "us")]))
    assert not isinstance(told, Conflict)
    sent = told[0].purchase_order_id or 0
    with database.writing() as tx:
        send_purchase_orders(tx, SYSTEM, [sent], now=NOW)
    run_planning(database, SYSTEM, now=NOW, prophet_seconds=0)
    [(_, _, units, _)] = seller.rows(BUYS)
    assert units == MOQ
