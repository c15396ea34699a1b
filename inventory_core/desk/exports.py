"""Tables out, whole: which columns each export has, in the words of the house. Decides no figure.

Read with a server-side cursor, so that a million lines do not stand in memory at once; values are
exact. Files that people open are disarmed against formulas by the writers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from inventory_core.db.engine import Reading
from inventory_core.errors import NotFound
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.workbooks_writing import (
    ColumnKind,
    Sheet,
    SheetColumn,
    write_csv,
    write_parquet,
    write_workbook,
)

FETCH_ROWS = 20_000
KINDS = ("xlsx", "csv", "parquet")
_TEXT, _WHOLE, _DECIMAL = ColumnKind.TEXT, ColumnKind.WHOLE, ColumnKind.DECIMAL
_DAY, _MOMENT = ColumnKind.DAY, ColumnKind.MOMENT


@dataclass(frozen=True, slots=True)
class Export:
    """One table: its columns in order, the statement that gives them, and the right to see it."""

    columns: Sequence[tuple[str, ColumnKind]]
    statement: str
    permission: Permission = Permission.VIEW


EXPORTS: dict[str, Export] = {
    "positions": Export(
        (("sku", _TEXT), ("name", _TEXT), ("warehouse", _TEXT), ("on_hand", _WHOLE),
         ("reserved", _WHOLE), ("held", _WHOLE), ("available", _WHOLE)),
        """SELECT s.code, s.name, w.code, v.on_hand, v.reserved, v.held,
            v.on_hand - v.reserved - v.held
        FROM stock_level v JOIN sku s ON s.id = v.sku_id JOIN location w ON w.id = v.warehouse_id
        ORDER BY s.code, w.code""",
    ),
    "movements": Export(
        (("recorded_at", _MOMENT), ("occurred_at", _MOMENT), ("operation", _WHOLE),
         ("kind", _TEXT), ("sku", _TEXT), ("from_location", _TEXT), ("to_location", _TEXT),
         ("from_condition", _TEXT), ("to_condition", _TEXT), ("lot", _TEXT), ("quantity", _WHOLE),
         ("value", _DECIMAL), ("reason", _TEXT)),
        """SELECT m.recorded_at, m.occurred_at, m.operation_id, o.kind, s.code, f.code, t.code,
            m.from_condition, m.to_condition, CASE WHEN m.lot_id > 0 THEN l.code END, m.quantity,
            m.value, o.reason
        FROM movement m JOIN operation o ON o.id = m.operation_id JOIN sku s ON s.id = m.sku_id
        JOIN location f ON f.id = m.from_location_id JOIN location t ON t.id = m.to_location_id
        JOIN lot l ON l.id = m.lot_id ORDER BY m.recorded_at, m.id""",
        Permission.COST_VIEW,
    ),
    "orders": Export(
        (("channel", _TEXT), ("order", _TEXT), ("placed_at", _MOMENT), ("cancelled_at", _MOMENT),
         ("country", _TEXT), ("line", _WHOLE), ("sku", _TEXT), ("quantity", _WHOLE),
         ("short_at_acceptance", _WHOLE), ("backordered", _WHOLE), ("shipped", _WHOLE),
         ("cancelled", _WHOLE), ("returned", _WHOLE), ("unit_price", _DECIMAL),
         ("discount", _DECIMAL), ("tax", _DECIMAL), ("currency", _TEXT)),
        """SELECT a.code, o.external_id, o.placed_at, o.cancelled_at, o.country, l.line_no, s.code,
            l.quantity, l.short_at_acceptance, l.backordered, l.shipped, l.cancelled, l.returned,
            l.unit_price, l.discount, l.tax, o.currency
        FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id
        JOIN channel_account a ON a.id = o.account_id JOIN sku s ON s.id = l.sku_id
        ORDER BY o.id, l.line_no""",
    ),
    "purchase_orders": Export(
        (("number", _TEXT), ("supplier", _TEXT), ("warehouse", _TEXT), ("state", _TEXT),
         ("ordered_on", _DAY), ("expected_on", _DAY), ("line", _WHOLE), ("sku", _TEXT),
         ("quantity", _WHOLE), ("received", _WHOLE), ("cancelled", _WHOLE),
         ("unit_price", _DECIMAL), ("currency", _TEXT), ("ship_method", _TEXT), ("note", _TEXT)),
        """SELECT p.number, v.code, w.code, p.state, p.ordered_on,
            coalesce(l.expected_on, p.expected_on), l.line_no, s.code, l.quantity, l.received,
            l.cancelled, l.unit_price, p.currency, p.ship_method, p.note
        FROM purchase_order p JOIN purchase_order_line l ON l.purchase_order_id = p.id
        JOIN supplier v ON v.id = p.supplier_id JOIN location w ON w.id = p.warehouse_id
        JOIN sku s ON s.id = l.sku_id ORDER BY p.id, l.line_no""",
        Permission.COST_VIEW,
    ),
    "suggestions": Export(
        (("suggestion", _WHOLE), ("kind", _TEXT), ("state", _TEXT), ("sku", _TEXT),
         ("warehouse", _TEXT), ("supplier", _TEXT), ("revision", _WHOLE), ("quantity", _WHOLE),
         ("unit_price", _DECIMAL), ("currency", _TEXT), ("amount_base", _DECIMAL),
         ("order_by_on", _DAY), ("days_late", _WHOLE), ("arrives_on", _DAY),
         ("runs_out_on", _DAY), ("ship_method", _TEXT), ("assumed", _TEXT)),
        """SELECT g.id, g.kind, g.state, s.code, w.code, v.code, r.revision, r.quantity,
            r.unit_price, r.currency, r.amount_base, r.order_by_on, r.days_late, r.arrives_on,
            r.runs_out_on, r.ship_method, array_to_string(r.assumed, ', ')
        FROM suggestion g
        JOIN suggestion_revision r ON r.suggestion_id = g.id AND r.revision = g.revision
        JOIN sku s ON s.id = g.sku_id JOIN location w ON w.id = g.warehouse_id
        LEFT JOIN supplier v ON v.id = r.supplier_id ORDER BY g.id""",
        Permission.COST_VIEW,
    ),
    "forecast_overrides": Export(
        (("override", _WHOLE), ("sku", _TEXT), ("warehouse", _TEXT), ("grain", _TEXT),
         ("part", _TEXT), ("first_on", _DAY), ("last_on", _DAY), ("change_percent", _DECIMAL),
         ("units_per_day", _DECIMAL), ("reason", _TEXT), ("note", _TEXT), ("model_units", _DECIMAL),
         ("naive_units", _DECIMAL), ("planned_units", _DECIMAL), ("made_by", _TEXT),
         ("made_at", _MOMENT), ("withdrawn_at", _MOMENT)),
        """SELECT o.id, s.code, w.code, o.grain, coalesce(c.code, o.part), o.first_on, o.last_on,
            o.change_percent, o.units_per_day, o.reason, o.note,
            o.model_units::numeric, o.naive_units::numeric,
            o.planned_units::numeric, p.name, o.recorded_at, o.withdrawn_at
        FROM forecast_override o LEFT JOIN sku s ON s.id = o.sku_id
        LEFT JOIN location w ON w.id = o.warehouse_id JOIN person p ON p.id = o.made_by_id
        LEFT JOIN channel_account c ON o.grain = 'channel' AND c.id::text = o.part
        ORDER BY o.id""",
    ),
    "forecast_outcomes": Export(
        (("sku", _TEXT), ("warehouse", _TEXT), ("week_on", _DAY), ("run", _WHOLE),
         ("actual", _DECIMAL), ("model", _DECIMAL), ("planned", _DECIMAL), ("naive", _DECIMAL),
         ("low", _DECIMAL), ("high", _DECIMAL), ("in_stock", _TEXT)),
        """SELECT s.code, w.code, o.week_on, o.run_id, o.actual::numeric, o.model::numeric,
            o.planned::numeric, o.naive::numeric, o.low::numeric, o.high::numeric,
            CASE WHEN o.seen THEN 'yes' ELSE 'no' END
        FROM forecast_outcome o JOIN sku s ON s.id = o.sku_id
        JOIN location w ON w.id = o.warehouse_id ORDER BY o.week_on, s.code, w.code""",
    ),
    "model_releases": Export(
        (("release", _WHOLE), ("state", _TEXT), ("reason", _TEXT), ("run", _WHOLE),
         ("as_of_on", _DAY), ("code_version", _TEXT), ("history_hash", _TEXT),
         ("loss", _DECIMAL), ("baseline_loss", _DECIMAL), ("gain", _DECIMAL),
         ("cpu_seconds", _DECIMAL), ("trained_at", _MOMENT)),
        """SELECT m.id, m.state, m.reason, m.run_id, r.as_of_on, r.code_version, r.history_hash,
            m.loss::numeric, m.baseline_loss::numeric, m.gain::numeric, m.cpu_seconds::numeric,
            m.recorded_at
        FROM model_release m JOIN forecast_run r ON r.id = m.run_id ORDER BY m.id""",
    ),
    "sales": Export(
        (("source", _TEXT), ("invoice", _TEXT), ("sku", _TEXT), ("sold_at", _MOMENT),
         ("sold_on", _DAY), ("quantity", _WHOLE), ("cancelled", _WHOLE), ("unit_price", _DECIMAL),
         ("currency", _TEXT), ("treatment", _TEXT), ("warehouse", _TEXT), ("country", _TEXT),
         ("customer", _TEXT), ("import", _WHOLE), ("row", _WHOLE)),
        """SELECT l.source, l.invoice, l.sku_text, l.sold_at, l.sold_on, l.quantity, l.cancelled,
            l.unit_price, l.currency, l.treatment, w.code, l.country, l.customer_reference,
            l.import_id, l.row_no
        FROM sales_line l LEFT JOIN location w ON w.id = l.warehouse_id ORDER BY l.id""",
    ),
    "skus": Export(
        (("sku", _TEXT), ("name", _TEXT), ("category", _TEXT), ("state", _TEXT), ("unit", _TEXT),
         ("weight_grams", _WHOLE), ("volume_cm3", _WHOLE), ("carton_quantity", _WHOLE),
         ("shelf_life_days", _WHOLE), ("launched_on", _DAY), ("successor", _TEXT)),
        """SELECT s.code, s.name, s.category, s.state, s.unit, s.weight_grams, s.volume_cm3,
            s.carton_quantity, s.shelf_life_days, s.launched_on, heir.code
        FROM sku s LEFT JOIN sku heir ON heir.id = s.successor_id ORDER BY s.code""",
    ),
    "offers": Export(
        (("supplier_code", _TEXT), ("supplier_name", _TEXT), ("sku", _TEXT), ("currency", _TEXT),
         ("unit_price", _DECIMAL), ("from_quantity", _WHOLE), ("lead_time_days", _WHOLE),
         ("lead_time_spread_days", _DECIMAL), ("moq", _WHOLE), ("order_multiple", _WHOLE),
         ("pallet_quantity", _WHOLE), ("assumed", _TEXT)),
        """SELECT v.code, v.name, s.code, o.currency, p.unit_price, p.from_quantity,
            o.lead_time_days, o.lead_time_spread_days, o.moq, o.order_multiple,
            o.pallet_quantity, array_to_string(o.assumed, ', ')
        FROM offer o JOIN supplier v ON v.id = o.supplier_id JOIN sku s ON s.id = o.sku_id
        LEFT JOIN LATERAL (
            SELECT unit_price, from_quantity FROM offer_price WHERE offer_id = o.id
                AND valid_from = (SELECT max(valid_from) FROM offer_price WHERE offer_id = o.id)
        ) p ON true
        ORDER BY v.code, s.code, p.from_quantity""",
        Permission.COST_VIEW,
    ),
    "offer_legs": Export(
        (("supplier_code", _TEXT), ("sku", _TEXT), ("ship_method", _TEXT), ("destination", _TEXT),
         ("kind", _TEXT), ("days", _WHOLE), ("spread_days", _DECIMAL), ("unit_freight", _DECIMAL),
         ("currency", _TEXT), ("calendar", _TEXT)),
        """SELECT v.code, s.code, g.ship_method, nullif(g.destination, ''), g.kind, g.days,
            g.spread_days, g.unit_freight, g.currency, c.code
        FROM offer_leg g JOIN offer o ON o.id = g.offer_id JOIN supplier v ON v.id = o.supplier_id
        JOIN sku s ON s.id = o.sku_id LEFT JOIN calendar c ON c.id = g.calendar_id
        ORDER BY v.code, s.code, g.ship_method, g.destination, g.leg_no""",
        Permission.COST_VIEW,
    ),
}  # fmt: skip


def export_table(conn: Reading, actor: Actor, name: str, kind: str) -> tuple[bytes, int]:
    """The whole table as a file of that kind, and how many rows it has."""
    if name not in EXPORTS:
        raise NotFound("export_unknown", value=name, known=list(EXPORTS))
    if kind not in KINDS:
        raise NotFound("export_kind_unknown", value=kind)
    export = EXPORTS[name]
    require(actor, export.permission)
    columns = [SheetColumn(title, sort) for title, sort in export.columns]
    counted = _Counted(_rows(conn, export.statement))
    if kind == "xlsx":
        return write_workbook([Sheet(name, columns, counted)]), counted.count
    write = write_csv if kind == "csv" else write_parquet
    return write(columns, counted), counted.count


def _rows(conn: Reading, statement: str) -> Iterator[Sequence[Any]]:
    result = conn.execute(text(statement).execution_options(yield_per=FETCH_ROWS))
    for row in result:
        yield tuple(row)


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterator[Sequence[Any]]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.count += 1
            yield row
