"""Orders that were taken back before anything was shipped: cancelled, voided or refunded. Decides
that they are no demand, and that the latest word on an order holds for what came before it.

What was shipped stays demand, whatever was paid back for it. So does an order that was cancelled
because there was no stock: somebody wanted it. An order that was cancelled does not come back: an
older export that still calls it paid changes nothing, in whatever order the files come.
"""

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.desk.imports_columns import Matched
from inventory_core.desk.imports_runs import Note
from inventory_core.desk.sales_statements import RESTATED
from inventory_core.desk.sales_states import STATE_COLUMNS
from inventory_core.desk.sales_treatments import WITHDRAWN, SalesTreatment

# Spelled out, so that the index of just these lines serves.
_WITHDRAWN = "(" + ", ".join(f"'{each.value}'" for each in WITHDRAWN) + ")"


def says_states(matched: Matched) -> bool:
    """Whether the file says anything of the state of its orders."""
    return not matched.positions.keys().isdisjoint(STATE_COLUMNS)


def complete_orders(tx: Writing) -> None:
    """What an export says on the first line of an order holds for its other lines too."""
    tx.execute(_COMPLETE)


def settle_withdrawn(tx: Writing, import_id: int, matched: Matched) -> tuple[Note, ...]:
    """Take back what earlier files said of orders that this one says were withdrawn, and hold back
    what this one says of orders that an earlier one did.
    """
    known, taken = tx.scalar(_KNOWN), 0
    if says_states(matched):
        taken = tx.execute(_TAKE_BACK, {"import_id": import_id}).rowcount
    if known and tx.execute(_HOLD_BACK).rowcount:
        tx.execute(_HELD_BEFORE)
    return (Note("orders_withdrawn", {"lines": taken}),) if taken else ()


def note_withdrawn(tx: Writing, import_id: int) -> dict[str, int]:
    """Keep every row that is no demand with its reason; answers what stays demand all the same."""
    tx.execute(_NOTE, {"import_id": import_id})
    found = tx.rows(_STAYED, {"import_id": import_id})[0]
    return {"cancelled_for_stock": found.short, "came_back_lines": found.came_back}


def reason_lacking(matched: Matched, counts: dict[str, int]) -> tuple[Note, ...]:
    """Orders were cancelled, and the file does not say why."""
    cancelled = counts.get(SalesTreatment.ORDER_CANCELLED.value, 0)
    if not cancelled or "cancel_reason" in matched.positions:
        return ()
    return (Note("cancel_reason_lacking", {}),)


def bring_back(tx: Writing, import_id: int) -> None:
    """Undo: lines that another import says were withdrawn as well stay so, by its word."""
    tx.execute(_STAY_BACK, {"import_id": import_id})


_KNOWN = text(
    f"SELECT EXISTS (SELECT FROM sales_line WHERE treatment IN {_WITHDRAWN})"  # noqa: S608
)
_COMPLETE = text("""
    UPDATE staged_sale s SET
        order_status = coalesce(s.order_status, o.order_status),
        payment_status = coalesce(s.payment_status, o.payment_status),
        fulfilment_status = coalesce(s.fulfilment_status, o.fulfilment_status),
        cancelled_at = coalesce(s.cancelled_at, o.cancelled_at),
        cancel_reason = coalesce(s.cancel_reason, o.cancel_reason),
        currency = coalesce(s.currency, o.currency),
        country = coalesce(s.country, o.country),
        customer = coalesce(s.customer, o.customer)
    FROM (
        SELECT invoice, coalesce(channel, '') AS channel, max(order_status) AS order_status,
            max(payment_status) AS payment_status, max(fulfilment_status) AS fulfilment_status,
            max(cancelled_at) AS cancelled_at, max(cancel_reason) AS cancel_reason,
            max(currency) AS currency, max(country) AS country, max(customer) AS customer
        FROM staged_sale WHERE invoice IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1
    ) o
    WHERE s.invoice = o.invoice AND coalesce(s.channel, '') = o.channel
""")
# The lines of the order and SKU, whatever their quantity: Amazon writes 0 for what was cancelled.
# Without an order number only the very same line can be meant.
_TAKE_BACK = text(f"""
    UPDATE sales_line l SET treatment = 'replaced', replaced_by = :import_id
    FROM (
        SELECT DISTINCT source, coalesce(invoice, '') AS invoice, sku_text,
            CASE WHEN invoice IS NULL THEN sold_at END AS sold_at,
            CASE WHEN invoice IS NULL THEN quantity END AS quantity
        FROM judged_sale WHERE treatment IN {_WITHDRAWN}
    ) w
    WHERE l.treatment = 'accepted' AND l.replaced_by IS NULL AND NOT l.summed
        AND l.source = w.source AND l.invoice = w.invoice AND l.sku_text = w.sku_text
        AND (w.sold_at IS NULL OR (l.sold_at = w.sold_at AND l.quantity = w.quantity))
        AND NOT {RESTATED}
""")  # noqa: S608 - a constant of this house
_SAME = """l.invoice = coalesce(j.invoice, '') AND l.sku_text = j.sku_text
        AND l.source = j.source AND l.sold_at = j.sold_at AND l.quantity = j.quantity
        AND l.occurrence = j.occurrence AND l.unit_price IS NOT DISTINCT FROM j.unit_price"""
_WORD = f"""(
        SELECT source, invoice, sku_text, max(import_id) AS import_id FROM sales_line
        WHERE treatment IN {_WITHDRAWN} AND invoice <> ''
        GROUP BY source, invoice, sku_text
    )"""  # noqa: S608
_HOLD_BACK = text(f"""
    UPDATE judged_sale j SET treatment = 'replaced', replaced_by = w.import_id
    FROM {_WORD} w
    WHERE j.treatment = 'accepted' AND j.source = w.source AND j.invoice = w.invoice
        AND j.sku_text = w.sku_text
        AND NOT EXISTS (SELECT FROM sales_line l WHERE l.replaced_by IS NULL AND {_SAME})
""")  # noqa: S608
# What was held back with an earlier file is known already.
_HELD_BEFORE = text(f"""
    DELETE FROM judged_sale j USING sales_line l
    WHERE j.treatment = 'replaced' AND l.treatment = 'replaced' AND {_SAME}
""")  # noqa: S608
_NOTE = text(f"""
    INSERT INTO import_row (import_id, row_no, treatment, code, content)
    SELECT DISTINCT ON (row_no) :import_id, row_no, treatment, treatment,
        jsonb_build_object('invoice', invoice, 'sku', sku_text, 'quantity', quantity)
    FROM sales_line
    WHERE import_id = :import_id AND treatment IN {_WITHDRAWN}
    ORDER BY row_no
""")  # noqa: S608
_STAYED = text("""
    SELECT count(DISTINCT j.row_no) FILTER (WHERE j.short) AS short,
        count(DISTINCT j.row_no) FILTER (WHERE j.came_back AND NOT j.short) AS came_back
    FROM judged_sale j JOIN sales_line l ON l.import_id = :import_id AND l.row_no = j.row_no
    WHERE l.treatment = 'accepted' AND (j.short OR j.came_back)
""")
_STAY_BACK = text(f"""
    UPDATE sales_line l SET replaced_by = w.import_id
    FROM {_WORD} w
    WHERE l.replaced_by = :import_id AND NOT l.summed AND l.source = w.source
        AND l.invoice = w.invoice AND l.sku_text = w.sku_text
""")  # noqa: S608
