"""Ways from one of our warehouses to another: days and freight by ship method.

Decides what is believed of a way: what somebody stated, else what the latest transfers took and
cost, else an assumption inside one customs region. Never whether anything is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select, text

from inventory_core.catalog.fields import check_decimal, check_member, check_whole
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.limits import transfer_lane
from inventory_core.errors import Invalid
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.vocabulary import ShipMethod

ASSUMED_DAYS_ABROAD = 35
ASSUMED_DAYS_AT_HOME = 5
LATEST_TRANSFERS = 20
# Countries whose warehouses are one pool for customs; every other country is its own.
EU_COUNTRIES = frozenset((
    "AT", "BE", "BG", "HR", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
COSTS = ("unit_freight", "kg_freight", "m3_freight", "removal_fee", "fixed_cost")
_KEY = ("from_warehouse_id", "to_warehouse_id", "ship_method")


@dataclass(frozen=True, slots=True)
class Lane:
    """One way by one ship method. Of freight by the unit, kilogram and cubic metre all that is
    stated is paid; past transfers say what a kilogram cost.

    `source`: stated, history or assumed. An assumed lane names no freight: it is not known.
    `to_country`: where goods from another customs region pay duty.
    """

    from_warehouse_id: int
    to_warehouse_id: int
    ship_method: str
    days: int
    source: str = "stated"
    unit_freight: Decimal | None = None
    kg_freight: Decimal | None = None
    m3_freight: Decimal | None = None
    removal_fee: Decimal | None = None
    fixed_cost: Decimal = Decimal(0)
    currency: str = ""
    same_region: bool = True
    from_fba: bool = False
    to_country: str = ""


@dataclass(frozen=True, slots=True)
class NewLane:
    """A way as somebody states it; costs in `currency`."""

    from_warehouse_id: int
    to_warehouse_id: int
    ship_method: str
    days: int
    currency: str
    unit_freight: Decimal | int = 0
    removal_fee: Decimal | int = 0
    fixed_cost: Decimal | int = 0
    kg_freight: Decimal | int = 0
    m3_freight: Decimal | int = 0
    active: bool = True


def set_transfer_lane(tx: Writing, actor: Actor, lane: NewLane) -> NewLane:
    """State one way by one ship method, whole; it holds from the next planning on."""
    require(actor, Permission.TRANSFER_EDIT, warehouse_id=lane.from_warehouse_id)
    check_member(lane.ship_method, ShipMethod, field="ship_method")
    check_currency(lane.currency, field="currency")
    if lane.from_warehouse_id == lane.to_warehouse_id:
        raise Invalid("transfer_goes_nowhere", field="to_warehouse_id")
    if check_whole(lane.days, field="days") > 365:
        raise Invalid("days_out_of_range", field="days", fewest=0, most=365)
    facts: dict[str, Any] = {name: getattr(lane, name) for name in NewLane.__dataclass_fields__}
    for name in COSTS:
        facts[name] = check_decimal(facts[name], field=name)
    changing = [name for name in facts if name not in _KEY]
    insert_rows(tx, transfer_lane, [facts], replace_on=_KEY, replace=changing)
    told = {name: str(value) for name, value in facts.items()}
    record_audit(tx, actor, "transfer_lane_set", ("warehouse", lane.from_warehouse_id), told)
    return lane


def lanes(conn: Reading) -> list[Lane]:
    """Every way that planning may think of, by origin, destination and ship method.

    Between customs regions only what is stated or was travelled before, except that a way of
    unknown cost is assumed too: it says how long goods of a hub take, and is marked as assumed.
    """
    stated = {_key(row): row for row in conn.rows(_STATED)}
    past = {_key(row): row for row in conn.rows(_TAKEN, {"latest": LATEST_TRANSFERS})}
    found: list[Lane] = []
    for pair in conn.rows(_PAIRS):
        same = customs_region(pair.from_region, pair.from_country) == customs_region(
            pair.to_region, pair.to_country
        )
        known = [
            _lane(key, stated.get(key), past.get(key))
            for method in ShipMethod
            if (key := (pair.from_id, pair.to_id, method.value)) in stated or key in past
        ]
        ways = [lane for lane in known if lane is not None] or [_assumed(pair, same)]
        fba = pair.from_kind == "fba"
        country = pair.to_country or ""
        found += [
            replace(lane, same_region=same, from_fba=fba, to_country=country) for lane in ways
        ]
    return found


def _key(row: Row[Any]) -> tuple[int, int, str]:
    return row.from_warehouse_id, row.to_warehouse_id, row.ship_method


def _lane(key: tuple[int, int, str], stated: Row[Any] | None, past: Row[Any] | None) -> Lane | None:
    if stated is not None:
        if not stated.active:
            return None
        return Lane(
            *key,
            days=stated.days,
            unit_freight=stated.unit_freight,
            kg_freight=stated.kg_freight,
            m3_freight=stated.m3_freight,
            removal_fee=stated.removal_fee,
            fixed_cost=stated.fixed_cost,
            currency=stated.currency,
        )
    assert past is not None, "a key is stated or travelled"
    per_kg = past.freight / past.kilograms if past.kilograms and past.currency else None
    return Lane(
        *key,
        days=past.days,
        source="history",
        kg_freight=None if per_kg is None else per_kg.quantize(Decimal("0.0001")),
        currency=past.currency or "",
    )


def _assumed(pair: Row[Any], at_home: bool) -> Lane:
    method = ShipMethod.TRUCK if at_home else ShipMethod.SEA
    days = ASSUMED_DAYS_AT_HOME if at_home else ASSUMED_DAYS_ABROAD
    return Lane(pair.from_id, pair.to_id, method.value, days, source="assumed")


def customs_region(stated: str | None, country: str | None) -> str:
    """The customs area of a place: as stated, else its country or the EU; empty if unknown."""
    if stated:
        return stated
    return "EU" if country in EU_COUNTRIES else country or ""


def stated_lanes(conn: Reading) -> Sequence[Row[Any]]:
    """The rows that people stated, switched off ones too, for a screen."""
    return conn.rows(_STATED)


_STATED = select(transfer_lane).order_by(*(transfer_lane.c[name] for name in _KEY))
_PAIRS = text("""
    SELECT a.id AS from_id, b.id AS to_id, a.customs_region AS from_region,
        b.customs_region AS to_region, a.country AS from_country, b.country AS to_country,
        a.warehouse_kind AS from_kind
      FROM location a JOIN location b ON b.id <> a.id
     WHERE a.kind = 'warehouse' AND b.kind = 'warehouse' AND a.active AND b.active
     ORDER BY a.id, b.id
""")
# Freight in the currency that the newest of them was paid in; others do not count for it.
_TAKEN = text("""
    WITH arrived AS (
        SELECT t.id, t.from_warehouse_id, t.to_warehouse_id, t.ship_method, t.freight,
            t.freight_currency,
            extract(epoch FROM t.arrived_at - t.shipped_at) / 86400 AS days,
            row_number() OVER way AS rank,
            first_value(t.freight_currency) OVER way AS currency
          FROM transfer t WHERE t.arrived_at IS NOT NULL
        WINDOW way AS (PARTITION BY t.from_warehouse_id, t.to_warehouse_id, t.ship_method
                       ORDER BY t.arrived_at DESC, t.id DESC)
    ), loads AS (
        SELECT l.transfer_id, sum(l.shipped * s.weight_grams) / 1000.0 AS kilograms
          FROM transfer_line l JOIN sku s ON s.id = l.sku_id
         WHERE l.transfer_id IN (SELECT id FROM arrived WHERE rank <= :latest)
         GROUP BY l.transfer_id HAVING count(*) = count(s.weight_grams)
    )
    SELECT a.from_warehouse_id, a.to_warehouse_id, a.ship_method, a.currency,
        round(avg(a.days))::int AS days,
        sum(a.freight) FILTER (WHERE a.freight_currency = a.currency AND o.kilograms > 0)
            AS freight,
        sum(o.kilograms) FILTER (WHERE a.freight_currency = a.currency) AS kilograms
      FROM arrived a LEFT JOIN loads o ON o.transfer_id = a.id
     WHERE a.rank <= :latest
     GROUP BY 1, 2, 3, 4
""")
