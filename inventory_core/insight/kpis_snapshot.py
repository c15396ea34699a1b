"""The daily snapshot of what the KPIs need, set-based from the ledger, the orders and the history.

Decides which day and which warehouse a fact belongs to; the formulas are in `kpis`. A day is the
business day of its warehouse. An order belongs to the first warehouse of its channel's pool that
has ever carried its first SKU, whoever ships it in the end, so that a stock-out is counted where
the goods were missing. Taking the same days again gives the same rows: late facts restate them.
"""

from datetime import date, datetime

from sqlalchemy import text

from inventory_core.db.engine import Reading, Writing
from inventory_core.errors import Invalid
from inventory_core.insight.kpis_flows import FLOW_OF_COST, FLOW_OF_ORDERS, FLOW_OF_SALES
from inventory_core.insight.kpis_statements import DEAD_STOCK, STOCK_VALUES, TEMPORARY
from inventory_core.office.company import read_company

MOST_DAYS = 3660
# The grid of days and SKUs is sorted once; the default memory would spill it to disk.
_MEMORY = text("SET LOCAL work_mem = '64MB'")
_FORGET = text("DELETE FROM kpi_day WHERE on_day BETWEEN :first_on AND :last_on")
_FIRST = text("""
    SELECT least(
        (SELECT min(occurred_at)::date FROM movement), (SELECT min(sold_on) FROM sales_line),
        (SELECT min(placed_at)::date FROM sales_order))
""")


def first_fact_on(conn: Reading) -> date | None:
    """The first day of which the book or the imported history tells anything."""
    found: date | None = conn.scalar(_FIRST)
    return found


def snapshot_kpis(tx: Writing, first_on: date, last_on: date, *, now: datetime) -> int:
    """Keep the days [first_on, last_on]; the number of rows kept. Days after `now` are refused."""
    if last_on < first_on or (last_on - first_on).days >= MOST_DAYS:
        raise Invalid("days_out_of_range", field="first_on", fewest=1, most=MOST_DAYS)
    # A warehouse far east of UTC is a day ahead.
    if last_on.toordinal() > now.date().toordinal() + 1:
        raise Invalid("day_in_the_future", field="last_on", value=last_on)
    company = read_company(tx)
    values = {
        "first_on": first_on,
        "last_on": last_on,
        "base": company.base_currency,
        "zone": company.time_zone,
        "dead_days": company.dead_stock_days,
    }
    tx.execute(_MEMORY)
    tx.execute(_FORGET, {"first_on": first_on, "last_on": last_on})
    for statement in TEMPORARY:
        tx.execute(statement, values)
    for statement in (STOCK_VALUES, DEAD_STOCK, FLOW_OF_COST, FLOW_OF_SALES, FLOW_OF_ORDERS):
        tx.execute(statement, values)
    kept: int = tx.scalar(
        text("SELECT count(*) FROM kpi_day WHERE on_day BETWEEN :first_on AND :last_on"),
        {"first_on": first_on, "last_on": last_on},
    )
    return kept
