"""A small seller with a history, for tests of planning: two warehouses and some SKUs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.company import NewCompany, found_company
from inventory_core.catalog.listings import NewAccount, create_accounts
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.catalog.rates import NewRate, record_rates
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.db.engine import Database
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.trade.offers import NewOffer, create_offers
from inventory_core.trade.suppliers import NewSupplier, create_suppliers
from inventory_core.vocabulary import Language, LocationKind, OperationKind, WarehouseKind

TODAY = date(2026, 3, 2)  # a Monday
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
YESTERDAY = date(2026, 3, 1)
SUPPLIER_PLACE = int(VIRTUAL_LOCATIONS[LocationKind.SUPPLIER])


@dataclass(frozen=True, slots=True)
class Seller:
    """Ids of what was made; the account sells from US first, then from UK."""

    database: Database
    us: int
    uk: int
    account: int
    supplier: int
    skus: Mapping[str, int]

    def sold(self, sku: str, units: Sequence[int], *, last_on: date, warehouse: int = 0) -> None:
        """Imported history: so many units a day, the last entry on `last_on`."""
        rows = [
            {
                "day": last_on - timedelta(days=len(units) - 1 - place),
                "sku": sku,
                "sku_id": self.skus[sku],
                "units": quantity,
                "warehouse": warehouse or self.us,
            }
            for place, quantity in enumerate(units)
            if quantity
        ]
        with self.database.writing() as tx:
            tx.execute(
                text(
                    "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on,"
                    " quantity, unit_price, currency, warehouse_id) VALUES ('file', 'I' || :day,"
                    " :sku, :sku_id, CAST(:day AS date), :day, :units, 10, 'USD', :warehouse)"
                ),
                rows,
            )

    def stock(self, sku: str, quantity: int, *, warehouse: int = 0, key: str = "") -> None:
        """Goods from the supplier, there since yesterday."""
        place = warehouse or self.us
        line = Line(self.skus[sku], SUPPLIER_PLACE, place, quantity, value=Decimal(2 * quantity))
        at = datetime.combine(TODAY - timedelta(days=1), time(9), UTC)
        name = key or f"stock-{sku}-{place}"
        operation = NewOperation(name, OperationKind.OPENING, at, (line,))
        self.database.write(lambda tx: post(tx, SYSTEM, [operation]))

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        with self.database.reading() as conn:
            return [tuple(row) for row in conn.rows(text(sql), values)]

    def books(self, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        """Whole tables, to see what an act has changed and what not."""
        return {name: self.rows(f"SELECT * FROM {name} ORDER BY 1, 2, 3") for name in tables}

    def run(self, sql: str, **values: Any) -> None:
        """One statement that changes something."""
        with self.database.writing() as tx:
            tx.execute(text(sql), values)


def make_seller(
    database: Database, skus: Sequence[str] = ("LAMP", "CABLE", "CREAM"), *, offered: bool = True
) -> Seller:
    """Base currency USD; the supplier delivers within 30 days, MOQ 20 in steps of 10."""
    with database.writing() as tx:
        found_company(tx, SYSTEM, NewCompany("Seller", "USD", "UTC", Language.EN))
        record_rates(tx, SYSTEM, [NewRate("CNY", "USD", date(2026, 1, 1), Decimal("0.14"))])
        houses = create_warehouses(
            tx,
            SYSTEM,
            [
                NewWarehouse("US", "US", WarehouseKind.OVERSEAS, "US", "America/Los_Angeles"),
                NewWarehouse("UK", "UK", WarehouseKind.THIRD_PARTY, "GB", "Europe/London"),
            ],
        )
        accounts = create_accounts(
            tx,
            SYSTEM,
            [NewAccount("SHOP", "Shop", "shopify", "USD", "UTC", warehouses=list(houses.values()))],
        )
        supplier = create_suppliers(tx, SYSTEM, [NewSupplier("NB", "Ningbo", "CNY", "CN")])["NB"]
        made = create_skus(tx, SYSTEM, [NewSku(code, code.title()) for code in skus])
        if offered:
            terms = {"moq": 20, "order_multiple": 10, "lead_time_spread_days": 3}
            create_offers(
                tx,
                SYSTEM,
                [
                    NewOffer(
                        supplier,
                        sku_id,
                        "CNY",
                        30,
                        prices=[(1, Decimal(20))],
                        preferred=True,
                        **terms,
                    )
                    for sku_id in made.values()
                ],
            )
    return Seller(database, houses["US"], houses["UK"], accounts["SHOP"], supplier, dict(made))
