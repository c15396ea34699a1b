"""Rows of a sales file that are sums: of a week or of a month. Decides when the days of a file look
like it, and over which days such a row is spread; judges no sale.

A sum that passes for the sales of one day leaves the days between as days without a sale. What a
row is only a person knows: a file that looks like sums is asked about before it is taken, and a
stated sum is spread evenly, to the unit, over its days. How sales differ within them is not in
such a file, and nothing here invents it. A sum that a later file states anew, such as that of a
month that was still running, takes the place of the one before it.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import text

from inventory_core.db.engine import Writing
from inventory_core.desk.imports_runs import Note
from inventory_core.desk.sales_statements import RESTATED
from inventory_core.errors import Invalid

# So many different days at one distance are no chance.
LEAST_WEEKS = 4
LEAST_MONTHS = 3


class RowSpan(StrEnum):
    """What one row of the file stands for."""

    SALE = "sale"
    WEEK_FROM = "week_from"
    WEEK_TO = "week_to"
    MONTH = "month"


def looks_like_sums(tx: Writing) -> str:
    """`week` or `month` where every staged row bears a day only, all of them at steps of seven
    days or all at an edge of their month; else nothing.
    """
    found = tx.rows(_DAYS)[0]
    if found.days >= LEAST_WEEKS and found.weekly:
        return "week"
    if found.days >= LEAST_MONTHS and found.monthly:
        return "month"
    return ""


def settle_spans(
    tx: Writing, span: RowSpan | None, *, last_on: date, file_name: str, dry_run: bool
) -> tuple[Note, ...]:
    """Spread staged rows that are stated to be sums, and say so; ask where nobody stated it.

    Days after `last_on` are not over, so a sum of an unfinished week lies in the days before. A dry
    run asks by a note, an import by Invalid("sales_look_like_sums").
    """
    if span is None:
        seen = looks_like_sums(tx)
        if seen and not dry_run:
            raise Invalid("sales_look_like_sums", file=file_name, span=seen)
        return (Note(f"looks_like_{seen}s", {}),) if seen else ()
    if span is RowSpan.SALE:
        return ()
    rows = tx.scalar(_SUMS)
    tx.execute(_CREATE_SPANS)
    lines = tx.execute(_SPREAD, {"span": span.value, "last_on": last_on}).rowcount
    return (Note("rows_spread", {"rows": rows, "lines": lines}),)


def replace_sums(tx: Writing, import_id: int) -> tuple[Note, ...]:
    """Take out what earlier files said of the sums that are staged, where this one says otherwise;
    name the days on which single sales of the same SKU are known too, for they count beside it.
    """
    tx.execute(_SUMMED)
    replaced = tx.execute(_REPLACE, {"import_id": import_id}).rowcount
    beside = tx.scalar(_BESIDE)
    notes = []
    if replaced:
        notes.append(Note("sums_replaced", {"lines": replaced}))
    if beside:
        notes.append(Note("sums_beside_sales", {"lines": beside}))
    return tuple(notes)


_DAYS = text("""
    SELECT count(*) AS days,
        bool_and(whole AND (on_day - first_on) % 7 = 0) AS weekly,
        bool_and(whole AND extract(day FROM on_day) = 1)
            OR bool_and(whole AND extract(day FROM on_day + 1) = 1) AS monthly
    FROM (
        SELECT local_at::date AS on_day, min(local_at::date) OVER () AS first_on,
            bool_and(local_at IS NOT NULL AND local_at = date_trunc('day', local_at)) AS whole
        FROM staged_sale GROUP BY local_at::date
    ) days
""")
_SUMS = text("SELECT count(*) FROM staged_sale WHERE quantity > 0 AND local_at IS NOT NULL")
# Part i of n of a quantity q is what rounding q·(i+1)/n takes beyond rounding q·i/n: the parts add
# up to q, and a single unit lies in the middle of its days.
_SPREAD = text("""
    WITH sums AS (
        DELETE FROM staged_sale WHERE quantity > 0 AND local_at IS NOT NULL RETURNING *
    ), bounds AS (
        SELECT *,
            CASE :span WHEN 'month' THEN date_trunc('month', local_at)::date
                WHEN 'week_to' THEN local_at::date - 6 ELSE local_at::date END AS first_on,
            CASE :span WHEN 'month' THEN (date_trunc('month', local_at) + interval '1 month')::date
                WHEN 'week_to' THEN local_at::date + 1 ELSE local_at::date + 7 END AS next_on
        FROM sums
    ), spans AS (
        SELECT *, greatest(1, least(next_on, CAST(:last_on AS date) + 1) - first_on)::bigint AS n
        FROM bounds
    ), parts AS (
        SELECT s.*, i,
            (2 * quantity * (i + 1) + n) / (2 * n) - (2 * quantity * i + n) / (2 * n) AS part
        FROM spans s CROSS JOIN LATERAL generate_series(0, n - 1) AS i
    ), kept AS (INSERT INTO staged_span SELECT row_no, first_on, next_on FROM bounds)
    INSERT INTO staged_sale
    SELECT row_no, invoice, sku_text, sku_key, description, part, first_on + i::int, NULL,
        unit_price, currency, channel, warehouse, country, customer, order_status,
        payment_status, fulfilment_status, cancelled_at, cancel_reason, line_status
    FROM parts WHERE part > 0
""")
_CREATE_SPANS = text("""
    CREATE TEMPORARY TABLE staged_span (row_no bigint, first_on date, next_on date) ON COMMIT DROP
""")
# What each sum is of: the same SKU, source, warehouse, country and customer in the same days.
_SUMMED = text("""
    CREATE TEMPORARY TABLE summed_sale ON COMMIT DROP AS
    SELECT DISTINCT j.source, sku.id AS sku_id, w.id AS warehouse_id, j.country, j.customer,
        p.first_on, p.next_on
    FROM judged_sale j JOIN staged_span p USING (row_no) JOIN sku ON sku.code_key = j.sku_key
    JOIN named_warehouse w ON w.code = coalesce(j.warehouse, '')
    WHERE j.treatment = 'accepted'
""")
_REPLACE = text(f"""
    UPDATE sales_line l SET treatment = 'replaced', replaced_by = :import_id
    FROM summed_sale s
    WHERE l.summed AND l.treatment = 'accepted' AND l.source = s.source AND l.sku_id = s.sku_id
        AND l.warehouse_id IS NOT DISTINCT FROM s.warehouse_id
        AND l.country IS NOT DISTINCT FROM s.country
        AND l.customer_reference IS NOT DISTINCT FROM s.customer
        AND l.sold_on >= s.first_on AND l.sold_on < s.next_on
        AND NOT {RESTATED}
""")  # noqa: S608 - a constant of this house
_BESIDE = text("""
    SELECT count(*) FROM sales_line l
    WHERE NOT l.summed AND l.treatment = 'accepted' AND EXISTS (
        SELECT FROM summed_sale s
        WHERE l.source = s.source AND l.sku_id = s.sku_id
            AND l.warehouse_id IS NOT DISTINCT FROM s.warehouse_id
            AND l.sold_on >= s.first_on AND l.sold_on < s.next_on
    )
""")
