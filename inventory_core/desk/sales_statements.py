"""The statements behind the import of sales. Decides what each line of history is.

`staged_sale` holds what the file says, `judged_sale` what each line is; both vanish with the
transaction. Every line gets exactly one treatment, in the order of the CASE below.
"""

from sqlalchemy import text

from inventory_core.insight.one_off_lines import LINE_PARAMETERS, ONE_OFF_LINES

# For this transaction: room to sort a million lines, quick statistics of passing tables, and no
# nested loops, which the planner would choose for a table it has never counted.
SET_UP = text("""
    SELECT set_config('work_mem', '128MB', true), set_config('enable_nestloop', 'off', true),
        set_config('default_statistics_target', '10', true)
""")
TAKE_DOWN = text("""
    SELECT set_config('work_mem', reset_val, true) FROM pg_settings WHERE name = 'work_mem'
    UNION ALL SELECT set_config('enable_nestloop', 'on', true)
    UNION ALL SELECT set_config('default_statistics_target', '100', true)
""")

COPY_STAGED = "COPY staged_sale FROM STDIN (FORMAT csv)"

CREATE_STAGED = text("""
    CREATE TEMPORARY TABLE staged_sale (
        row_no bigint, invoice text, sku_text text, sku_key text, description text,
        quantity bigint, local_at timestamp, known_at timestamptz, unit_price numeric(24, 6),
        currency text, channel text, warehouse text, country text, customer text,
        order_status text, payment_status text, fulfilment_status text, cancelled_at text,
        cancel_reason text, line_status text
    ) ON COMMIT DROP
""")

DROP_STAGED = text("""
    DROP TABLE IF EXISTS summed_sale, staged_span, named_warehouse, judged_sale, staged_sale
""")

# Codes without a digit stand for postage, fees and corrections where nearly all codes have one.
DIGITS_SHARE = 0.95
FEE_CODES = (
    "post", "postage", "d", "discount", "dot", "dotcom postage", "m", "manual", "s", "samples",
    "c2", "carriage", "b", "adjust", "adjustment", "bank charges", "amazonfee", "amazon fee",
    "cruk", "pads", "shipping", "freight", "fee", "fees", "gift wrap", "tip", "运费", "邮费",
    "手续费", "折扣", "补差价",
)  # fmt: skip

# What the words of an export come to (`sales_states`): whether the line left the house, by its own
# word before its order's, and how the order was taken back.
_STATES = """
        CASE WHEN line_status IN ('shipped', 'partly') THEN true
            WHEN line_status IN ('unshipped', 'cancelled') THEN false
            WHEN order_status IN ('shipped', 'partly') OR fulfilment_status IN ('shipped', 'partly')
                THEN true
            WHEN 'unshipped' IN (order_status, fulfilment_status) THEN false
        END AS shipped,
        CASE WHEN 'cancelled' IN (line_status, order_status, fulfilment_status, payment_status,
                cancelled_at) THEN 'order_cancelled'
            WHEN 'voided' IN (order_status, payment_status) THEN 'order_voided'
            WHEN 'refunded' IN (line_status, order_status, payment_status) THEN 'order_refunded'
        END AS taken_back,
        coalesce('stock' IN (line_status, order_status, cancel_reason), false) AS short
"""

# A cancellation is marked by a C before the number of its invoice; other negative lines are
# returns where they have a price, and corrections of stock where they have none. An order that was
# taken back is no demand where nothing was shipped; money that was given back says so only where
# the file says that nothing was.
JUDGE = text(f"""
    CREATE TEMPORARY TABLE judged_sale ON COMMIT DROP AS
    WITH known AS (
        SELECT s.*, coalesce(s.known_at, s.local_at AT TIME ZONE :time_zone) AS sold_at,
            coalesce(s.local_at, s.known_at AT TIME ZONE :time_zone)::date AS sold_on,
            coalesce(s.channel, :channel) AS source,
            {_STATES}
        FROM staged_sale s
    ), shape AS (
        SELECT coalesce(avg((sku_key ~ '[0-9]')::int), 0) >= :digits_share AS codes_have_digits
        FROM (SELECT DISTINCT sku_key FROM staged_sale WHERE sku_key IS NOT NULL) codes
    )
    SELECT k.*, CAST(NULL AS bigint) AS replaced_by,
        k.taken_back IS NOT NULL AS came_back,
        row_number() OVER (
            PARTITION BY k.invoice, k.sku_text, k.sold_at, k.quantity, k.unit_price, k.source
            ORDER BY k.row_no
        )::int AS occurrence,
        CASE
            WHEN k.sku_key IS NULL THEN 'no_sku'
            WHEN k.sku_key = ANY(CAST(:fee_codes AS text[]))
                OR (k.sku_key !~ '[0-9]' AND shape.codes_have_digits) THEN 'fee'
            WHEN k.quantity >= 0 AND k.taken_back IS NOT NULL AND NOT k.short
                AND NOT coalesce(k.shipped, k.taken_back = 'order_refunded') THEN k.taken_back
            WHEN k.quantity = 0 THEN 'zero_quantity'
            WHEN k.quantity < 0 AND k.invoice ~* '^C[0-9]' THEN 'cancel_unmatched'
            WHEN k.quantity < 0 AND k.unit_price > 0 THEN 'return'
            WHEN k.quantity < 0 THEN 'write_off'
            WHEN coalesce(k.unit_price, 0) <= 0 THEN 'no_price'
            ELSE 'accepted'
        END AS treatment
    FROM known k CROSS JOIN shape
""")  # noqa: S608 - a constant of this module

# Whether the file at hand states line `l` of an earlier one again, as demand.
RESTATED = """EXISTS (
            SELECT FROM judged_sale j
            WHERE j.treatment = 'accepted' AND j.source = l.source AND j.sku_text = l.sku_text
                AND coalesce(j.invoice, '') = l.invoice AND j.sold_at = l.sold_at
                AND j.quantity = l.quantity AND j.occurrence = l.occurrence
                AND j.unit_price IS NOT DISTINCT FROM l.unit_price
        )"""

# The planner knows nothing about temporary tables by itself.
ANALYZE_JUDGED = text("ANALYZE judged_sale")

# SKUs are created for what was really sold, under the name that the file uses most.
UNKNOWN_SKUS = text("""
    SELECT min(j.sku_text) AS code,
        coalesce(mode() WITHIN GROUP (ORDER BY j.description), min(j.sku_text)) AS name
    FROM judged_sale j
    WHERE j.treatment = 'accepted'
        AND NOT EXISTS (SELECT FROM sku WHERE sku.code_key = j.sku_key)
    GROUP BY j.sku_key ORDER BY j.sku_key
""")

USUAL_CURRENCY = text("SELECT mode() WITHIN GROUP (ORDER BY currency) FROM staged_sale")

CODES_IN_FILE = text("""
    SELECT 'channel' AS kind, source AS code, mode() WITHIN GROUP (ORDER BY currency) AS currency
    FROM judged_sale GROUP BY source
    UNION ALL
    SELECT 'warehouse', warehouse, NULL FROM judged_sale WHERE warehouse IS NOT NULL
    GROUP BY warehouse
""")

# Ids by the codes in the file; the empty code is that of lines that name none.
NAME_WAREHOUSES = text("""
    CREATE TEMPORARY TABLE named_warehouse ON COMMIT DROP AS
    SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:ids AS bigint[])) AS w(code, id)
""")

LAST_KNOWN_DAY = text(
    "SELECT max(sold_on) FROM sales_line WHERE source = ANY(CAST(:sources AS text[]))"
)

# Across files a line counts once: source, invoice, SKU, time, price, quantity and how often the
# same line stands in its file. What is already known is left out here and counted as repeated.
INSERT_LINES = text("""
    INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on, quantity,
        unit_price, currency, occurrence, treatment, account_id, warehouse_id, country,
        customer_reference, import_id, row_no, summed, replaced_by)
    SELECT j.source, coalesce(j.invoice, ''), coalesce(j.sku_text, ''), s.id, j.sold_at, j.sold_on,
        j.quantity, j.unit_price, coalesce(j.currency, a.currency), j.occurrence, j.treatment, a.id,
        w.id, j.country, j.customer, :import_id, j.row_no,
        :summed AND j.treatment = 'accepted', j.replaced_by
    FROM judged_sale j
    JOIN unnest(CAST(:sources AS text[]), CAST(:account_ids AS bigint[]),
        CAST(:currencies AS text[])) AS a(source, id, currency) ON a.source = j.source
    JOIN named_warehouse w ON w.code = coalesce(j.warehouse, '')
    LEFT JOIN sku s ON s.code_key = j.sku_key AND j.treatment <> 'fee'
    ORDER BY j.row_no
    ON CONFLICT DO NOTHING
""")

_COUNT = """
    SELECT treatment, count({one}) AS lines,
        count({one}) FILTER (WHERE sold_on <= :known_on) AS late,
        count({one}) FILTER (WHERE sku_id IS NULL) AS without_sku,
        count({one}) FILTER (WHERE cancelled > 0) AS cancelled
    FROM sales_line WHERE import_id = :import_id GROUP BY treatment
"""
COUNT_LINES = text(_COUNT.format(one="*"))
# Where one row of the file became several lines.
COUNT_ROWS = text(_COUNT.format(one="DISTINCT row_no"))

# Every cancellation still open, with the sold lines that it could take back; also those of
# earlier imports, because the files of a history may come in any order.
CANCELLATION_CANDIDATES = text("""
    WITH open AS (
        SELECT id, source, sku_text, customer_reference, -quantity AS quantity, sold_at
        FROM sales_line
        WHERE treatment = 'cancel_unmatched' AND customer_reference IS NOT NULL
            AND source = ANY(CAST(:sources AS text[]))
    ), groups AS (
        SELECT DISTINCT source, sku_text, customer_reference, quantity FROM open
    )
    SELECT source, sku_text, customer_reference, quantity, sold_at, id, true AS cancels FROM open
    UNION ALL
    SELECT l.source, l.sku_text, l.customer_reference, l.quantity, l.sold_at, l.id, false
    FROM groups g
    JOIN sales_line l USING (source, sku_text, customer_reference, quantity)
    WHERE l.treatment = 'accepted' AND l.cancelled = 0
    ORDER BY source, sku_text, customer_reference, quantity, sold_at, cancels, id
""")

MARK_CANCELLATIONS = text("""
    UPDATE sales_line l SET treatment = 'cancellation', cancels_id = p.sold_id
    FROM unnest(CAST(:cancel_ids AS bigint[]), CAST(:sold_ids AS bigint[])) AS p(id, sold_id)
    WHERE l.id = p.id
""")

MARK_CANCELLED = text("""
    UPDATE sales_line SET cancelled = quantity WHERE id = ANY(CAST(:sold_ids AS bigint[]))
""")

# A one-off order is kept as demand, and noted, by the rule that takes it out of the trend.
NOTE_BULK_ORDERS = text(f"""
    WITH line AS (
        SELECT id, sku_id, quantity AS units, sold_on AS on_day, invoice <> '' AS ordered
        FROM sales_line
        WHERE treatment = 'accepted' AND cancelled < quantity AND NOT summed
            AND sku_id IN (SELECT DISTINCT sku_id FROM sales_line WHERE import_id = :import_id)
    ),
    {ONE_OFF_LINES}
    INSERT INTO import_row (import_id, row_no, treatment, code, content)
    SELECT :import_id, l.row_no, 'accepted', 'bulk_order',
        jsonb_build_object('invoice', l.invoice, 'sku', l.sku_text, 'quantity', l.quantity,
            'usual_at_most', one_off.nearly_all)
    FROM one_off JOIN sales_line l ON l.id = one_off.id
    WHERE l.import_id = :import_id
""").bindparams(**LINE_PARAMETERS)  # noqa: S608 - constants of one module only
