"""What a person said of a line reaches the demand that models learn from, and no earlier plan."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from forecasting.demand_panel import choose_period, panel_of_grid
from forecasting.history import channel_demand, demand_grid
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.demand_words import NewWord, Word
from inventory_core.trade.orders import (
    NewCancel,
    NewOrder,
    NewOrderLine,
    accept_orders,
    cancel_orders,
)
from jobs.plan_material import read_material
from tests.planning.lamps import (
    AGAIN,
    ONE_OFF,
    ORDINARY,
    PROJECT,
    RULE,
    bulk,
    lamp_seller,
    line,
    say,
)
from tests.planning.seller import NOW, YESTERDAY, Seller


@pytest.fixture
def seller(database: Database) -> Seller:
    return lamp_seller(database)


def test_the_panel_that_models_learn_from_follows_the_word(seller: Seller) -> None:
    def learned() -> tuple[float, str, float]:
        with seller.database.reading() as conn:
            material = read_material(conn, as_of=None, now=NOW, data_folder=None)
            channels = channel_demand(conn, material.grid)
        panel = panel_of_grid(material.grid, choose_period(material.grid, 90))
        lamp = material.grid.sku_id.tolist().index(seller.skus["LAMP"])
        return float(panel.y[lamp, -1]), material.grid.hash(), float(channels.bulk.sum())

    before = learned()
    say(seller, NewWord(line(seller, 80), ORDINARY, AGAIN))
    after = learned()
    assert after[0] - before[0] == pytest.approx(80)
    assert before[2] - after[2] == 80
    assert before[1] != after[1], "a panel that changed is another one"


def test_the_days_of_demand_are_those_of_an_oracle_that_knows_rule_and_words(
    seller: Seller,
) -> None:
    rng = np.random.default_rng(28)
    sizes: dict[int, int] = {}
    for row in seller.rows("SELECT -id, quantity FROM sales_line ORDER BY id"):
        sizes[row[0]] = row[1]
    chosen = [int(one) for one in rng.choice(list(sizes), 60, replace=False)] + [line(seller, 80)]
    said: dict[int, list[Word]] = {}
    for turn in range(150):
        one = chosen[int(rng.integers(len(chosen)))]
        word = (ORDINARY, ONE_OFF, RULE)[int(rng.integers(3))]
        reason = {ORDINARY: AGAIN, ONE_OFF: PROJECT, RULE: None}[word]
        before = said.get(one, [])
        told = say(
            seller,
            NewWord(one, word, reason, seen_id=before[-1].id if before else None),
            key=f"t{turn}",
        )
        if told and (not before or told[0].id != before[-1].id):
            said.setdefault(one, []).extend(told)
    # The rule alone finds the eighty lamps; a person's last word goes before.
    out = {one for one, words in said.items() if words[-1].word is ONE_OFF}
    large = line(seller, 80)
    if large not in said or said[large][-1].word is RULE:
        out.add(large)
    assert len(out) > 5
    assert bulk(seller) == sum(sizes[one] for one in out)


def test_an_order_line_is_left_out_wherever_it_was_served_from(seller: Seller) -> None:
    seller.stock("LAMP", 9)
    seller.stock("LAMP", 20, warehouse=seller.uk)
    at = datetime(2026, 3, 1, 20, tzinfo=UTC)
    new = NewOrder(
        "a", seller.account, "a", at, "USD",
        [NewOrderLine(1, seller.skus["LAMP"], 12, Decimal(10))], country="US",
    )  # fmt: skip
    seller.database.write(lambda tx: accept_orders(tx, SYSTEM, [new], now=at))
    [[line_id]] = seller.rows("SELECT id FROM sales_order_line")
    before = bulk(seller)
    say(seller, NewWord(line_id, ONE_OFF, PROJECT))
    assert bulk(seller) - before == 12
    assert bulk(seller, grain="channel") == bulk(seller, grain="sku") == bulk(seller)


def test_trap_36_a_plan_as_of_an_earlier_day_does_not_hear_what_was_said_later(
    seller: Seller,
) -> None:
    earlier = YESTERDAY - timedelta(days=20)
    early, late = line(seller, 7), line(seller, 80)

    def heard(known_at: datetime | None) -> float:
        return bulk(seller, known_at=known_at)

    for line_id, word, reason, at in (
        (early, "one_off", "project", "2026-02-05"),
        (late, "ordinary", "comes_again", "2026-03-02"),
    ):
        seller.run(
            "INSERT INTO demand_word (key, sales_line_id, word, reason, said_by_id, recorded_at)"
            " VALUES (:reason, :line, :word, :reason, 0, CAST(:at AS timestamptz))",
            line=-line_id, word=word, reason=reason, at=at,
        )  # fmt: skip
    assert heard(None) == 7
    assert heard(datetime(2026, 3, 1, tzinfo=UTC)) == 87
    assert heard(datetime(2026, 2, 1, tzinfo=UTC)) == 80
    with seller.database.reading() as conn:
        now = read_material(conn, as_of=None, now=NOW, data_folder=None)
        then = read_material(conn, as_of=earlier, now=NOW, data_folder=None)
        before = read_material(conn, as_of=earlier - timedelta(days=10), now=NOW, data_folder=None)
    assert [one.grid.bulk.sum() for one in (now, then, before)] == [7, 7, 0]
    assert before.grid.known_at == datetime(2026, 1, 31, tzinfo=UTC)


def test_trap_36_an_old_history_that_is_planned_as_of_its_end_hears_what_is_said_today(
    seller: Seller,
) -> None:
    say(seller, NewWord(line(seller, 80), ORDINARY, AGAIN))
    with seller.database.reading() as conn:
        later = NOW + timedelta(days=90)
        material = read_material(conn, as_of=None, now=later, data_folder=None)
    assert material.day.stale
    assert material.grid.bulk.sum() == 0


def test_trap_36_what_a_customer_took_back_later_is_demand_of_an_earlier_plan(
    seller: Seller,
) -> None:
    placed, back = (datetime(2026, 2, day, 20, tzinfo=UTC) for day in (10, 13))
    goods = [NewOrderLine(1, seller.skus["CREAM"], 5, Decimal(10))]
    new = NewOrder("a", seller.account, "a", placed, "USD", goods, country="US")
    seller.stock("CREAM", 9)
    with seller.database.writing() as tx:
        [made] = accept_orders(tx, SYSTEM, [new], now=placed)
        cancel_orders(tx, SYSTEM, [NewCancel("b", made.order_id, "changed_mind")], now=back)
    # Imported history: three were sold and taken back by another line of the file.
    write = (
        "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on, quantity,"
        " cancelled, unit_price, currency, warehouse_id, treatment, cancels_id) VALUES ('file',"
        " :invoice, 'CREAM', :sku, :at, :on, :units, :cancelled, 10, 'USD', :place, :what, :of)"
    )
    facts = {"sku": seller.skus["CREAM"], "place": seller.us}
    sale = {"invoice": "7", "units": 3, "cancelled": 3, "what": "accepted", "of": None}
    seller.run(write, **facts, **sale, at=placed, on=placed.date())
    [[sold_id]] = seller.rows("SELECT id FROM sales_line WHERE invoice = '7'")
    sale = {"invoice": "C7", "units": -3, "cancelled": 0, "what": "cancellation", "of": sold_id}
    seller.run(write, **facts, **sale, at=back, on=back.date())

    def units(known_at: datetime | None) -> float:
        with seller.database.reading() as conn:
            grid = demand_grid(
                conn, through=YESTERDAY, sku_ids=[seller.skus["CREAM"]], known_at=known_at
            )
        return float(grid.y.sum())

    assert units(None) == units(back + timedelta(days=1)) == 0
    assert units(back - timedelta(days=1)) == 5 + 3
