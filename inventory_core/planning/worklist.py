"""Named SELECTs for the buyer's lists: what waits, what was decided. Decides columns and order;
the screens execute them.
"""

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from inventory_core.db.schema.catalog import location, sku
from inventory_core.db.schema.classes import sku_class
from inventory_core.db.schema.office import approval, approval_act, person
from inventory_core.db.schema.planning import forecast_run, suggestion, suggestion_revision
from inventory_core.db.schema.supply import supplier, transfer, transfer_line
from inventory_core.db.schema.trade import purchase_order, purchase_order_line
from inventory_core.planning.class_lists import in_class as class_conditions
from inventory_core.vocabulary import ApprovalState, SuggestionKind, SuggestionState

OPEN_STATES = (SuggestionState.OPEN.value, SuggestionState.NEEDS_SUPPLIER.value)
MOST_ROWS = 2_000

_revision = suggestion_revision
# Days late if demand is high; `days_late` is for stock as it is expected.
_if_high = _revision.c.trace["reason"]["days_late_if_high"].as_integer()
# What a transfer brings after all that it costs, in the base currency; NULL of a purchase.
_net = _revision.c.trace["net"].as_numeric(18, 4)
# What a list says of the trace.
_TOLD = (
    _if_high.label("days_late_if_high"),
    _net.label("net_base"),
    _revision.c.trace["reason"].label("reason"),
    _revision.c.trace["order_cost"]["confidence"].label("confidence"),
)
_origin = location.alias("origin")
_newest = and_(
    _revision.c.suggestion_id == suggestion.c.id, _revision.c.revision == suggestion.c.revision
)


def waiting_suggestions(
    *,
    warehouse_id: int | None = None,
    supplier_id: int | None = None,
    in_class: str = "",
    find: str = "",
    kind: SuggestionKind | None = None,
) -> Select[tuple[object, ...]]:
    """Open suggestions, grouped by supplier: the supplier with most money at risk first, and
    within it the SKU with most money at risk first; transfers by what they bring. `find` looks into
    code and name; `in_class`: one of `class_lists.SCOPES`; `kind` None: purchases and transfers.
    """
    risk = func.coalesce(_revision.c.value_at_risk_base, 0)
    by_supplier = func.sum(risk).over(partition_by=_revision.c.supplier_id)
    statement = (
        select(
            suggestion.c.id,
            suggestion.c.revision,
            suggestion.c.kind,
            suggestion.c.state,
            suggestion.c.warehouse_id,
            sku.c.id.label("sku_id"),
            sku.c.code.label("sku"),
            sku.c.name,
            sku.c.carton_quantity,
            location.c.code.label("warehouse"),
            _revision.c.supplier_id,
            supplier.c.name.label("supplier"),
            _origin.c.code.label("from_warehouse"),
            _revision.c.quantity,
            _revision.c.unit_price,
            _revision.c.currency,
            _revision.c.amount_base,
            _revision.c.value_at_risk_base,
            _revision.c.order_by_on,
            _revision.c.days_late,
            _revision.c.arrives_on,
            _revision.c.runs_out_on,
            _revision.c.days_of_cover,
            _revision.c.ship_method,
            _revision.c.assumed,
            *_TOLD,
            sku_class.c.abc,
            sku_class.c.xyz,
        )
        .join(_revision, _newest)
        .join(sku, sku.c.id == suggestion.c.sku_id)
        .join(location, location.c.id == suggestion.c.warehouse_id)
        .outerjoin(supplier, supplier.c.id == _revision.c.supplier_id)
        .outerjoin(_origin, _origin.c.id == _revision.c.from_warehouse_id)
        .outerjoin(sku_class, sku_class.c.sku_id == suggestion.c.sku_id)
        .where(suggestion.c.state.in_(OPEN_STATES))
        .order_by(
            by_supplier.desc(), supplier.c.name, _net.desc().nulls_last(), risk.desc(), sku.c.code
        )
        .limit(MOST_ROWS)
    )
    if kind is not None:
        statement = statement.where(suggestion.c.kind == kind.value)
    return statement.where(*_scope(warehouse_id, supplier_id, in_class, find))


def waiting_suppliers(
    *, warehouse_id: int | None = None, in_class: str = ""
) -> Select[tuple[object, ...]]:
    """Every supplier that something waits for, most money at risk first: how many lines, sites and
    late ones, the first day to order by, cost and risk in the base currency (cost NULL where no
    line has a value).
    """
    risk = func.coalesce(func.sum(_revision.c.value_at_risk_base), 0)
    return (
        select(
            supplier.c.id,
            supplier.c.name,
            func.count().label("lines"),
            func.count(suggestion.c.warehouse_id.distinct()).label("sites"),
            func.count().filter(_revision.c.days_late > 0).label("late"),
            func.min(_revision.c.order_by_on).label("order_by_on"),
            func.max(_revision.c.days_late).label("days_late"),
            func.max(_if_high).label("days_late_if_high"),
            func.sum(_revision.c.amount_base).label("amount_base"),
            risk.label("value_at_risk_base"),
        )
        .select_from(suggestion)
        .join(_revision, _newest)
        .join(supplier, supplier.c.id == _revision.c.supplier_id)
        .where(suggestion.c.state.in_(OPEN_STATES), *_scope(warehouse_id, None, in_class, ""))
        .group_by(supplier.c.id)
        .order_by(risk.desc(), supplier.c.name)
    )


def _scope(
    warehouse_id: int | None, supplier_id: int | None, in_class: str, find: str
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if warehouse_id is not None:
        conditions.append(suggestion.c.warehouse_id == warehouse_id)
    if supplier_id is not None:
        conditions.append(_revision.c.supplier_id == supplier_id)
    if classed := class_conditions(in_class):
        conditions.append(
            exists()
            .where(sku_class.c.sku_id == suggestion.c.sku_id, *classed)
            .correlate(suggestion)
        )
    if find.strip():
        words = find.strip()
        conditions.append(
            or_(
                sku.c.code.icontains(words, autoescape=True),
                sku.c.name.icontains(words, autoescape=True),
            )
        )
    return conditions


def suggestion_figures(
    *, warehouse_id: int | None = None, supplier_id: int | None = None, in_class: str = ""
) -> Select[tuple[object, ...]]:
    """One row: how many purchases wait, how many (and of how many SKUs) are late, money at risk and
    cash needed in the base currency; `transfers` counts what is to be sent between warehouses.
    `unpriced` purchases are in no sum of cash: from their currencies (`without_rate`) no rate into
    the base is known. `follows`: what is due once each is placed, as its trace tells it.
    """
    bought = suggestion.c.kind == SuggestionKind.BUY.value
    late = and_(bought, _revision.c.days_late > 0)
    unpriced = and_(bought, _revision.c.amount_base.is_(None), _revision.c.unit_price.is_not(None))
    return (
        select(
            func.count().filter(bought).label("waiting"),
            func.count().filter(~bought).label("transfers"),
            func.count().filter(late).label("late"),
            func.count(suggestion.c.sku_id.distinct()).filter(late).label("late_skus"),
            func.coalesce(func.sum(_revision.c.value_at_risk_base).filter(bought), 0).label(
                "at_risk"
            ),
            func.coalesce(func.sum(_revision.c.amount_base).filter(bought), 0).label("cash"),
            func.jsonb_agg(_revision.c.trace["follows"], type_=JSONB).label("follows"),
            func.count().filter(unpriced).label("unpriced"),
            func.array_agg(_revision.c.currency.distinct()).filter(unpriced).label("without_rate"),
            func.count()
            .filter(suggestion.c.state == SuggestionState.NEEDS_SUPPLIER.value)
            .label("without_supplier"),
        )
        .select_from(suggestion)
        .join(_revision, _newest)
        .where(
            suggestion.c.state.in_(OPEN_STATES), *_scope(warehouse_id, supplier_id, in_class, "")
        )
    )


def current_run() -> Select[tuple[object, ...]]:
    """The forecast run that the suggestions stand on, the day to which it learned and the day of
    the plan that was made from it.
    """
    return select(
        forecast_run.c.id,
        forecast_run.c.as_of_on,
        func.coalesce(forecast_run.c.planned_on, forecast_run.c.as_of_on).label("planned_on"),
        forecast_run.c.data_watermark_at,
        forecast_run.c.recorded_at,
    ).where(forecast_run.c.current)


def decided_suggestions(*, days: int = 90) -> Select[tuple[object, ...]]:
    """What was decided lately, by whom, on which numbers, and the order it became."""
    last_act = (
        select(approval_act.c.approval_id, func.max(approval_act.c.id).label("act_id"))
        .group_by(approval_act.c.approval_id)
        .subquery()
    )
    # An undone line is planned anew on another transfer: the newest one counts.
    sent = (
        select(
            transfer_line.c.suggestion_id,
            func.max(transfer_line.c.transfer_id).label("transfer_id"),
        )
        .where(transfer_line.c.suggestion_id.is_not(None))
        .group_by(transfer_line.c.suggestion_id)
        .subquery()
    )
    return (
        select(
            approval.c.id,
            approval.c.state,
            approval.c.facts,
            approval.c.subject_id.label("suggestion_id"),
            approval.c.decided_at,
            person.c.name.label("person"),
            approval_act.c.reason,
            approval_act.c.details,
            purchase_order.c.id.label("purchase_order_id"),
            transfer.c.id.label("transfer_id"),
            func.coalesce(purchase_order.c.number, transfer.c.number).label("number"),
            func.coalesce(purchase_order.c.state, transfer.c.state).label("order_state"),
        )
        .outerjoin(last_act, last_act.c.approval_id == approval.c.id)
        .outerjoin(approval_act, approval_act.c.id == last_act.c.act_id)
        .outerjoin(person, person.c.id == approval_act.c.person_id)
        .outerjoin(
            purchase_order_line, purchase_order_line.c.suggestion_id == approval.c.subject_id
        )
        .outerjoin(purchase_order, purchase_order.c.id == purchase_order_line.c.purchase_order_id)
        .outerjoin(sent, sent.c.suggestion_id == approval.c.subject_id)
        .outerjoin(transfer, transfer.c.id == sent.c.transfer_id)
        .where(
            approval.c.subject_kind == "suggestion",
            approval.c.state != ApprovalState.WAITING.value,
            approval.c.decided_at
            > func.now() - func.make_interval(literal_column("0"), 0, 0, days),
        )
        .order_by(approval.c.id.desc())
        .limit(MOST_ROWS)
    )


def waiting_approvals() -> Select[tuple[object, ...]]:
    """Approvals that somebody asked for and nobody has answered, the one asked first first: a
    question that was asked anew keeps its place.
    """
    return (
        select(
            approval.c.id,
            approval.c.subject_id.label("suggestion_id"),
            approval.c.subject_revision,
            approval.c.facts,
            approval.c.recorded_at,
            person.c.name.label("asked_by"),
        )
        .join(person, person.c.id == approval.c.requested_by_id)
        .where(
            approval.c.subject_kind == "suggestion",
            approval.c.state == ApprovalState.WAITING.value,
        )
        .order_by(approval.c.facts["asked_at"].astext.nulls_first(), approval.c.id)
        .limit(MOST_ROWS)
    )
