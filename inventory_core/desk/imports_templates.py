"""What can be imported, by name, in the order a new company loads it. Decides no column."""

from inventory_core.desk.imports_columns import Template
from inventory_core.desk.imports_templates_goods import (
    CUSTOMERS,
    OPENING_STOCK,
    RATES,
    SKUS,
    WAREHOUSES,
)
from inventory_core.desk.imports_templates_planning import RULES
from inventory_core.desk.imports_templates_sales import SALE_PAUSES, SALES
from inventory_core.desk.imports_templates_trade import (
    MILESTONES,
    OFFER_LEGS,
    PURCHASE_ORDERS,
    SUPPLIERS_OFFERS,
)
from inventory_core.errors import NotFound

TEMPLATES: dict[str, Template] = {
    each.key: each
    for each in (
        SKUS,
        WAREHOUSES,
        SUPPLIERS_OFFERS,
        OFFER_LEGS,
        RATES,
        OPENING_STOCK,
        SALES,
        PURCHASE_ORDERS,
        MILESTONES,
        CUSTOMERS,
        SALE_PAUSES,
        RULES,
    )
}


def template(key: str) -> Template:
    """The template called `key`."""
    if key not in TEMPLATES:
        raise NotFound("template_unknown", template=key, known=list(TEMPLATES))
    return TEMPLATES[key]
