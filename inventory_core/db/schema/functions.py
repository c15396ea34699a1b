"""The few acts that run inside the database, because they must loop under a lock.

Decides how a batch of orders takes stock: one call, levels locked in (SKU, warehouse) order, lines
served in the order given, each whole or not at all, so that an order too big for the stock does
not block the next. Everything around it (rights, candidates, answers) is in `trade/orders.py`.
"""

# Arguments: o_ orders; l_ lines, `l_order` pointing at its order; p_ pairs (SKU, warehouse) to be
# locked, sorted; c_pair[l_first..l_last] the pairs a line may be served from, best first.
# All positions count from 1. Orders whose key or external id is known are left out of the answer.
ACCEPT_ORDERS = """
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
"""

# Every value in the book is written in the base currency: another one would rewrite all of them.
BASE_CURRENCY_STANDS = """
CREATE OR REPLACE FUNCTION yiben_base_currency_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM operation) THEN
        RAISE EXCEPTION 'the base currency stands since the first posting'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""

FUNCTIONS: tuple[str, ...] = (
    ACCEPT_ORDERS,
    BASE_CURRENCY_STANDS,
    "CREATE TRIGGER base_currency_stands BEFORE UPDATE OF base_currency ON company"
    " FOR EACH ROW WHEN (OLD.base_currency IS DISTINCT FROM NEW.base_currency)"
    " EXECUTE FUNCTION yiben_base_currency_stands()",
)
