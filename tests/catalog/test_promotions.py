"""Promotions are planned, changed and called off; what is over stays what was learned from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from forecasting.history import demand_grid
from inventory_core.catalog.promotion_records import (
    Promotion,
    PromotionState,
    account_names,
    cancel_promotion,
    categories_in_use,
    change_promotion,
    promotion_scope,
    read_promotion,
    select_promotions,
)
from inventory_core.catalog.promotions import NewPromotion, create_promotions
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.office.audit import list_audit
from inventory_core.vocabulary import PersonId, Role
from tests.planning.seller import Seller, make_seller

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANALYST = Actor(PersonId(0), "A", frozenset({Role.ANALYST}))


@pytest.fixture
def seller(database: Database) -> Seller:
    made = make_seller(database)
    made.sold("LAMP", [4] * 28, last_on=TODAY - timedelta(days=1))
    return made


def planned(seller: Seller, first: int, last: int, key: str = "p") -> Promotion:
    """A promotion from `first` to `last` days from today."""
    new = NewPromotion(
        key,
        "Spring",
        TODAY + timedelta(days=first),
        TODAY + timedelta(days=last),
        Decimal(20),
        [seller.skus["LAMP"]],
    )
    made = seller.database.write(lambda tx: create_promotions(tx, SYSTEM, [new]))
    with seller.database.reading() as conn:
        return read_promotion(conn, made[key])


def discounts(seller: Seller) -> list[float]:
    """Of LAMP, ten days from today on."""
    with seller.database.reading() as conn:
        grid = demand_grid(conn, through=TODAY - timedelta(days=1), ahead_days=10)
    return [float(value) for value in grid.promotion[0, -10:]]


def test_a_change_moves_days_depth_and_skus_and_names_the_version_it_saw(seller: Seller) -> None:
    known = planned(seller, 2, 4)
    change = {"discount_percent": Decimal("35.5"), "ends_on": TODAY + timedelta(days=3)}
    both = [seller.skus["LAMP"], seller.skus["CABLE"]]
    version = seller.database.write(
        lambda tx: change_promotion(
            tx, SYSTEM, known.id, change, version=known.version, sku_ids=both
        )
    )
    with seller.database.reading() as conn:
        after = read_promotion(conn, known.id)
        acts = [one.act for one in list_audit(conn, subject=("promotion", known.id))]
    assert (after.version, after.discount_percent, after.sku_codes) == (
        version,
        Decimal("35.50"),
        ("CABLE", "LAMP"),
    )
    assert discounts(seller) == [0, 0, 35.5, 35.5, 0, 0, 0, 0, 0, 0]
    assert acts == ["promotion_skus_changed", "promotion_changed", "promotion_created"]
    with pytest.raises(Conflict, match="version_changed"):
        seller.database.write(
            lambda tx: change_promotion(tx, SYSTEM, known.id, change, version=known.version)
        )


def test_a_wrong_change_is_refused_and_leaves_everything(seller: Seller) -> None:
    known = planned(seller, 2, 4)
    wrong = (
        ({"ends_on": TODAY}, None, "days_out_of_order"),
        ({"ends_on": None}, None, "days_out_of_order"),
        ({"discount_percent": Decimal(101)}, None, "out_of_range"),
        ({"key": "x"}, None, "unknown_field"),
        ({}, [], "promotion_without_skus"),
    )
    for change, skus, code in wrong:
        with pytest.raises(Invalid, match=code):
            seller.database.write(
                lambda tx, change=change, skus=skus: change_promotion(  # type: ignore[misc]
                    tx, SYSTEM, known.id, change, version=1, sku_ids=skus
                )
            )
    with pytest.raises(NotFound, match="record_missing"):
        seller.database.write(lambda tx: change_promotion(tx, SYSTEM, 9999, {}, version=1))
    with pytest.raises(Forbidden):
        seller.database.write(lambda tx: change_promotion(tx, ANALYST, known.id, {}, version=1))
    with seller.database.reading() as conn:
        assert read_promotion(conn, known.id) == known


def test_what_has_not_begun_is_called_off_and_leaves_the_plans(seller: Seller) -> None:
    known = planned(seller, 2, 4)
    assert known.state(TODAY) is PromotionState.PLANNED
    assert max(discounts(seller)) == 20
    gone = seller.database.write(
        lambda tx: cancel_promotion(tx, SYSTEM, known.id, version=1, today=TODAY, now=NOW)
    )
    assert gone.state(TODAY) is PromotionState.CANCELLED
    assert max(discounts(seller)) == 0
    again = seller.database.write(
        lambda tx: cancel_promotion(tx, SYSTEM, known.id, version=1, today=TODAY, now=NOW)
    )
    assert again == gone
    with pytest.raises(Refused, match="promotion_cancelled"):
        seller.database.write(lambda tx: change_promotion(tx, SYSTEM, known.id, {}, version=2))


def test_what_runs_ends_today_and_what_is_over_stays(seller: Seller) -> None:
    running = planned(seller, -3, 4, "running")
    over = planned(seller, -9, -4, "over")
    done = seller.database.write(
        lambda tx: cancel_promotion(tx, SYSTEM, running.id, version=1, today=TODAY, now=NOW)
    )
    assert done == replace(running, ends_on=TODAY, version=2)
    assert discounts(seller)[:2] == [20, 0]
    with pytest.raises(Refused, match="promotion_over"):
        seller.database.write(
            lambda tx: cancel_promotion(tx, SYSTEM, over.id, version=1, today=TODAY, now=NOW)
        )
    with pytest.raises(Conflict, match="version_changed"):
        seller.database.write(
            lambda tx: cancel_promotion(tx, SYSTEM, running.id, version=1, today=TODAY, now=NOW)
        )


def test_the_list_finds_by_name_and_by_sku(seller: Seller) -> None:
    planned(seller, 2, 4)
    with seller.database.reading() as conn:
        for find, count in (("", 1), ("spring", 1), ("lam", 1), ("%", 0), ("cable", 0)):
            assert len(conn.rows(select_promotions(find))) == count, find
        assert list(account_names(conn)) == [seller.account]


def test_a_category_or_a_channel_is_chosen_whole_and_only_what_is_sold(seller: Seller) -> None:
    with seller.database.writing() as tx:
        tx.execute(text("UPDATE sku SET category = 'Light' WHERE code IN ('LAMP', 'CABLE')"))
        tx.execute(text("UPDATE sku SET state = 'discontinued' WHERE code = 'CABLE'"))
    with seller.database.reading() as conn:
        names = account_names(conn)
        listed = {row.sku_id for row in conn.rows(text("SELECT sku_id FROM listing"))}
        assert categories_in_use(conn) == ["Light"]
        assert promotion_scope(conn, category="Light") == [seller.skus["LAMP"]]
        assert promotion_scope(conn, category="Nothing") == []
        everything = set(promotion_scope(conn))
        for account_id in names:
            assert set(promotion_scope(conn, account_id=account_id)) <= listed & everything
    assert seller.skus["CABLE"] not in everything
