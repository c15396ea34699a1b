"""A small company for tests of the core: some SKUs, warehouses, one channel. Tests nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.ledger import post
from inventory_core.stock.postings import Line, NewOperation, Posted
from inventory_core.vocabulary import LocationKind, OperationKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUPPLIER = int(VIRTUAL_LOCATIONS[LocationKind.SUPPLIER])
CUSTOMER = int(VIRTUAL_LOCATIONS[LocationKind.CUSTOMER])
IN_TRANSIT = int(VIRTUAL_LOCATIONS[LocationKind.IN_TRANSIT])
SCRAP = int(VIRTUAL_LOCATIONS[LocationKind.SCRAP])
COUNT_DIFFERENCE = int(VIRTUAL_LOCATIONS[LocationKind.COUNT_DIFFERENCE])


@dataclass(frozen=True, slots=True)
class Scene:
    """Ids of what was made; the channel account sells from all warehouses in their order."""

    database: Database
    skus: Sequence[int]
    warehouses: Sequence[int]
    account: int

    def receive(
        self, sku: int, warehouse: int, quantity: int, value: str, *, key: str, at: datetime = NOON
    ) -> Posted:
        """Goods from the supplier."""
        line = Line(sku, SUPPLIER, warehouse, quantity, value=Decimal(value))
        return self.post(key, OperationKind.RECEIPT, [line], at=at)

    def issue(
        self, sku: int, warehouse: int, quantity: int, *, key: str, at: datetime = NOON
    ) -> Posted:
        """Goods out of the house."""
        return self.post(key, OperationKind.SHIPMENT, [Line(sku, warehouse, CUSTOMER, quantity)])

    def post(
        self, key: str, kind: OperationKind, lines: Sequence[Line], *, at: datetime = NOON
    ) -> Posted:
        """One operation in a transaction of its own."""
        operation = NewOperation(key, kind, at, tuple(lines))
        return self.database.write(lambda tx: post(tx, SYSTEM, [operation])[0])

    def level(self, sku: int, warehouse: int) -> tuple[int, int, int]:
        """on_hand, reserved, held."""
        rows = self.rows(
            "SELECT on_hand, reserved, held FROM stock_level"
            f" WHERE sku_id = {sku} AND warehouse_id = {warehouse}"
        )
        return rows[0] if rows else (0, 0, 0)

    def layers(self, sku: int) -> list[tuple[int, str]]:
        """(units left, value left) of the open layers, oldest first."""
        rows = self.rows(
            f"SELECT quantity_left, value_left FROM cost_layer WHERE sku_id = {sku}"
            " AND quantity_left > 0 ORDER BY received_at, id"
        )
        return [(row[0], f"{row[1]:f}") for row in rows]

    def rows(self, sql: str) -> list[tuple]:
        """All rows of a statement."""
        with self.database.reading() as conn:
            return [tuple(row) for row in conn.rows(text(sql))]

    def run(self, sql: str) -> None:
        """One statement that changes something."""
        with self.database.writing() as tx:
            tx.execute(text(sql))


def make_scene(
    database: Database,
    *,
    skus: int = 3,
    warehouses: int = 2,
    cost_method: str = "moving_average",
    shared_pool: bool = False,
) -> Scene:
    """A company with `skus` SKUs, `warehouses` warehouses and one channel account."""
    with database.writing() as tx:
        tx.execute(
            text(
                "INSERT INTO company (id, name, base_currency, time_zone, language, cost_method)"
                " VALUES (1, 'Scene', 'CNY', 'Asia/Shanghai', 'en', :method)"
                " ON CONFLICT (id) DO UPDATE SET cost_method = excluded.cost_method"
            ),
            {"method": cost_method},
        )
        sku_ids = list(
            tx.execute(
                text(
                    "INSERT INTO sku (code, code_key, name)"
                    " SELECT 'S' || n, 's' || n, 'Thing ' || n"
                    " FROM generate_series(1, :n) AS n RETURNING id"
                ),
                {"n": skus},
            ).scalars()
        )
        tx.execute(text("INSERT INTO stock_pool (id, code) VALUES (1000, 'all')"))
        places = []
        for number in range(1, warehouses + 1):
            pool = 100 if shared_pool else 100 + number
            tx.execute(
                text("INSERT INTO cost_pool (id, code) VALUES (:id, :code) ON CONFLICT DO NOTHING"),
                {"id": pool, "code": f"pool {pool}"},
            )
            place = 100 + number
            tx.execute(
                text(
                    "INSERT INTO location (id, code, code_key, name, kind, warehouse_id,"
                    " warehouse_kind, time_zone, cost_pool_id, priority)"
                    " SELECT :id, c, c, c, 'warehouse', :id, 'own', 'Asia/Shanghai', :pool, :id"
                    " FROM CAST(:code AS text) AS c"
                ),
                {"id": place, "code": f"w{number}", "pool": pool},
            )
            tx.execute(
                text(
                    "INSERT INTO stock_pool_warehouse (stock_pool_id, warehouse_id, priority)"
                    " VALUES (1000, :id, :priority)"
                ),
                {"id": place, "priority": number},
            )
            places.append(place)
        account = tx.scalar(
            text(
                "INSERT INTO channel_account (code, code_key, name, platform, currency,"
                " time_zone, stock_pool_id) VALUES ('shop', 'shop', 'Shop', 'shopify', 'USD',"
                " 'UTC', 1000) RETURNING id"
            )
        )
    return Scene(database, sku_ids, places, account)
