"""Named SELECTs of rules by hand and of where one can be set. Decides columns and order; executes
nothing.
"""

from typing import Any

from sqlalchemy import Select, exists, or_, select

from inventory_core.db.schema.catalog import location, sku
from inventory_core.db.schema.channels import stock_pool_warehouse
from inventory_core.db.schema.office import person
from inventory_core.db.schema.planning import (
    forecast,
    forecast_run,
    policy,
    replenish_rule,
    suggestion,
    suggestion_revision,
)
from inventory_core.planning.suggestions import OPEN_STATES

_RULE = replenish_rule.c


def select_rules(find: str = "", *, rule_id: int | None = None) -> Select[Any]:
    """Every rule in force (or one), by SKU and site; `planned`: the current run forecasts that
    pair, so that the rule is planned with.
    """
    planned = exists().where(
        forecast.c.run_id == forecast_run.c.id,
        forecast_run.c.current,
        forecast.c.sku_id == _RULE.sku_id,
        forecast.c.warehouse_id == _RULE.warehouse_id,
    )
    statement = (
        select(
            _RULE.id,
            _RULE.sku_id,
            _RULE.warehouse_id,
            sku.c.code.label("sku"),
            sku.c.name,
            location.c.code.label("warehouse"),
            _RULE.minimum,
            _RULE.maximum,
            _RULE.service_level,
            _RULE.review_days,
            _RULE.buying,
            _RULE.reason,
            person.c.name.label("set_by"),
            _RULE.recorded_at,
            planned.label("planned"),
        )
        .join(sku, sku.c.id == _RULE.sku_id)
        .join(location, location.c.id == _RULE.warehouse_id)
        .join(person, person.c.id == _RULE.set_by_id)
        .order_by(sku.c.code, location.c.priority, location.c.id)
    )
    if rule_id is not None:
        statement = statement.where(_RULE.id == rule_id)
    if find.strip():
        words = find.strip()
        found = (column.icontains(words, autoescape=True) for column in (sku.c.code, sku.c.name))
        statement = statement.where(or_(*found))
    return statement


def select_rule_sites(sku_id: int) -> Select[Any]:
    """Every site where a rule of this SKU means something, or is set: where goods are sold from, or
    the SKU is forecast. With what the current run's plan found for it, NULL where it plans none.
    """
    sells = exists().where(stock_pool_warehouse.c.warehouse_id == location.c.id)
    ruled = exists().where(_RULE.sku_id == sku_id, _RULE.warehouse_id == location.c.id)
    current = select(forecast_run.c.id).where(forecast_run.c.current).scalar_subquery()
    planned = (
        (policy.c.run_id == current)
        & (policy.c.sku_id == sku_id)
        & (policy.c.warehouse_id == location.c.id)
    )
    return (
        select(
            location.c.id,
            location.c.code,
            policy.c.service_level,
            policy.c.review_days,
            policy.c.trace["computed_reorder_point"].label("reorder_point"),
            policy.c.trace["computed_order_up_to"].label("order_up_to"),
            policy.c.sku_id.is_not(None).label("planned"),
        )
        .select_from(location)
        .outerjoin(policy, planned)
        .where(
            location.c.kind == "warehouse",
            or_(location.c.active & sells, policy.c.sku_id.is_not(None), ruled),
        )
        .order_by(location.c.priority, location.c.id)
    )


def select_suggested(sku_id: int) -> Select[Any]:
    """kind, warehouse_id and quantity of every open suggestion of one SKU."""
    revision = suggestion_revision.c
    newest = (revision.suggestion_id == suggestion.c.id) & (
        revision.revision == suggestion.c.revision
    )
    return (
        select(suggestion.c.kind, suggestion.c.warehouse_id, revision.quantity)
        .join(suggestion_revision, newest)
        .where(suggestion.c.sku_id == sku_id, suggestion.c.state.in_(OPEN_STATES))
    )
