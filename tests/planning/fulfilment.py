"""A seller on Amazon and in a shop of its own, for tests of channels.

Amazon sells from FBA and, when that is empty, from the own warehouse; the shop from that alone.
"""

from datetime import date, timedelta

from inventory_core.catalog.listings import NewAccount, create_accounts
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.vocabulary import Authority, WarehouseKind
from tests.planning.seller import YESTERDAY, make_seller

LAST = YESTERDAY


class Fulfilment:
    """Days count from 0 to `days` - 1, which is the last day of history."""

    def __init__(self, database: Database, days: int = 120) -> None:
        self.seller, self.days = make_seller(database), days
        self.own = self.seller.us
        zone = "America/Los_Angeles"
        fba = NewWarehouse("FBA", "FBA", WarehouseKind.FBA, "US", zone, Authority.REPORTED)
        with database.writing() as tx:
            self.fba = create_warehouses(tx, SYSTEM, [fba])["FBA"]
            both = [self.fba, self.own]
            accounts = create_accounts(
                tx,
                SYSTEM,
                [
                    NewAccount("AMZ", "Amazon", "amazon", "USD", "UTC", "US", both),
                    NewAccount("OWN", "Own shop", "shopify", "USD", "UTC", "", [self.own]),
                ],
            )
        self.amazon, self.shop = accounts["AMZ"], accounts["OWN"]

    def sold(self, sku: str, day: int, account: int, warehouse: int, units: int) -> None:
        """One imported line."""
        self.seller.run(
            "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on,"
            " quantity, unit_price, currency, warehouse_id, account_id) VALUES ('file',"
            " :invoice, :sku, :sku_id, CAST(:day AS date), :day, :units, 10, 'USD', :place,"
            " :account)",
            invoice=f"{day}-{account}-{warehouse}", sku=sku, sku_id=self.seller.skus[sku],
            day=self._on(day), units=units, place=warehouse, account=account,
        )  # fmt: skip

    def edge(self, sku: str, day: int, warehouse: int, *, in_stock: bool) -> None:
        """From this day on there is stock, or none."""
        self.seller.run(
            "INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)"
            " VALUES (:sku, :place, :present, CAST(:at AS timestamptz))",
            sku=self.seller.skus[sku], place=warehouse, present=in_stock,
            at=f"{self._on(day)} 00:00-08",
        )  # fmt: skip

    def _on(self, day: int) -> date:
        return LAST - timedelta(days=self.days - 1 - day)
