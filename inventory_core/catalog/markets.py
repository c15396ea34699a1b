"""In which country a channel sells from a warehouse: its marketplace's, else the warehouse's.

Decides that country only; never who buys there or how much.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select

from inventory_core.db.engine import Reading
from inventory_core.db.schema.catalog import location
from inventory_core.db.schema.channels import channel_account


@dataclass(frozen=True, slots=True)
class Markets:
    """Countries in which is sold: of each channel account's marketplace, of each warehouse."""

    of_account: Mapping[int, str]
    of_warehouse: Mapping[int, str]

    def market(self, account_id: int, warehouse_id: int) -> str:
        """The marketplace's country; a channel without one sells where its warehouse stands."""
        return self.of_account.get(account_id) or self.of_warehouse.get(warehouse_id, "")


NO_MARKETS = Markets({}, {})


def read_markets(conn: Reading) -> Markets:
    """The markets of all channels and warehouses."""
    return Markets(
        {row.id: row.country for row in conn.rows(_ACCOUNTS)},
        {row.id: row.country for row in conn.rows(_WAREHOUSES)},
    )


_MARKETPLACE = func.upper(channel_account.c.marketplace)
_ACCOUNTS = select(
    channel_account.c.id, case((_MARKETPLACE == "UK", "GB"), else_=_MARKETPLACE).label("country")
)
_WAREHOUSES = select(location.c.id, func.coalesce(location.c.country, "").label("country")).where(
    location.c.kind == "warehouse"
)
