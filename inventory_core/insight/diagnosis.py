"""The state of the business in one sentence: does it turn too slowly, or run out too often?

Decides which finding is worth the sentence, by fixed bounds; the words are the reader's.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.insight.kpis import WHOLE, Figures, Scope

# A change of turnover under five per cent is noise.
STEADY = Decimal("0.05")
OFTEN = Decimal("0.03")
MUCH_DEAD = Decimal("0.15")
# A place is named where it runs out by so much more often than all together.
MUCH_WORSE = Decimal("1.25")
# A place with fewer orders in the period is left to its own line in the table.
FEWEST_ORDERS = 100


@dataclass(frozen=True, slots=True)
class WorstPlace:
    """Where most orders could not be served (a warehouse's code), and with what; `alone`: no other
    place has enough orders to be compared.
    """

    warehouse: str
    rate: Decimal
    category: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`pace` is faster, slower, steady or unknown; `problem` is out (at one place), out_everywhere,
    dead, none or unknown. `rate`: stock-out rate of all places.
    """

    pace: str
    problem: str
    worst: WorstPlace | None
    dead_share: Decimal | None
    rate: Decimal | None = None


_WORST = text("""
    WITH place AS (
        SELECT k.warehouse_id, sum(k.short_orders)::numeric / sum(k.orders) AS rate,
            count(*) OVER () AS places
        FROM kpi_day k
        WHERE k.category = :category AND k.account_id = 0
          AND k.on_day BETWEEN :first_on AND :last_on
          AND (cardinality(CAST(:warehouses AS bigint[])) = 0
               OR k.warehouse_id = ANY(CAST(:warehouses AS bigint[])))
        GROUP BY 1 HAVING sum(k.orders) >= :fewest
        ORDER BY sum(k.short_orders)::numeric / sum(k.orders) DESC, 1 LIMIT 1
    )
    SELECT w.code, p.rate, (
        SELECT k.category FROM kpi_day k
        WHERE k.warehouse_id = p.warehouse_id AND k.account_id = 0 AND k.category <> '*'
          AND k.on_day BETWEEN :first_on AND :last_on
        GROUP BY 1 ORDER BY sum(k.short_orders) DESC, 1 LIMIT 1), p.places
    FROM place p JOIN location w ON w.id = p.warehouse_id WHERE p.rate > 0
""")


def worst_place(conn: Reading, scope: Scope, first_on: date, last_on: date) -> WorstPlace | None:
    """The warehouse of the scope with the highest stock-out rate, and its shortest category."""
    rows = conn.rows(
        _WORST,
        {
            "category": WHOLE if scope.category is None else scope.category,
            "warehouses": list(scope.warehouse_ids),
            "first_on": first_on,
            "last_on": last_on,
            "fewest": FEWEST_ORDERS,
        },
    )
    if not rows:
        return None
    code, rate, category, places = rows[0]
    return WorstPlace(code, rate, category or "", alone=places == 1)


def diagnose(now: Figures, before: Figures, worst: WorstPlace | None) -> Diagnosis:
    """Pace against the period before, then the greater of the two ills; where one of them cannot
    be judged (no orders, or no stock in the book), that nothing is wrong is not said.
    """
    often = now.stock_out_rate is not None and now.stock_out_rate >= OFTEN
    dead = now.dead_share is not None and now.dead_share >= MUCH_DEAD
    problem = "dead" if dead else "none"
    if often and worst is not None:
        problem = "out" if _stands_out(worst, now.stock_out_rate) else "out_everywhere"
    if problem == "none" and (now.stock_out_rate is None or now.dead_share is None):
        problem = "unknown"
    pace = _pace(now.turnover_year, before.turnover_year)
    return Diagnosis(pace, problem, worst, now.dead_share, now.stock_out_rate)


def _stands_out(worst: WorstPlace, rate: Decimal | None) -> bool:
    return worst.alone or rate is None or worst.rate >= rate * MUCH_WORSE


def _pace(now: Decimal | None, before: Decimal | None) -> str:
    if now is None or before is None or before == 0:
        return "unknown"
    change = now / before - 1
    if abs(change) < STEADY:
        return "steady"
    return "faster" if change > 0 else "slower"
