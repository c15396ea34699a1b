"""The five KPIs equal an independent sum over the raw ledger, per warehouse and in total."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.insight.kpis import Scope, figures, last_snapshot_on, read_days
from tests.insight import oracle


def periods(last: date) -> list[tuple[date, date]]:
    return [
        (last - timedelta(days=89), last),
        (last - timedelta(days=380), last - timedelta(days=351)),
        (last - timedelta(days=549), last),
        (last, last),
    ]


@pytest.mark.slow
def test_the_five_kpis_equal_pandas_from_the_raw_ledger(sample_database: Database) -> None:
    with sample_database.reading() as conn:
        raw = oracle.read(conn)
        last = last_snapshot_on(conn)
        assert last is not None
        everywhere = [int(number) for number in raw.places["id"]]
        for first, until in periods(last):
            for places in (*([one] for one in everywhere), everywhere):
                days = read_days(conn, Scope(tuple(places)), first - timedelta(days=1), until)
                found = figures(days, first, until)
                check(raw, found, places, first, until)


def check(raw: oracle.Raw, found: object, places: list[int], first: date, until: date) -> None:
    before = first - timedelta(days=1)
    opening = sum(value(raw, place, before) for place in places)
    closing = sum(value(raw, place, until) for place in places)
    cost = sum(oracle.cost_of_sales(raw, place, first, until) for place in places)
    sold = sum(oracle.sales(raw, place, first, until) for place in places)
    dead = sum(oracle.dead_value(raw, place, until) for place in places)
    counted = [oracle.orders(raw, place, first, until) for place in places]
    orders, short = sum(all_ for all_, _ in counted), sum(few for _, few in counted)
    average = (opening + closing) / 2
    expected = {
        "opening_value": opening,
        "closing_value": closing,
        "cost_of_sales": cost,
        "sales": sold,
        "dead_value": dead,
        "orders": orders,
        "short_orders": short,
        "average_inventory": average,
        "turnover": cost / average if average else None,
        "turnover_year": cost / average * 365 / ((until - first).days + 1) if average else None,
        "stock_to_sales": closing / sold if sold else None,
        "stock_out_rate": short / orders if orders else None,
        "dead_share": dead / closing if closing else None,
    }
    for name, wanted in expected.items():
        got = getattr(found, name)
        where = f"{name} of {places} in {first} to {until}"
        if wanted is None:
            assert got is None, where
        else:
            assert got is not None, where
            assert float(Decimal(got)) == pytest.approx(wanted, rel=1e-6, abs=0.01), where


def value(raw: oracle.Raw, place: int, on: date) -> float:
    return oracle.stock_value(raw, place, on) + oracle.in_transit_value(raw, place, on)


@pytest.mark.slow
def test_the_value_of_the_last_day_is_the_value_of_the_cost_pools(
    sample_database: Database,
) -> None:
    with sample_database.reading() as conn:
        last = last_snapshot_on(conn)
        assert last is not None
        kept = read_days(conn, Scope(), last, last)[0].inventory_value
        pools = conn.scalar(text("SELECT sum(value) FROM cost_pool_total"))
    assert kept == pytest.approx(pools, abs=Decimal("0.01"))
