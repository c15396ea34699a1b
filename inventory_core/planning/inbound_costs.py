"""What goods cost on their way from a supplier, as this company's own receipts say it.

Decides which receipts count and turns what was paid beside the goods into shares of their price:
of this supplier into this warehouse, else of all suppliers into the country, else as the planning
costs say. What was received on a day counts from the next. Never what an order costs.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.planning.lanes import EU_COUNTRIES
from inventory_core.planning.plan_costs import ASSUMED_COSTS, PlanCosts
from inventory_core.vocabulary import ShipMethod

# The latest receipts of one supplier into one warehouse by one ship method that are read.
LATEST_RECEIPTS = 12
OLDEST_DAYS = 730
FREIGHT_KINDS = ("freight", "insurance", "fee")
DUTY_KINDS = ("duty",)
BY_AIR = (ShipMethod.AIR, ShipMethod.EXPRESS)
SHARE_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the price that is paid on the way, and how it is known.

    `source`: "receipts" of this way, receipts into the "country", or "figure", a planning cost.
    `paid` of `goods` in base currency, where receipts say it.
    """

    rate: Decimal
    source: str
    receipts: int = 0
    paid: Decimal = Decimal(0)
    goods: Decimal = Decimal(0)
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """What one receipt paid beside its goods, base currency; `abroad`: it crossed a border."""

    supplier_id: int
    warehouse_id: int
    country: str
    ship_method: str
    abroad: bool
    goods: Decimal
    freight: Decimal
    duty: Decimal


Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class InboundCosts:
    """Shares learned by way and by country, the planning costs, and of each way (supplier,
    warehouse) its country and whether it crosses a border.
    """

    ways: Mapping[tuple[int, int], tuple[str, bool]] = field(default_factory=dict)
    learned: Mapping[Key, Share] = field(default_factory=dict)
    costs: PlanCosts = ASSUMED_COSTS

    def freight(self, supplier_id: int, warehouse_id: int, ship_method: str) -> Share | None:
        """Freight of a way; None where nothing says that there is any."""
        figure = "import_air_share" if ship_method in BY_AIR else "import_freight_share"
        return self._share(("freight", ship_method), supplier_id, warehouse_id, figure)

    def duty(self, supplier_id: int, warehouse_id: int) -> Share | None:
        """Duty of a way by any ship method; None where nothing says that there is any."""
        return self._share(("duty", None), supplier_id, warehouse_id, "duty_share")

    def duty_into(self, country: str) -> Share:
        """Duty of goods that enter a country from one of our own warehouses."""
        found = self.learned.get(("duty", None, "country", country, True))
        return found or Share(self.costs.duty_share, "figure", figure="duty_share")

    def _share(self, kind: Key, supplier_id: int, warehouse_id: int, figure: str) -> Share | None:
        country, abroad = self.ways.get((supplier_id, warehouse_id), ("", False))
        own = self.learned.get((*kind, "receipts", supplier_id, warehouse_id))
        found = own or self.learned.get((*kind, "country", country, abroad))
        if found is None and abroad:
            return Share(getattr(self.costs, figure), "figure", figure=figure)
        return found


NOTHING_PAID = InboundCosts()


def learned_shares(paid: Collection[Paid]) -> dict[Key, Share]:
    """The shares that receipts say, by way and by country, with what they were worked out from."""
    groups: dict[Key, list[Paid]] = defaultdict(list)
    for one in paid:
        for kind in (("freight", one.ship_method), ("duty", None)):
            groups[*kind, "receipts", one.supplier_id, one.warehouse_id].append(one)
            if one.country:
                groups[*kind, "country", one.country, one.abroad].append(one)
    return {key: _share_of(found, key) for key, found in groups.items()}


def _share_of(found: Collection[Paid], key: Key) -> Share:
    goods = sum((one.goods for one in found), Decimal(0))
    paid = sum((one.freight if key[0] == "freight" else one.duty for one in found), Decimal(0))
    rate = (paid / goods).quantize(SHARE_PLACES)
    return Share(rate, str(key[2]), len(found), _cents(paid), _cents(goods))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def inbound_costs(conn: Reading, costs: PlanCosts, *, as_of: date) -> InboundCosts:
    """What is known on a day of the ways from all suppliers to all warehouses.

    Across a border a receipt without freight or duty says only that nobody entered them; at home
    it says that the price was delivered.
    """
    facts = {
        "as_of": as_of,
        "since": as_of - timedelta(days=OLDEST_DAYS),
        "latest": LATEST_RECEIPTS,
        "eu": sorted(EU_COUNTRIES),
        "freight": list(FREIGHT_KINDS),
        "duty": list(DUTY_KINDS),
        "kinds": [*FREIGHT_KINDS, *DUTY_KINDS],
    }
    rows = conn.rows(_PAID, facts)
    ways = conn.rows(_WAYS, {"eu": facts["eu"]})
    return InboundCosts(
        ways={(row.supplier_id, row.warehouse_id): (row.country, row.abroad) for row in ways},
        learned=learned_shares([Paid(*row) for row in rows]),
        costs=costs,
    )


# A place of which nobody said where it is lies at home.
_WAY = """
    SELECT s.id AS supplier_id, w.id AS warehouse_id, coalesce(w.country, '') AS country,
        coalesce(coalesce(w.customs_region,
                CASE WHEN w.country = ANY(CAST(:eu AS varchar[])) THEN 'EU' ELSE w.country END)
            <> CASE WHEN s.country = ANY(CAST(:eu AS varchar[])) THEN 'EU' ELSE s.country END,
            false) AS abroad
      FROM supplier s CROSS JOIN location w
     WHERE w.kind = 'warehouse'
"""
_WAYS = text(_WAY)
_PAID = text(f"""
    WITH way AS ({_WAY}), paid AS (
        SELECT receipt_id,
            coalesce(sum(amount * rate) FILTER (WHERE kind = ANY(CAST(:freight AS varchar[]))), 0)
                AS freight,
            coalesce(sum(amount * rate) FILTER (WHERE kind = ANY(CAST(:duty AS varchar[]))), 0)
                AS duty
          FROM charge
         WHERE rate_on < :as_of AND kind = ANY(CAST(:kinds AS varchar[]))
         GROUP BY receipt_id
    ), known AS (
        SELECT r.id, r.operation_id, way.*, p.ship_method, coalesce(paid.freight, 0) AS freight,
            coalesce(paid.duty, 0) AS duty,
            row_number() OVER (PARTITION BY p.supplier_id, r.warehouse_id, p.ship_method
                               ORDER BY r.received_at DESC, r.id DESC) AS place
          FROM receipt r
          JOIN purchase_order p ON p.id = r.purchase_order_id
          JOIN way ON way.supplier_id = p.supplier_id AND way.warehouse_id = r.warehouse_id
         CROSS JOIN company c
          LEFT JOIN paid ON paid.receipt_id = r.id
         WHERE r.undone_by_id IS NULL AND (paid.receipt_id IS NOT NULL OR NOT way.abroad)
           AND (r.received_at AT TIME ZONE c.time_zone)::date < :as_of
           AND (r.received_at AT TIME ZONE c.time_zone)::date >= :since
    )
    SELECT k.supplier_id, k.warehouse_id, k.country, k.ship_method, k.abroad,
        goods.price * coalesce(goods.rate, 1) AS goods, k.freight, k.duty
      FROM known k CROSS JOIN LATERAL (
          SELECT sum(l.quantity * o.unit_price) AS price,
              (SELECT max(y.rate) FROM cost_layer y WHERE y.operation_id = k.operation_id) AS rate
            FROM receipt_line l JOIN purchase_order_line o ON o.id = l.purchase_order_line_id
           WHERE l.receipt_id = k.id) AS goods
     WHERE k.place <= :latest AND goods.price > 0
     ORDER BY k.id
""")  # noqa: S608
