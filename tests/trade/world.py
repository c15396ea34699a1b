"""A small seller for the tests of this folder: two warehouses, three SKUs, one supplier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from inventory_core.catalog.company import NewCompany, found_company
from inventory_core.catalog.locations import NewWarehouse, create_warehouses
from inventory_core.catalog.rates import NewRate, record_rates
from inventory_core.catalog.skus import NewSku, create_skus
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.office.company import read_company
from inventory_core.trade.offers import NewOffer, create_offers
from inventory_core.trade.suppliers import NewSupplier, create_suppliers
from inventory_core.vocabulary import (
    CostMethod,
    Language,
    OfferId,
    SkuId,
    SupplierId,
    WarehouseId,
    WarehouseKind,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class World:
    """Ids of what was made."""

    hub: WarehouseId
    us: WarehouseId
    supplier: SupplierId
    skus: Mapping[str, SkuId]
    offers: Mapping[str, OfferId]


def make_world(database: Database, *, cost_method: CostMethod = CostMethod.MOVING_AVERAGE) -> World:
    """Base currency CNY; the supplier sells in USD at 7.00 since January, 7.10 since February."""
    with database.writing() as tx:
        if not read_company(tx).version:
            found_company(
                tx,
                SYSTEM,
                NewCompany("卖家", "CNY", "Asia/Shanghai", Language.ZH, cost_method=cost_method),
            )
        record_rates(
            tx,
            SYSTEM,
            [
                NewRate("USD", "CNY", date(2026, 1, 1), Decimal(7)),
                NewRate("USD", "CNY", date(2026, 2, 1), Decimal("7.1")),
            ],
        )
        houses = create_warehouses(
            tx,
            SYSTEM,
            [
                NewWarehouse("SZ", "深圳仓", WarehouseKind.OWN, "CN", "Asia/Shanghai"),
                NewWarehouse("US", "US", WarehouseKind.OVERSEAS, "US", "America/Los_Angeles"),
            ],
        )
        supplier = create_suppliers(
            tx,
            SYSTEM,
            [NewSupplier("NB", "宁波光明", "USD", "CN", calendar_code="china_factory")],
        )["NB"]
        skus = create_skus(
            tx,
            SYSTEM,
            [
                NewSku("LAMP", "Lamp 台灯", weight_grams=500, volume_cm3=2000),
                NewSku("CABLE", "Cable", weight_grams=50, volume_cm3=100),
                NewSku("CREAM", "Cream", lot_tracked=True, shelf_life_days=365),
            ],
        )
        offer_ids = create_offers(
            tx,
            SYSTEM,
            [
                NewOffer(
                    supplier, sku_id, "USD", 20, prices=[(1, Decimal(2)), (100, Decimal("1.8"))]
                )
                for sku_id in skus.values()
            ],
        )
    return World(
        houses["SZ"], houses["US"], supplier, skus, dict(zip(skus, offer_ids, strict=True))
    )
