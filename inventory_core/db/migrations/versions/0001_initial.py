"""Initial schema: all tables, the guards of the book and the rows that code refers to by id.

Depends on no code of the program; it is never written again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CLOCK = """
CREATE OR REPLACE FUNCTION yiben_clock() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE played text := current_setting('yiben.clock', true);
BEGIN
    IF played IS NULL OR played = '' THEN
        RETURN now();
    END IF;
    IF NOT coalesce((SELECT simulated FROM company), false) THEN
        RAISE EXCEPTION 'the recorded clock can be set only in a simulated company';
    END IF;
    RETURN played::timestamptz;
END $$
"""

_GUARDS = (
    """
CREATE OR REPLACE FUNCTION yiben_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % only grows: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$
""",
    'CREATE TABLE movement_default PARTITION OF movement DEFAULT',
    """
CREATE OR REPLACE FUNCTION yiben_make_movement_months(first_on date, last_on date)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month_on date := date_trunc('month', first_on)::date;
    part text;
    made integer := 0;
BEGIN
    IF last_on > first_on + 3700 THEN
        RAISE EXCEPTION 'more than ten years of months asked for';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('movement months', 0));
    WHILE month_on <= last_on LOOP
        part := 'movement_' || to_char(month_on, 'YYYYMM');
        IF to_regclass('public.' || part) IS NULL AND NOT EXISTS (
            SELECT FROM movement_default
            WHERE recorded_at >= month_on::timestamp AT TIME ZONE 'UTC'
              AND recorded_at < (month_on + interval '1 month') AT TIME ZONE 'UTC'
        ) THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF movement FOR VALUES FROM (%L) TO (%L)',
                part,
                month_on::timestamp AT TIME ZONE 'UTC',
                (month_on + interval '1 month') AT TIME ZONE 'UTC'
            );
            EXECUTE format(
                'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I '
                'FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
                part
            );
            made := made + 1;
        END IF;
        month_on := (month_on + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$
""",
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON operation FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON operation FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON movement FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON movement FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON reservation_event FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON reservation_event FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON availability_edge FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON availability_edge FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON cost_use FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON cost_use FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON cost_adjustment FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON cost_adjustment FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON approval_act FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON approval_act FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON suggestion_revision FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON suggestion_revision FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON sales_return_line FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sales_return_line FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON shipment_line FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON shipment_line FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON receipt_line FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON receipt_line FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON movement_default FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()',
    "SELECT yiben_make_movement_months(current_date, (current_date + interval '1 year')::date)",
    """
CREATE OR REPLACE FUNCTION yiben_accept_orders(
    actor bigint,
    o_key text[], o_hash text[], o_account bigint[], o_external text[], o_placed timestamptz[],
    o_accepted timestamptz[], o_currency text[], o_tax numeric[], o_country text[],
    o_priority int[], o_name text[], o_import bigint[],
    l_order int[], l_no int[], l_sku bigint[], l_quantity bigint[], l_price numeric[],
    l_discount numeric[], l_tax numeric[], l_listing bigint[], l_external text[],
    l_first int[], l_last int[], c_pair int[], p_sku bigint[], p_warehouse bigint[]
) RETURNS TABLE (
    line int, order_id bigint, line_id bigint, reserved bigint, warehouse_ids bigint[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    order_ids bigint[]; operation_ids bigint[]; line_ids bigint[]; free bigint[];
    crossed_at timestamptz[] := array_fill(NULL::timestamptz, ARRAY[cardinality(p_sku)]);
    served bigint[] := array_fill(0::bigint, ARRAY[cardinality(l_sku)]);
    t_line int[] := '{}'; t_pair int[] := '{}'; t_quantity bigint[] := '{}';
    wanted bigint; together bigint; taken bigint; pair int; single int; any_short boolean := false;
BEGIN
    -- 1. Claim the keys, in key order, before any stock is locked.
    WITH made AS (
        INSERT INTO sales_order (key, account_id, external_id, placed_at, accepted_at, currency,
            tax, country, priority, import_id)
        SELECT g.key, g.account, g.external, g.placed, g.accepted, g.currency, g.tax, g.country,
            g.priority, g.import_id
        FROM unnest(o_key, o_account, o_external, o_placed, o_accepted, o_currency, o_tax,
            o_country, o_priority, o_import) AS g(key, account, external, placed, accepted,
            currency, tax, country, priority, import_id)
        ORDER BY g.key ON CONFLICT DO NOTHING RETURNING sales_order.id, sales_order.key
    )
    SELECT array_agg(made.id ORDER BY g.n) INTO order_ids
    FROM unnest(o_key) WITH ORDINALITY AS g(key, n) LEFT JOIN made ON made.key = g.key;
    IF array_remove(order_ids, NULL) = '{}' THEN
        RETURN;
    END IF;
    WITH made AS (
        INSERT INTO operation (key, request_hash, kind, actor_id, source_kind, source_id,
            occurred_at, import_id)
        SELECT 'order/' || g.id || '/accept', g.hash, 'reserve', actor, 'sales_order', g.id, g.at,
            g.import_id
        FROM unnest(order_ids, o_hash, o_accepted, o_import) AS g(id, hash, at, import_id)
        WHERE g.id IS NOT NULL RETURNING operation.id, operation.source_id
    )
    SELECT array_agg(made.id ORDER BY g.n) INTO operation_ids
    FROM unnest(order_ids) WITH ORDINALITY AS g(id, n) LEFT JOIN made ON made.source_id = g.id;

    -- 2. Lock the levels in their one order and see what is free now.
    SELECT array_agg(coalesce(k.available, 0) ORDER BY p.n) INTO free
    FROM unnest(p_sku, p_warehouse) WITH ORDINALITY AS p(sku, wh, n)
    LEFT JOIN (
        SELECT l.sku_id, l.warehouse_id, l.on_hand - l.reserved - l.held AS available
        FROM unnest(p_sku, p_warehouse) AS g(sku, wh)
        JOIN stock_level l ON l.sku_id = g.sku AND l.warehouse_id = g.wh
        ORDER BY l.sku_id, l.warehouse_id FOR NO KEY UPDATE OF l
    ) AS k ON k.sku_id = p.sku AND k.warehouse_id = p.wh;

    -- 3. Serve line by line: from one warehouse where one has it all, else from several, else not.
    FOR i IN 1 .. cardinality(l_sku) LOOP
        CONTINUE WHEN order_ids[l_order[i]] IS NULL;
        wanted := l_quantity[i]; together := 0; single := NULL;
        FOR c IN l_first[i] .. l_last[i] LOOP
            together := together + free[c_pair[c]];
            IF single IS NULL AND free[c_pair[c]] >= wanted THEN
                single := c;
            END IF;
        END LOOP;
        IF together < wanted THEN
            any_short := true;
            CONTINUE;
        END IF;
        served[i] := wanted;
        FOR c IN coalesce(single, l_first[i]) .. coalesce(single, l_last[i]) LOOP
            pair := c_pair[c];
            taken := least(wanted, free[pair]);
            CONTINUE WHEN taken <= 0;
            free[pair] := free[pair] - taken;
            IF free[pair] = 0 THEN
                crossed_at[pair] := o_accepted[l_order[i]];
            END IF;
            t_line := t_line || i; t_pair := t_pair || pair; t_quantity := t_quantity || taken;
            wanted := wanted - taken;
            EXIT WHEN wanted = 0;
        END LOOP;
    END LOOP;

    -- 4. Write it all, set by set.
    WITH made AS (
        INSERT INTO sales_order_line (order_id, line_no, external_id, listing_id, sku_id, quantity,
            short_at_acceptance, backordered, unit_price, discount, tax)
        SELECT order_ids[g.o], g.no, g.external, g.listing, g.sku, g.quantity,
            g.quantity - g.served, g.quantity - g.served, g.price, g.discount, g.tax
        FROM unnest(l_order, l_no, l_external, l_listing, l_sku, l_quantity, served, l_price,
            l_discount, l_tax) AS g(o, no, external, listing, sku, quantity, served, price,
            discount, tax)
        WHERE order_ids[g.o] IS NOT NULL
        RETURNING sales_order_line.id, sales_order_line.order_id AS o, sales_order_line.line_no
    )
    SELECT array_agg(made.id ORDER BY g.n) INTO line_ids
    FROM unnest(l_order, l_no) WITH ORDINALITY AS g(o, no, n)
    LEFT JOIN made ON made.o = order_ids[g.o] AND made.line_no = g.no;
    INSERT INTO sales_order_person (order_id, name)
    SELECT g.id, g.name FROM unnest(order_ids, o_name) AS g(id, name)
    WHERE g.id IS NOT NULL AND g.name <> '';
    IF any_short THEN
        UPDATE sales_order o SET stocked_out = true
        FROM unnest(l_order, l_quantity, served) AS g(o, quantity, served)
        WHERE o.id = order_ids[g.o] AND g.served < g.quantity;
    END IF;
    IF cardinality(t_line) > 0 THEN
        UPDATE stock_level l SET reserved = l.reserved + g.quantity, version = l.version + 1
        FROM (SELECT t.pair, sum(t.quantity)::bigint AS quantity
            FROM unnest(t_pair, t_quantity) AS t(pair, quantity) GROUP BY t.pair) AS g
        WHERE l.sku_id = p_sku[g.pair] AND l.warehouse_id = p_warehouse[g.pair];
        WITH made AS (
            INSERT INTO reservation (order_line_id, sku_id, warehouse_id, state, priority, quantity)
            SELECT line_ids[t.line], p_sku[t.pair], p_warehouse[t.pair], 'firm',
                o_priority[l_order[t.line]], t.quantity
            FROM unnest(t_line, t_pair, t_quantity) WITH ORDINALITY AS t(line, pair, quantity, n)
            ORDER BY t.n RETURNING reservation.id, reservation.order_line_id, reservation.quantity
        )
        INSERT INTO reservation_event (reservation_id, operation_id, to_state, quantity,
            occurred_at)
        SELECT made.id, operation_ids[l_order[g.n]], 'firm', made.quantity,
            o_accepted[l_order[g.n]]
        FROM made JOIN unnest(line_ids) WITH ORDINALITY AS g(id, n) ON g.id = made.order_line_id
        ORDER BY made.id;
        INSERT INTO availability_edge (sku_id, warehouse_id, in_stock, occurred_at)
        SELECT g.sku, g.wh, false, g.at
        FROM unnest(p_sku, p_warehouse, crossed_at) AS g(sku, wh, at) WHERE g.at IS NOT NULL;
        INSERT INTO outbox (topic, coalescing_key, payload)
        SELECT 'stock_level', 'sku:' || g.sku, jsonb_build_object('sku_id', g.sku)
        FROM (SELECT DISTINCT l_sku[t.line] AS sku FROM unnest(t_line) AS t(line) ORDER BY 1) AS g
        ORDER BY g.sku
        ON CONFLICT (topic, coalescing_key) DO UPDATE SET generation = outbox.generation + 1;
    END IF;
    RETURN QUERY
    SELECT g.n::int, order_ids[g.o], g.id, g.served,
        ARRAY(SELECT p_warehouse[t.pair] FROM unnest(t_line, t_pair) AS t(line, pair)
            WHERE t.line = g.n)
    FROM unnest(l_order, line_ids, served) WITH ORDINALITY AS g(o, id, served, n)
    WHERE g.id IS NOT NULL ORDER BY g.n;
END $$
""",
    """
CREATE OR REPLACE FUNCTION yiben_base_currency_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM operation) THEN
        RAISE EXCEPTION 'the base currency stands since the first posting'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""",
    'CREATE TRIGGER base_currency_stands BEFORE UPDATE OF base_currency ON company FOR EACH ROW WHEN (OLD.base_currency IS DISTINCT FROM NEW.base_currency) EXECUTE FUNCTION yiben_base_currency_stands()',
)

_SEEDS = (
    "INSERT INTO person (id, name, name_key, active) VALUES (0, 'Yiben', 'yiben', true)",
    "INSERT INTO lot (id, code) VALUES (0, 'none')",
    "INSERT INTO cost_pool (id, code) VALUES (1, 'in transit')",
    "INSERT INTO location (id, code, code_key, name, kind, cost_pool_id) VALUES (1, 'company', 'company', 'company', 'company', NULL), (2, 'supplier', 'supplier', 'supplier', 'supplier', NULL), (3, 'customer', 'customer', 'customer', 'customer', NULL), (4, 'in_transit', 'in_transit', 'in_transit', 'in_transit', 1), (5, 'scrap', 'scrap', 'scrap', 'scrap', NULL), (6, 'count_difference', 'count_difference', 'count_difference', 'count_difference', NULL)",
    'ALTER TABLE location ALTER COLUMN id RESTART WITH 100',
    'ALTER TABLE cost_pool ALTER COLUMN id RESTART WITH 10',
)


def upgrade() -> None:
    op.execute(_CLOCK)
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table('calendar',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('work_weekdays', sa.ARRAY(sa.Integer()), nullable=False, comment='ISO weekdays, Monday = 1'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar')),
    sa.UniqueConstraint('code', name=op.f('uq_calendar_code'))
    )
    op.create_table('company',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('base_currency', sa.String(length=3), nullable=False),
    sa.Column('time_zone', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('cost_method', sa.String(length=20), server_default='moving_average', nullable=False),
    sa.Column('dead_stock_days', sa.Integer(), server_default=sa.text('90'), nullable=False),
    sa.Column('service_level', sa.Numeric(precision=5, scale=4), server_default=sa.text('0.95'), nullable=False),
    sa.Column('review_days', sa.Integer(), server_default=sa.text('7'), nullable=False),
    sa.Column('holding_rate_year', sa.Numeric(precision=6, scale=4), server_default=sa.text('0.25'), nullable=False),
    sa.Column('simulated', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("cost_method IN ('moving_average', 'fifo')", name=op.f('ck_company_cost_method_known')),
    sa.CheckConstraint("language IN ('zh', 'en')", name=op.f('ck_company_language_known')),
    sa.CheckConstraint('dead_stock_days BETWEEN 1 AND 1000', name=op.f('ck_company_dead_stock_days_in_range')),
    sa.CheckConstraint('id = 1', name=op.f('ck_company_only_one')),
    sa.CheckConstraint('review_days BETWEEN 1 AND 90', name=op.f('ck_company_review_days_in_range')),
    sa.CheckConstraint('service_level > 0.5 AND service_level < 1', name=op.f('ck_company_service_level_in_range')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_company'))
    )
    op.create_table('cost_pool',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_pool')),
    sa.UniqueConstraint('code', name=op.f('uq_cost_pool_code'))
    )
    op.create_table('flow_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flow_version')),
    sa.UniqueConstraint('code', 'number', name=op.f('uq_flow_version_code_number'))
    )
    op.create_table('forecast_run',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('as_of_on', sa.Date(), nullable=False),
    sa.Column('data_watermark_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('history_hash', sa.String(length=64), nullable=False),
    sa.Column('frequency', sa.String(length=10), nullable=False),
    sa.Column('horizon', sa.Integer(), nullable=False),
    sa.Column('code_version', sa.String(length=40), nullable=False),
    sa.Column('settings', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('scores', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('current', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forecast_run')),
    sa.UniqueConstraint('key', name=op.f('uq_forecast_run_key'))
    )
    op.create_index('uq_forecast_run_current', 'forecast_run', ['current'], unique=True, postgresql_where=sa.text('current'))
    op.create_table('form_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_version')),
    sa.UniqueConstraint('code', 'number', name=op.f('uq_form_version_code_number'))
    )
    op.create_table('inbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('event_id', sa.String(length=200), nullable=False),
    sa.Column('topic', sa.String(length=60), nullable=False),
    sa.Column('object_key', sa.String(length=200), server_default='', nullable=False),
    sa.Column('object_version', sa.String(length=60), server_default='', nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=20), server_default='waiting', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('problem', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'done', 'dead')", name=op.f('ck_inbox_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox')),
    sa.UniqueConstraint('source', 'event_id', name=op.f('uq_inbox_source_event_id'))
    )
    op.create_index('ix_inbox_waiting', 'inbox', ['due_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('coalescing_key', sa.String(length=200), nullable=False),
    sa.Column('generation', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.Column('sent_generation', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('problem', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint('sent_generation <= generation', name=op.f('ck_outbox_sent_not_ahead')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('topic', 'coalescing_key', name=op.f('uq_outbox_topic_coalescing_key'))
    )
    op.create_index('ix_outbox_due', 'outbox', ['due_at'], unique=False, postgresql_where=sa.text('sent_generation < generation'))
    op.create_table('person',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('name_key', sa.String(length=240), nullable=False),
    sa.Column('email', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('password_hash', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('name_key', name=op.f('uq_person_name_key'))
    )
    op.create_table('rule_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_version')),
    sa.UniqueConstraint('code', 'number', name=op.f('uq_rule_version_code_number'))
    )
    op.create_table('sales_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('invoice', sa.String(length=60), nullable=False),
    sa.Column('sku_text', sa.String(length=120), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=True),
    sa.Column('sold_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sold_on', sa.Date(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('cancelled', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=6), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=True),
    sa.Column('occurrence', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('treatment', sa.String(length=20), server_default='accepted', nullable=False),
    sa.Column('cancels_id', sa.BigInteger(), nullable=True, comment='the line that this cancellation takes back'),
    sa.Column('account_id', sa.BigInteger(), nullable=True),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=True),
    sa.Column('country', sa.String(length=60), nullable=True),
    sa.Column('customer_reference', sa.String(length=120), nullable=True),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('row_no', sa.BigInteger(), nullable=True, comment='in the imported file'),
    sa.CheckConstraint("unit_price <> 'NaN'::numeric", name=op.f('ck_sales_line_unit_price_is_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_line')),
    sa.UniqueConstraint('invoice', 'sku_text', 'sold_at', 'quantity', 'unit_price', 'occurrence', 'source', name='uq_sales_line_once', postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_sales_line_cancels_id', 'sales_line', ['cancels_id'], unique=False, postgresql_where=sa.text('cancels_id > 0'))
    op.create_index('ix_sales_line_import_id', 'sales_line', ['import_id'], unique=False, postgresql_using='brin')
    op.create_index('ix_sales_line_sku_id_sold_on', 'sales_line', ['sku_id', 'sold_on'], unique=False)
    op.create_table('sign_in_attempt',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name_key', sa.String(length=240), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('succeeded', sa.Boolean(), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempt'))
    )
    op.create_index('ix_sign_in_attempt_recent', 'sign_in_attempt', ['name_key', 'tried_at'], unique=False)
    op.create_table('stock_pool',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_pool')),
    sa.UniqueConstraint('code', name=op.f('uq_stock_pool_code'))
    )
    op.create_table('approval',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('subject_kind', sa.String(length=30), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=False),
    sa.Column('subject_revision', sa.Integer(), nullable=False),
    sa.Column('flow_version_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='the numbers that were decided on'),
    sa.Column('requested_by_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'approved', 'rejected', 'undone')", name=op.f('ck_approval_state_known')),
    sa.ForeignKeyConstraint(['flow_version_id'], ['flow_version.id'], name=op.f('fk_approval_flow_version_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['person.id'], name=op.f('fk_approval_requested_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval')),
    sa.UniqueConstraint('key', name=op.f('uq_approval_key'))
    )
    op.create_index('uq_approval_live', 'approval', ['subject_kind', 'subject_id'], unique=True, postgresql_where=sa.text("state IN ('waiting', 'approved')"))
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('act', sa.String(length=60), nullable=False),
    sa.Column('subject_kind', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.String(length=120), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_audit_entry_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    op.create_index(op.f('ix_audit_entry_person_id'), 'audit_entry', ['person_id'], unique=False)
    op.create_index('ix_audit_entry_subject', 'audit_entry', ['subject_kind', 'subject_id'], unique=False)
    op.create_table('calendar_day',
    sa.Column('calendar_id', sa.BigInteger(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('working', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendar.id'], name=op.f('fk_calendar_day_calendar_id')),
    sa.PrimaryKeyConstraint('calendar_id', 'on_day', name=op.f('pk_calendar_day'))
    )
    op.create_table('closed_period',
    sa.Column('month_on', sa.Date(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('row_count', sa.BigInteger(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_closed_period_person_id')),
    sa.PrimaryKeyConstraint('month_on', name=op.f('pk_closed_period'))
    )
    op.create_table('import_run',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('template', sa.String(length=30), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('file_hash', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('done', 'undone')", name=op.f('ck_import_run_state_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_import_run_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run')),
    sa.UniqueConstraint('key', name=op.f('uq_import_run_key'))
    )
    op.create_table('job_request',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('job', sa.String(length=60), nullable=False),
    sa.Column('settings', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_job_request_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_request')),
    sa.UniqueConstraint('key', name=op.f('uq_job_request_key'))
    )
    op.create_table('one_time_link',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('owner', 'invite', 'reset')", name=op.f('ck_one_time_link_purpose_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_one_time_link_person_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_one_time_link'))
    )
    op.create_table('person_identity',
    sa.Column('issuer', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_identity_person_id')),
    sa.PrimaryKeyConstraint('issuer', 'subject', name=op.f('pk_person_identity'))
    )
    op.create_table('person_role',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'manager', 'buyer', 'warehouse', 'analyst', 'reader')", name=op.f('ck_person_role_role_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_role_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'role', name=op.f('pk_person_role'))
    )
    op.create_table('report',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_report_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('code', name=op.f('uq_report_code'))
    )
    op.create_table('session',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('address', sa.String(length=64), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_session_person_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_session'))
    )
    op.create_index(op.f('ix_session_person_id'), 'session', ['person_id'], unique=False)
    op.create_table('approval_act',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('approval_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('act', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("act IN ('approve', 'reject', 'undo', 'delegate')", name=op.f('ck_approval_act_act_known')),
    sa.ForeignKeyConstraint(['approval_id'], ['approval.id'], name=op.f('fk_approval_act_approval_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_approval_act_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval_act')),
    sa.UniqueConstraint('key', name=op.f('uq_approval_act_key'))
    )
    op.create_index(op.f('ix_approval_act_approval_id'), 'approval_act', ['approval_id'], unique=False)
    op.create_table('channel_account',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('code_key', sa.String(length=240), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('platform', sa.String(length=20), nullable=False),
    sa.Column('marketplace', sa.String(length=20), server_default='', nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('time_zone', sa.String(length=64), nullable=False),
    sa.Column('stock_pool_id', sa.BigInteger(), nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_channel_account_import_id')),
    sa.ForeignKeyConstraint(['stock_pool_id'], ['stock_pool.id'], name=op.f('fk_channel_account_stock_pool_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_account')),
    sa.UniqueConstraint('code_key', name=op.f('uq_channel_account_code_key'))
    )
    op.create_index(op.f('ix_channel_account_import_id'), 'channel_account', ['import_id'], unique=False)
    op.create_table('customer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('code_key', sa.String(length=240), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('email', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_customer_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer')),
    sa.UniqueConstraint('code_key', name=op.f('uq_customer_code_key'))
    )
    op.create_index(op.f('ix_customer_import_id'), 'customer', ['import_id'], unique=False)
    op.create_table('exchange_rate',
    sa.Column('from_currency', sa.String(length=3), nullable=False),
    sa.Column('to_currency', sa.String(length=3), nullable=False),
    sa.Column('kind', sa.String(length=20), server_default='spot', nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('rate', sa.Numeric(precision=20, scale=10), nullable=False),
    sa.Column('source', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("rate <> 'NaN'::numeric", name=op.f('ck_exchange_rate_rate_is_number')),
    sa.CheckConstraint('from_currency <> to_currency', name=op.f('ck_exchange_rate_currencies_differ')),
    sa.CheckConstraint('rate > 0', name=op.f('ck_exchange_rate_rate_positive')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_exchange_rate_import_id')),
    sa.PrimaryKeyConstraint('from_currency', 'to_currency', 'kind', 'on_day', name=op.f('pk_exchange_rate'))
    )
    op.create_index(op.f('ix_exchange_rate_import_id'), 'exchange_rate', ['import_id'], unique=False)
    op.create_table('import_row',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=False),
    sa.Column('row_no', sa.BigInteger(), nullable=False),
    sa.Column('treatment', sa.String(length=20), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_import_row_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_row'))
    )
    op.create_index(op.f('ix_import_row_import_id'), 'import_row', ['import_id'], unique=False)
    op.create_table('job_run',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('job', sa.String(length=60), nullable=False),
    sa.Column('request_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('progress', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('problem', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('running', 'done', 'failed', 'lost')", name=op.f('ck_job_run_state_known')),
    sa.ForeignKeyConstraint(['request_id'], ['job_request.id'], name=op.f('fk_job_run_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_run'))
    )
    op.create_index('ix_job_run_job', 'job_run', ['job', 'started_at'], unique=False)
    op.create_table('location',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('code_key', sa.String(length=240), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=True),
    sa.Column('warehouse_kind', sa.String(length=20), nullable=True),
    sa.Column('authority', sa.String(length=20), server_default='ours', nullable=False),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('customs_region', sa.String(length=20), nullable=True),
    sa.Column('time_zone', sa.String(length=64), nullable=True),
    sa.Column('cost_pool_id', sa.BigInteger(), nullable=True),
    sa.Column('calendar_id', sa.BigInteger(), nullable=True),
    sa.Column('x_cm', sa.Integer(), nullable=True),
    sa.Column('y_cm', sa.Integer(), nullable=True),
    sa.Column('z_cm', sa.Integer(), nullable=True),
    sa.Column('priority', sa.Integer(), server_default=sa.text('100'), nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("authority IN ('ours', 'reported')", name=op.f('ck_location_authority_known')),
    sa.CheckConstraint("kind <> 'warehouse' OR (warehouse_id = id AND warehouse_kind IS NOT NULL AND time_zone IS NOT NULL AND cost_pool_id IS NOT NULL)", name=op.f('ck_location_warehouse_complete')),
    sa.CheckConstraint("kind IN ('company', 'warehouse', 'zone', 'rack', 'bin', 'supplier', 'customer', 'in_transit', 'scrap', 'count_difference')", name=op.f('ck_location_kind_known')),
    sa.CheckConstraint("warehouse_kind IN ('own', 'overseas', '3pl', 'fba')", name=op.f('ck_location_warehouse_kind_known')),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendar.id'], name=op.f('fk_location_calendar_id')),
    sa.ForeignKeyConstraint(['cost_pool_id'], ['cost_pool.id'], name=op.f('fk_location_cost_pool_id')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_location_import_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['location.id'], name=op.f('fk_location_parent_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_location_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_location')),
    sa.UniqueConstraint('code_key', name=op.f('uq_location_code_key'))
    )
    op.create_index(op.f('ix_location_import_id'), 'location', ['import_id'], unique=False)
    op.create_index('ix_location_kind', 'location', ['kind'], unique=False)
    op.create_index(op.f('ix_location_warehouse_id'), 'location', ['warehouse_id'], unique=False)
    op.create_table('operation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=False),
    sa.Column('source_kind', sa.String(length=30), server_default='', nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=True),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("kind IN ('opening', 'receipt', 'shipment', 'return', 'transfer_out', 'transfer_in', 'adjustment', 'count', 'move', 'hold', 'unhold', 'scrap', 'reserve', 'release', 'revalue', 'reversal')", name=op.f('ck_operation_kind_known')),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_operation_actor_id')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_operation_import_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['operation.id'], name=op.f('fk_operation_reverses_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operation')),
    sa.UniqueConstraint('key', name=op.f('uq_operation_key')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_operation_reverses_id'))
    )
    op.create_index(op.f('ix_operation_import_id'), 'operation', ['import_id'], unique=False)
    op.create_index('ix_operation_recorded_at', 'operation', ['recorded_at'], unique=False)
    op.create_index('ix_operation_source', 'operation', ['source_kind', 'source_id'], unique=False)
    op.create_table('sku',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('code_key', sa.String(length=240), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('state', sa.String(length=20), server_default='active', nullable=False),
    sa.Column('unit', sa.String(length=20), server_default='piece', nullable=False),
    sa.Column('weight_grams', sa.Integer(), nullable=True),
    sa.Column('volume_cm3', sa.Integer(), nullable=True),
    sa.Column('carton_quantity', sa.BigInteger(), nullable=True),
    sa.Column('shelf_life_days', sa.Integer(), nullable=True),
    sa.Column('lot_tracked', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('serial_tracked', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('class_code', sa.String(length=10), server_default='', nullable=False),
    sa.Column('launched_on', sa.Date(), nullable=True),
    sa.Column('successor_id', sa.BigInteger(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("state IN ('active', 'discontinued', 'archived')", name=op.f('ck_sku_state_known')),
    sa.CheckConstraint('carton_quantity > 0', name=op.f('ck_sku_carton_positive')),
    sa.CheckConstraint('successor_id <> id', name=op.f('ck_sku_successor_is_another')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_sku_import_id')),
    sa.ForeignKeyConstraint(['successor_id'], ['sku.id'], name=op.f('fk_sku_successor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sku')),
    sa.UniqueConstraint('code_key', name=op.f('uq_sku_code_key'))
    )
    op.create_index(op.f('ix_sku_import_id'), 'sku', ['import_id'], unique=False)
    op.create_table('supplier',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('code_key', sa.String(length=240), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('email', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('payment_days', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('order_minimum', sa.Numeric(precision=24, scale=6), nullable=True),
    sa.Column('calendar_id', sa.BigInteger(), nullable=True),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('order_minimum >= 0', name=op.f('ck_supplier_order_minimum_not_negative')),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendar.id'], name=op.f('fk_supplier_calendar_id')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_supplier_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier')),
    sa.UniqueConstraint('code_key', name=op.f('uq_supplier_code_key'))
    )
    op.create_index(op.f('ix_supplier_import_id'), 'supplier', ['import_id'], unique=False)
    op.create_table('availability_edge',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('in_stock', sa.Boolean(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_availability_edge_sku_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_availability_edge_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_availability_edge'))
    )
    op.create_index('ix_availability_edge_pair', 'availability_edge', ['sku_id', 'warehouse_id', 'occurred_at'], unique=False)
    op.create_table('barcode',
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('unit', sa.String(length=20), server_default='piece', nullable=False),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_barcode_sku_id')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_barcode'))
    )
    op.create_index(op.f('ix_barcode_sku_id'), 'barcode', ['sku_id'], unique=False)
    op.create_table('cost_layer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('cost_pool_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('origin_layer_id', sa.BigInteger(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('quantity_left', sa.BigInteger(), nullable=False),
    sa.Column('value', sa.Numeric(precision=24, scale=6), nullable=False, comment='base currency, exact total'),
    sa.Column('value_left', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('source_value', sa.Numeric(precision=24, scale=6), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=True),
    sa.Column('rate', sa.Numeric(precision=20, scale=10), nullable=True),
    sa.Column('rate_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("value <> 'NaN'::numeric", name=op.f('ck_cost_layer_value_is_number')),
    sa.CheckConstraint("value_left <> 'NaN'::numeric", name=op.f('ck_cost_layer_value_left_is_number')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_cost_layer_quantity_positive')),
    sa.CheckConstraint('quantity_left > 0 OR value_left = 0', name=op.f('ck_cost_layer_empty_is_worthless')),
    sa.CheckConstraint('quantity_left BETWEEN 0 AND quantity', name=op.f('ck_cost_layer_not_overdrawn')),
    sa.CheckConstraint('value >= 0 AND value_left >= 0', name=op.f('ck_cost_layer_value_not_negative')),
    sa.ForeignKeyConstraint(['cost_pool_id'], ['cost_pool.id'], name=op.f('fk_cost_layer_cost_pool_id')),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_cost_layer_operation_id')),
    sa.ForeignKeyConstraint(['origin_layer_id'], ['cost_layer.id'], name=op.f('fk_cost_layer_origin_layer_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_cost_layer_sku_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_layer'))
    )
    op.create_index('ix_cost_layer_open', 'cost_layer', ['cost_pool_id', 'sku_id', 'id'], unique=False, postgresql_where=sa.text('quantity_left > 0'))
    op.create_index(op.f('ix_cost_layer_operation_id'), 'cost_layer', ['operation_id'], unique=False)
    op.create_table('cost_pool_total',
    sa.Column('cost_pool_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('value', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint("value <> 'NaN'::numeric", name=op.f('ck_cost_pool_total_value_is_number')),
    sa.CheckConstraint('quantity > 0 OR value = 0', name=op.f('ck_cost_pool_total_empty_is_worthless')),
    sa.CheckConstraint('quantity >= 0 AND value >= 0', name=op.f('ck_cost_pool_total_not_negative')),
    sa.ForeignKeyConstraint(['cost_pool_id'], ['cost_pool.id'], name=op.f('fk_cost_pool_total_cost_pool_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_cost_pool_total_sku_id')),
    sa.PrimaryKeyConstraint('cost_pool_id', 'sku_id', name=op.f('pk_cost_pool_total'))
    )
    op.create_table('forecast',
    sa.Column('run_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('champion', sa.String(length=40), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('mean', sa.ARRAY(sa.Float()), nullable=False),
    sa.Column('quantiles', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('totals', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='days -> mean or level -> units'),
    sa.Column('scores', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='candidate -> error per period in the trial'),
    sa.Column('selling_price', sa.Numeric(precision=24, scale=6), nullable=True, comment='recent mean, base currency; NULL: no rate known'),
    sa.ForeignKeyConstraint(['run_id'], ['forecast_run.id'], name=op.f('fk_forecast_run_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_forecast_sku_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_forecast_warehouse_id')),
    sa.PrimaryKeyConstraint('run_id', 'sku_id', 'warehouse_id', name=op.f('pk_forecast'))
    )
    op.create_table('kit_part',
    sa.Column('kit_sku_id', sa.BigInteger(), nullable=False),
    sa.Column('part_sku_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('kit_sku_id <> part_sku_id', name=op.f('ck_kit_part_part_is_another')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_kit_part_quantity_positive')),
    sa.ForeignKeyConstraint(['kit_sku_id'], ['sku.id'], name=op.f('fk_kit_part_kit_sku_id')),
    sa.ForeignKeyConstraint(['part_sku_id'], ['sku.id'], name=op.f('fk_kit_part_part_sku_id')),
    sa.PrimaryKeyConstraint('kit_sku_id', 'part_sku_id', name=op.f('pk_kit_part'))
    )
    op.create_table('kpi_day',
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('category', sa.Text(), server_default='*', nullable=False),
    sa.Column('account_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('closing_value', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.Column('in_transit_value', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False, comment='on its way to this warehouse'),
    sa.Column('dead_value', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.Column('dead_value_double', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False, comment='the second band: twice as many days without a sale'),
    sa.Column('cost_of_sales', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.Column('sales', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=True, comment='NULL where a rate is missing'),
    sa.Column('lost_sales', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.Column('orders', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('short_orders', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('units_sold', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('units_short', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_kpi_day_warehouse_id')),
    sa.PrimaryKeyConstraint('on_day', 'warehouse_id', 'category', 'account_id', name=op.f('pk_kpi_day'))
    )
    op.create_table('listing',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('marketplace', sa.String(length=20), server_default='', nullable=False),
    sa.Column('seller_sku', sa.String(length=200), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('external_id', sa.String(length=200), server_default='', nullable=False),
    sa.Column('stock_pool_id', sa.BigInteger(), nullable=True),
    sa.Column('share_percent', sa.Integer(), server_default=sa.text('100'), nullable=False),
    sa.Column('cap', sa.BigInteger(), nullable=True),
    sa.Column('buffer', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('live_from_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('live_to_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('cap >= 0 AND buffer >= 0', name=op.f('ck_listing_cap_buffer_not_negative')),
    sa.CheckConstraint('live_to_at > live_from_at', name=op.f('ck_listing_live_in_order')),
    sa.CheckConstraint('share_percent BETWEEN 0 AND 100', name=op.f('ck_listing_share_in_range')),
    sa.ForeignKeyConstraint(['account_id'], ['channel_account.id'], name=op.f('fk_listing_account_id')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_listing_import_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_listing_sku_id')),
    sa.ForeignKeyConstraint(['stock_pool_id'], ['stock_pool.id'], name=op.f('fk_listing_stock_pool_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listing')),
    sa.UniqueConstraint('account_id', 'marketplace', 'seller_sku', name=op.f('uq_listing_account_id_marketplace_seller_sku'))
    )
    op.create_index(op.f('ix_listing_import_id'), 'listing', ['import_id'], unique=False)
    op.create_index(op.f('ix_listing_sku_id'), 'listing', ['sku_id'], unique=False)
    op.create_table('lot',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=True),
    sa.Column('supplier_id', sa.BigInteger(), nullable=True),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('produced_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('quality_report', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('on_hold', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('hold_reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('id = 0 OR sku_id IS NOT NULL', name=op.f('ck_lot_sku_known')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_lot_import_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_lot_sku_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_lot_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot')),
    sa.UniqueConstraint('sku_id', 'supplier_id', 'code', 'expires_on', name=op.f('uq_lot_sku_id_supplier_id_code_expires_on'), postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_lot_import_id'), 'lot', ['import_id'], unique=False)
    op.create_table('offer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_sku', sa.String(length=120), server_default='', nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('moq', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.Column('order_multiple', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.Column('lead_time_days', sa.Integer(), nullable=False),
    sa.Column('lead_time_spread_days', sa.Numeric(precision=6, scale=2), server_default=sa.text('0'), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('preferred', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('assumed', postgresql.ARRAY(sa.String(length=40)), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('lead_time_days BETWEEN 0 AND 730', name=op.f('ck_offer_lead_time_in_range')),
    sa.CheckConstraint('lead_time_spread_days BETWEEN 0 AND 365', name=op.f('ck_offer_spread_in_range')),
    sa.CheckConstraint('moq > 0 AND order_multiple > 0', name=op.f('ck_offer_quantities_positive')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_offer_validity_in_order')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_offer_import_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_offer_sku_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_offer_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offer')),
    sa.UniqueConstraint('supplier_id', 'sku_id', name=op.f('uq_offer_supplier_id_sku_id'))
    )
    op.create_index(op.f('ix_offer_import_id'), 'offer', ['import_id'], unique=False)
    op.create_index(op.f('ix_offer_sku_id'), 'offer', ['sku_id'], unique=False)
    op.create_table('person_warehouse',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_warehouse_person_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_person_warehouse_warehouse_id')),
    sa.PrimaryKeyConstraint('person_id', 'warehouse_id', name=op.f('pk_person_warehouse'))
    )
    op.create_table('promotion',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('discount_percent', sa.Numeric(precision=5, scale=2), server_default=sa.text('0'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_promotion_days_in_order')),
    sa.ForeignKeyConstraint(['account_id'], ['channel_account.id'], name=op.f('fk_promotion_account_id')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_promotion_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotion')),
    sa.UniqueConstraint('key', name=op.f('uq_promotion_key'))
    )
    op.create_index(op.f('ix_promotion_import_id'), 'promotion', ['import_id'], unique=False)
    op.create_table('purchase_order',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('request_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('state', sa.String(length=20), server_default='draft', nullable=False),
    sa.Column('ordered_on', sa.Date(), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.Column('ship_method', sa.String(length=20), server_default='sea', nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approval_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("state IN ('draft', 'sent', 'confirmed', 'closed', 'cancelled')", name=op.f('ck_purchase_order_state_known')),
    sa.ForeignKeyConstraint(['approval_id'], ['approval.id'], name=op.f('fk_purchase_order_approval_id')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_purchase_order_import_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_purchase_order_person_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_purchase_order_supplier_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_purchase_order_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_order')),
    sa.UniqueConstraint('key', name=op.f('uq_purchase_order_key')),
    sa.UniqueConstraint('number', name=op.f('uq_purchase_order_number'))
    )
    op.create_index(op.f('ix_purchase_order_approval_id'), 'purchase_order', ['approval_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_import_id'), 'purchase_order', ['import_id'], unique=False)
    op.create_index('ix_purchase_order_supplier_id', 'purchase_order', ['supplier_id'], unique=False)
    op.create_table('replenish_rule',
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('service_level', sa.Numeric(precision=5, scale=4), nullable=True),
    sa.Column('review_days', sa.Integer(), nullable=True),
    sa.Column('minimum', sa.BigInteger(), nullable=True),
    sa.Column('maximum', sa.BigInteger(), nullable=True),
    sa.Column('buying', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_replenish_rule_sku_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_replenish_rule_warehouse_id')),
    sa.PrimaryKeyConstraint('sku_id', 'warehouse_id', name=op.f('pk_replenish_rule'))
    )
    op.create_table('sales_order',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=False),
    sa.Column('external_version', sa.String(length=60), server_default='', nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('tax', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('priority', sa.Integer(), server_default=sa.text('100'), nullable=False),
    sa.Column('stocked_out', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=True),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('form_version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['channel_account.id'], name=op.f('fk_sales_order_account_id')),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_sales_order_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_order')),
    sa.UniqueConstraint('account_id', 'external_id', name=op.f('uq_sales_order_account_id_external_id')),
    sa.UniqueConstraint('key', name=op.f('uq_sales_order_key'))
    )
    op.create_index(op.f('ix_sales_order_import_id'), 'sales_order', ['import_id'], unique=False)
    op.create_index('ix_sales_order_placed_at', 'sales_order', ['placed_at'], unique=False)
    op.create_table('sku_unit',
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('numerator', sa.BigInteger(), nullable=False),
    sa.Column('denominator', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('numerator > 0 AND denominator > 0', name=op.f('ck_sku_unit_ratio_positive')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_sku_unit_sku_id')),
    sa.PrimaryKeyConstraint('sku_id', 'unit', name=op.f('pk_sku_unit'))
    )
    op.create_table('stock_count',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=True),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_stock_count_operation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_stock_count_person_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_stock_count_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_count')),
    sa.UniqueConstraint('key', name=op.f('uq_stock_count_key'))
    )
    op.create_table('stock_level',
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('on_hand', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('reserved', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('held', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('version', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('reserved + held <= on_hand', name=op.f('ck_stock_level_no_oversell')),
    sa.CheckConstraint('reserved >= 0 AND held >= 0', name=op.f('ck_stock_level_parts_not_negative')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_stock_level_sku_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_stock_level_warehouse_id')),
    sa.PrimaryKeyConstraint('sku_id', 'warehouse_id', name=op.f('pk_stock_level')),
    postgresql_with={'fillfactor': 70}
    )
    op.create_index('ix_stock_level_warehouse_id', 'stock_level', ['warehouse_id'], unique=False)
    op.create_table('stock_pool_warehouse',
    sa.Column('stock_pool_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('priority', sa.Integer(), server_default=sa.text('100'), nullable=False),
    sa.ForeignKeyConstraint(['stock_pool_id'], ['stock_pool.id'], name=op.f('fk_stock_pool_warehouse_stock_pool_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_stock_pool_warehouse_warehouse_id')),
    sa.PrimaryKeyConstraint('stock_pool_id', 'warehouse_id', name=op.f('pk_stock_pool_warehouse'))
    )
    op.create_table('suggestion',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('revision', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('buy', 'transfer')", name=op.f('ck_suggestion_kind_known')),
    sa.CheckConstraint("state IN ('open', 'needs_supplier', 'approved', 'rejected', 'withdrawn')", name=op.f('ck_suggestion_state_known')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_suggestion_sku_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_suggestion_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestion')),
    sa.UniqueConstraint('key', name=op.f('uq_suggestion_key'))
    )
    op.create_index(op.f('ix_suggestion_sku_id'), 'suggestion', ['sku_id'], unique=False)
    op.create_index('uq_suggestion_open', 'suggestion', ['kind', 'sku_id', 'warehouse_id'], unique=True, postgresql_where=sa.text("state IN ('open', 'needs_supplier')"))
    op.create_table('transfer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('request_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('from_warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('to_warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('ship_method', sa.String(length=20), server_default='sea', nullable=False),
    sa.Column('shipped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('freight', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.Column('freight_currency', sa.String(length=3), nullable=True),
    sa.Column('approval_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("ship_method IN ('sea', 'air', 'express', 'rail', 'truck')", name=op.f('ck_transfer_ship_method_known')),
    sa.CheckConstraint("state IN ('planned', 'shipped', 'arrived', 'cancelled')", name=op.f('ck_transfer_state_known')),
    sa.CheckConstraint('from_warehouse_id <> to_warehouse_id', name=op.f('ck_transfer_goes_somewhere')),
    sa.ForeignKeyConstraint(['approval_id'], ['approval.id'], name=op.f('fk_transfer_approval_id')),
    sa.ForeignKeyConstraint(['from_warehouse_id'], ['location.id'], name=op.f('fk_transfer_from_warehouse_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_transfer_person_id')),
    sa.ForeignKeyConstraint(['to_warehouse_id'], ['location.id'], name=op.f('fk_transfer_to_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer')),
    sa.UniqueConstraint('key', name=op.f('uq_transfer_key')),
    sa.UniqueConstraint('number', name=op.f('uq_transfer_number'))
    )
    op.create_table('bin_stock',
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), nullable=False),
    sa.Column('condition', sa.String(length=20), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("condition IN ('good', 'inspection', 'damaged', 'quarantine', 'researching')", name=op.f('ck_bin_stock_condition_known')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_bin_stock_quantity_not_negative')),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_bin_stock_location_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_bin_stock_lot_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_bin_stock_sku_id')),
    sa.PrimaryKeyConstraint('sku_id', 'location_id', 'lot_id', 'condition', 'owner_id', name=op.f('pk_bin_stock')),
    postgresql_with={'fillfactor': 70}
    )
    op.create_index('ix_bin_stock_location_id', 'bin_stock', ['location_id'], unique=False)
    op.create_table('cost_use',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('cost_layer_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('value', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("value <> 'NaN'::numeric", name=op.f('ck_cost_use_value_is_number')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_cost_use_quantity_not_negative')),
    sa.ForeignKeyConstraint(['cost_layer_id'], ['cost_layer.id'], name=op.f('fk_cost_use_cost_layer_id')),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_cost_use_operation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_use'))
    )
    op.create_index(op.f('ix_cost_use_cost_layer_id'), 'cost_use', ['cost_layer_id'], unique=False)
    op.create_index(op.f('ix_cost_use_operation_id'), 'cost_use', ['operation_id'], unique=False)
    op.create_table('listing_price',
    sa.Column('listing_id', sa.BigInteger(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('price', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.CheckConstraint("price <> 'NaN'::numeric", name=op.f('ck_listing_price_price_is_number')),
    sa.CheckConstraint('price >= 0', name=op.f('ck_listing_price_price_not_negative')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_listing_price_listing_id')),
    sa.PrimaryKeyConstraint('listing_id', 'from_on', name=op.f('pk_listing_price'))
    )
    op.create_table('offer_leg',
    sa.Column('offer_id', sa.BigInteger(), nullable=False),
    sa.Column('ship_method', sa.String(length=20), nullable=False),
    sa.Column('leg_no', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('spread_days', sa.Numeric(precision=6, scale=2), server_default=sa.text('0'), nullable=False),
    sa.Column('unit_freight', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=True),
    sa.Column('calendar_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("kind IN ('production', 'quality', 'transport', 'customs', 'check_in')", name=op.f('ck_offer_leg_kind_known')),
    sa.CheckConstraint("ship_method IN ('sea', 'air', 'express', 'rail', 'truck')", name=op.f('ck_offer_leg_ship_method_known')),
    sa.CheckConstraint('days >= 0 AND spread_days >= 0', name=op.f('ck_offer_leg_days_not_negative')),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendar.id'], name=op.f('fk_offer_leg_calendar_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_offer_leg_offer_id')),
    sa.PrimaryKeyConstraint('offer_id', 'ship_method', 'leg_no', name=op.f('pk_offer_leg'))
    )
    op.create_table('offer_price',
    sa.Column('offer_id', sa.BigInteger(), nullable=False),
    sa.Column('from_quantity', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), server_default=sa.text("'2000-01-01'"), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("unit_price <> 'NaN'::numeric", name=op.f('ck_offer_price_unit_price_is_number')),
    sa.CheckConstraint('from_quantity > 0', name=op.f('ck_offer_price_quantity_positive')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_offer_price_price_not_negative')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_offer_price_offer_id')),
    sa.PrimaryKeyConstraint('offer_id', 'from_quantity', 'valid_from', name=op.f('pk_offer_price'))
    )
    op.create_table('policy',
    sa.Column('run_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('offer_id', sa.BigInteger(), nullable=True),
    sa.Column('lead_time_days', sa.Integer(), nullable=False),
    sa.Column('review_days', sa.Integer(), nullable=False),
    sa.Column('service_level', sa.Numeric(precision=5, scale=4), nullable=False),
    sa.Column('demand_mean', sa.Float(), nullable=False, comment='over the protection interval'),
    sa.Column('safety_stock', sa.BigInteger(), nullable=False),
    sa.Column('reorder_point', sa.BigInteger(), nullable=False),
    sa.Column('order_up_to', sa.BigInteger(), nullable=False),
    sa.Column('fill_rate', sa.Float(), nullable=True),
    sa.Column('trace', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.CheckConstraint('safety_stock >= 0 AND reorder_point >= 0 AND order_up_to >= reorder_point', name=op.f('ck_policy_levels_in_order')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_policy_offer_id')),
    sa.ForeignKeyConstraint(['run_id'], ['forecast_run.id'], name=op.f('fk_policy_run_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_policy_sku_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_policy_warehouse_id')),
    sa.PrimaryKeyConstraint('run_id', 'sku_id', 'warehouse_id', name=op.f('pk_policy'))
    )
    op.create_table('promotion_sku',
    sa.Column('promotion_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotion.id'], name=op.f('fk_promotion_sku_promotion_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_promotion_sku_sku_id')),
    sa.PrimaryKeyConstraint('promotion_id', 'sku_id', name=op.f('pk_promotion_sku'))
    )
    op.create_index(op.f('ix_promotion_sku_sku_id'), 'promotion_sku', ['sku_id'], unique=False)
    op.create_table('purchase_order_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('purchase_order_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('offer_id', sa.BigInteger(), nullable=True),
    sa.Column('suggestion_id', sa.BigInteger(), nullable=True),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('cancelled', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.CheckConstraint("unit_price <> 'NaN'::numeric", name=op.f('ck_purchase_order_line_unit_price_is_number')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_purchase_order_line_quantity_positive')),
    sa.CheckConstraint('received >= 0 AND cancelled BETWEEN 0 AND quantity', name=op.f('ck_purchase_order_line_parts_in_range')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_purchase_order_line_price_not_negative')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_purchase_order_line_offer_id')),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], name=op.f('fk_purchase_order_line_purchase_order_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_purchase_order_line_sku_id')),
    sa.ForeignKeyConstraint(['suggestion_id'], ['suggestion.id'], name=op.f('fk_purchase_order_line_suggestion_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_order_line')),
    sa.UniqueConstraint('purchase_order_id', 'line_no', name=op.f('uq_purchase_order_line_purchase_order_id_line_no'))
    )
    op.create_index('ix_purchase_order_line_sku_id', 'purchase_order_line', ['sku_id'], unique=False)
    op.create_table('receipt',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('request_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('purchase_order_id', sa.BigInteger(), nullable=True),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('undone_by_id', sa.BigInteger(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_receipt_operation_id')),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_order.id'], name=op.f('fk_receipt_purchase_order_id')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['operation.id'], name=op.f('fk_receipt_undone_by_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_receipt_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt')),
    sa.UniqueConstraint('key', name=op.f('uq_receipt_key'))
    )
    op.create_index(op.f('ix_receipt_purchase_order_id'), 'receipt', ['purchase_order_id'], unique=False)
    op.create_table('sales_order_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(length=120), server_default='', nullable=False),
    sa.Column('listing_id', sa.BigInteger(), nullable=True),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('unit', sa.String(length=20), server_default='piece', nullable=False),
    sa.Column('unit_numerator', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('unit_denominator', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('short_at_acceptance', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('backordered', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('shipped', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('cancelled', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('returned', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('discount', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.Column('tax', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint("unit_price <> 'NaN'::numeric", name=op.f('ck_sales_order_line_unit_price_is_number')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_sales_order_line_quantity_positive')),
    sa.CheckConstraint('shipped + cancelled + backordered <= quantity', name=op.f('ck_sales_order_line_not_overspent')),
    sa.CheckConstraint('short_at_acceptance BETWEEN 0 AND quantity AND backordered >= 0 AND shipped >= 0 AND cancelled >= 0 AND returned BETWEEN 0 AND shipped', name=op.f('ck_sales_order_line_parts_not_negative')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_sales_order_line_price_not_negative')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_sales_order_line_listing_id')),
    sa.ForeignKeyConstraint(['order_id'], ['sales_order.id'], name=op.f('fk_sales_order_line_order_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_sales_order_line_sku_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_order_line')),
    sa.UniqueConstraint('order_id', 'line_no', name=op.f('uq_sales_order_line_order_id_line_no'))
    )
    op.create_index('ix_sales_order_line_sku_id', 'sales_order_line', ['sku_id'], unique=False)
    op.create_index('ix_sales_order_line_waiting', 'sales_order_line', ['sku_id'], unique=False, postgresql_where=sa.text('backordered > 0'))
    op.create_table('sales_order_person',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('name', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('email', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('address', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_sales_order_person_customer_id')),
    sa.ForeignKeyConstraint(['order_id'], ['sales_order.id'], name=op.f('fk_sales_order_person_order_id')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_sales_order_person'))
    )
    op.create_table('sales_return',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_sales_return_operation_id')),
    sa.ForeignKeyConstraint(['order_id'], ['sales_order.id'], name=op.f('fk_sales_return_order_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_sales_return_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales_return')),
    sa.UniqueConstraint('key', name=op.f('uq_sales_return_key'))
    )
    op.create_index(op.f('ix_sales_return_order_id'), 'sales_return', ['order_id'], unique=False)
    op.create_table('serial',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_serial_location_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_serial_lot_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_serial_sku_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_serial')),
    sa.UniqueConstraint('sku_id', 'code', name=op.f('uq_serial_sku_id_code'))
    )
    op.create_table('shipment',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('shipped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('carrier', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('tracking_code', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_shipment_operation_id')),
    sa.ForeignKeyConstraint(['order_id'], ['sales_order.id'], name=op.f('fk_shipment_order_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_shipment_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment')),
    sa.UniqueConstraint('key', name=op.f('uq_shipment_key'))
    )
    op.create_index(op.f('ix_shipment_order_id'), 'shipment', ['order_id'], unique=False)
    op.create_index('ix_shipment_shipped_at', 'shipment', ['shipped_at'], unique=False)
    op.create_table('stock_count_line',
    sa.Column('stock_count_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('expected', sa.BigInteger(), nullable=False),
    sa.Column('counted', sa.BigInteger(), nullable=False),
    sa.Column('unit_cost', sa.Numeric(precision=20, scale=6), nullable=True),
    sa.CheckConstraint('counted >= 0', name=op.f('ck_stock_count_line_counted_not_negative')),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_stock_count_line_location_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_stock_count_line_lot_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_stock_count_line_sku_id')),
    sa.ForeignKeyConstraint(['stock_count_id'], ['stock_count.id'], name=op.f('fk_stock_count_line_stock_count_id')),
    sa.PrimaryKeyConstraint('stock_count_id', 'line_no', name=op.f('pk_stock_count_line'))
    )
    op.create_table('suggestion_revision',
    sa.Column('suggestion_id', sa.BigInteger(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=True),
    sa.Column('offer_id', sa.BigInteger(), nullable=True),
    sa.Column('from_warehouse_id', sa.BigInteger(), nullable=True),
    sa.Column('ship_method', sa.String(length=20), server_default='sea', nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=6), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=True),
    sa.Column('amount_base', sa.Numeric(precision=24, scale=6), nullable=True, comment='base currency; NULL where no rate is known'),
    sa.Column('value_at_risk_base', sa.Numeric(precision=24, scale=6), nullable=True),
    sa.Column('order_by_on', sa.Date(), nullable=True, comment='latest order date; NULL where it is already past'),
    sa.Column('days_late', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('arrives_on', sa.Date(), nullable=True),
    sa.Column('runs_out_on', sa.Date(), nullable=True),
    sa.Column('days_of_cover', sa.Float(), nullable=True),
    sa.Column('assumed', sa.ARRAY(sa.String(length=40)), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('trace', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint('days_late >= 0', name=op.f('ck_suggestion_revision_days_late_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_suggestion_revision_quantity_positive')),
    sa.ForeignKeyConstraint(['from_warehouse_id'], ['location.id'], name=op.f('fk_suggestion_revision_from_warehouse_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_suggestion_revision_offer_id')),
    sa.ForeignKeyConstraint(['run_id'], ['forecast_run.id'], name=op.f('fk_suggestion_revision_run_id')),
    sa.ForeignKeyConstraint(['suggestion_id'], ['suggestion.id'], name=op.f('fk_suggestion_revision_suggestion_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_suggestion_revision_supplier_id')),
    sa.PrimaryKeyConstraint('suggestion_id', 'revision', name=op.f('pk_suggestion_revision'))
    )
    op.create_table('transfer_arrival',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('transfer_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_transfer_arrival_operation_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfer.id'], name=op.f('fk_transfer_arrival_transfer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer_arrival')),
    sa.UniqueConstraint('key', name=op.f('uq_transfer_arrival_key'))
    )
    op.create_index(op.f('ix_transfer_arrival_transfer_id'), 'transfer_arrival', ['transfer_id'], unique=False)
    op.create_table('transfer_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('transfer_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('suggestion_id', sa.BigInteger(), nullable=True),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('shipped', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('arrived', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('lost', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_transfer_line_quantity_positive')),
    sa.CheckConstraint('shipped BETWEEN 0 AND quantity AND arrived >= 0 AND lost >= 0 AND arrived + lost <= shipped', name=op.f('ck_transfer_line_parts_in_range')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_transfer_line_lot_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_transfer_line_sku_id')),
    sa.ForeignKeyConstraint(['suggestion_id'], ['suggestion.id'], name=op.f('fk_transfer_line_suggestion_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfer.id'], name=op.f('fk_transfer_line_transfer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer_line')),
    sa.UniqueConstraint('transfer_id', 'line_no', name=op.f('uq_transfer_line_transfer_id_line_no'))
    )
    op.create_index(op.f('ix_transfer_line_sku_id'), 'transfer_line', ['sku_id'], unique=False)
    op.create_table('charge',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('request_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('receipt_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('basis', sa.String(length=20), server_default='value', nullable=False),
    sa.Column('amount', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('rate', sa.Numeric(precision=20, scale=10), nullable=False),
    sa.Column('rate_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("amount <> 'NaN'::numeric", name=op.f('ck_charge_amount_is_number')),
    sa.CheckConstraint("basis IN ('value', 'quantity', 'weight', 'volume')", name=op.f('ck_charge_basis_known')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_charge_receipt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_charge')),
    sa.UniqueConstraint('key', name=op.f('uq_charge_key'))
    )
    op.create_index(op.f('ix_charge_receipt_id'), 'charge', ['receipt_id'], unique=False)
    op.create_table('movement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('from_location_id', sa.BigInteger(), nullable=False),
    sa.Column('to_location_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('serial_id', sa.BigInteger(), nullable=True),
    sa.Column('from_condition', sa.String(length=20), server_default='good', nullable=False),
    sa.Column('to_condition', sa.String(length=20), server_default='good', nullable=False),
    sa.Column('owner_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('value', sa.Numeric(precision=24, scale=6), nullable=False, comment='base currency, at ledger cost, whole line'),
    sa.Column('average_value', sa.Numeric(precision=24, scale=6), nullable=False, comment='the same by moving average'),
    sa.CheckConstraint("average_value <> 'NaN'::numeric", name=op.f('ck_movement_average_value_is_number')),
    sa.CheckConstraint("from_condition IN ('good', 'inspection', 'damaged', 'quarantine', 'researching')", name=op.f('ck_movement_from_condition_known')),
    sa.CheckConstraint("to_condition IN ('good', 'inspection', 'damaged', 'quarantine', 'researching')", name=op.f('ck_movement_to_condition_known')),
    sa.CheckConstraint("value <> 'NaN'::numeric", name=op.f('ck_movement_value_is_number')),
    sa.CheckConstraint('from_location_id <> to_location_id OR from_condition <> to_condition', name=op.f('ck_movement_goes_somewhere')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_movement_quantity_positive')),
    sa.CheckConstraint('value >= 0 AND average_value >= 0', name=op.f('ck_movement_value_not_negative')),
    sa.ForeignKeyConstraint(['from_location_id'], ['location.id'], name=op.f('fk_movement_from_location_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_movement_lot_id')),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_movement_operation_id')),
    sa.ForeignKeyConstraint(['serial_id'], ['serial.id'], name=op.f('fk_movement_serial_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_movement_sku_id')),
    sa.ForeignKeyConstraint(['to_location_id'], ['location.id'], name=op.f('fk_movement_to_location_id')),
    sa.PrimaryKeyConstraint('recorded_at', 'id', name=op.f('pk_movement')),
    postgresql_partition_by='RANGE (recorded_at)'
    )
    op.create_index('ix_movement_lot_id', 'movement', ['lot_id'], unique=False, postgresql_where=sa.text('lot_id <> 0'))
    op.create_index('ix_movement_operation_id', 'movement', ['operation_id'], unique=False)
    op.create_index('ix_movement_sku_id_occurred_at', 'movement', ['sku_id', 'occurred_at'], unique=False)
    op.create_table('receipt_line',
    sa.Column('receipt_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('purchase_order_line_id', sa.BigInteger(), nullable=True),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('damaged', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('value', sa.Numeric(precision=24, scale=6), nullable=False, comment='landed, base currency'),
    sa.CheckConstraint('quantity > 0 AND damaged BETWEEN 0 AND quantity', name=op.f('ck_receipt_line_parts_in_range')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_receipt_line_lot_id')),
    sa.ForeignKeyConstraint(['purchase_order_line_id'], ['purchase_order_line.id'], name=op.f('fk_receipt_line_purchase_order_line_id')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_receipt_line_receipt_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_receipt_line_sku_id')),
    sa.PrimaryKeyConstraint('receipt_id', 'line_no', name=op.f('pk_receipt_line'))
    )
    op.create_index(op.f('ix_receipt_line_purchase_order_line_id'), 'receipt_line', ['purchase_order_line_id'], unique=False)
    op.create_table('reservation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=True),
    sa.Column('transfer_line_id', sa.BigInteger(), nullable=True),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('priority', sa.Integer(), server_default=sa.text('100'), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('shipped', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('released', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("state IN ('pending', 'firm', 'picked', 'shipped', 'released', 'expired', 'short')", name=op.f('ck_reservation_state_known')),
    sa.CheckConstraint("state NOT IN ('shipped', 'released', 'expired') OR shipped + released = quantity", name=op.f('ck_reservation_ended_is_empty')),
    sa.CheckConstraint('quantity > 0 AND shipped >= 0 AND released >= 0', name=op.f('ck_reservation_parts_not_negative')),
    sa.CheckConstraint('shipped + released <= quantity', name=op.f('ck_reservation_not_overspent')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_reservation_lot_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['sales_order_line.id'], name=op.f('fk_reservation_order_line_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_reservation_sku_id')),
    sa.ForeignKeyConstraint(['transfer_line_id'], ['transfer_line.id'], name=op.f('fk_reservation_transfer_line_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_reservation_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservation'))
    )
    op.create_index('ix_reservation_open', 'reservation', ['sku_id', 'warehouse_id'], unique=False, postgresql_where=sa.text('shipped + released < quantity'))
    op.create_index(op.f('ix_reservation_order_line_id'), 'reservation', ['order_line_id'], unique=False)
    op.create_index(op.f('ix_reservation_transfer_line_id'), 'reservation', ['transfer_line_id'], unique=False)
    op.create_table('sales_return_line',
    sa.Column('return_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('condition', sa.String(length=20), nullable=False),
    sa.Column('refund', sa.Numeric(precision=24, scale=6), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_sales_return_line_quantity_positive')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_sales_return_line_lot_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['sales_order_line.id'], name=op.f('fk_sales_return_line_order_line_id')),
    sa.ForeignKeyConstraint(['return_id'], ['sales_return.id'], name=op.f('fk_sales_return_line_return_id')),
    sa.PrimaryKeyConstraint('return_id', 'line_no', name=op.f('pk_sales_return_line'))
    )
    op.create_index(op.f('ix_sales_return_line_order_line_id'), 'sales_return_line', ['order_line_id'], unique=False)
    op.create_table('shipment_line',
    sa.Column('shipment_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('cost_value', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_shipment_line_quantity_positive')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_shipment_line_lot_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['sales_order_line.id'], name=op.f('fk_shipment_line_order_line_id')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_shipment_line_shipment_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_shipment_line_sku_id')),
    sa.PrimaryKeyConstraint('shipment_id', 'line_no', name=op.f('pk_shipment_line'))
    )
    op.create_index(op.f('ix_shipment_line_order_line_id'), 'shipment_line', ['order_line_id'], unique=False)
    op.create_table('cost_adjustment',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('cost_layer_id', sa.BigInteger(), nullable=False),
    sa.Column('charge_id', sa.BigInteger(), nullable=True),
    sa.Column('value_to_stock', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('value_to_sold', sa.Numeric(precision=24, scale=6), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("value_to_sold <> 'NaN'::numeric", name=op.f('ck_cost_adjustment_value_to_sold_is_number')),
    sa.CheckConstraint("value_to_stock <> 'NaN'::numeric", name=op.f('ck_cost_adjustment_value_to_stock_is_number')),
    sa.ForeignKeyConstraint(['charge_id'], ['charge.id'], name=op.f('fk_cost_adjustment_charge_id')),
    sa.ForeignKeyConstraint(['cost_layer_id'], ['cost_layer.id'], name=op.f('fk_cost_adjustment_cost_layer_id')),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_cost_adjustment_operation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_adjustment'))
    )
    op.create_index(op.f('ix_cost_adjustment_cost_layer_id'), 'cost_adjustment', ['cost_layer_id'], unique=False)
    op.create_table('reservation_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('reservation_id', sa.BigInteger(), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('to_state', sa.String(length=20), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint("to_state IN ('pending', 'firm', 'picked', 'shipped', 'released', 'expired', 'short')", name=op.f('ck_reservation_event_to_state_known')),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_reservation_event_operation_id')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservation.id'], name=op.f('fk_reservation_event_reservation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservation_event'))
    )
    op.create_index(op.f('ix_reservation_event_operation_id'), 'reservation_event', ['operation_id'], unique=False)
    op.create_index(op.f('ix_reservation_event_reservation_id'), 'reservation_event', ['reservation_id'], unique=False)
    op.create_table('shortfall',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('operation_id', sa.BigInteger(), nullable=False),
    sa.Column('reservation_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('remedies', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('yiben_clock()'), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_shortfall_quantity_positive')),
    sa.ForeignKeyConstraint(['operation_id'], ['operation.id'], name=op.f('fk_shortfall_operation_id')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservation.id'], name=op.f('fk_shortfall_reservation_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['sku.id'], name=op.f('fk_shortfall_sku_id')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['location.id'], name=op.f('fk_shortfall_warehouse_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shortfall'))
    )
    # ### end Alembic commands ###
    for statement in (*_GUARDS, *_SEEDS):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
