"""What every database holds from its first moment, and which tables only grow.

Decides the rows that code refers to by a fixed id (person 0 the program, lot 0 no lot, the virtual
locations) and the list of append-only tables that roles and triggers guard.
"""

from inventory_core.vocabulary import LocationId, LocationKind

# The clock of every recorded_at: real time, except in a simulated company where the player sets
# `yiben.clock` for its own transaction (settled: the simulator may set the recorded clock only
# in a database marked simulated; the table lookup is done only when somebody set the variable).
CLOCK_FUNCTION = """
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

# Virtual locations have fixed ids, one of each; warehouses and bins are numbered from 100.
VIRTUAL_LOCATIONS: dict[LocationKind, LocationId] = {
    LocationKind.COMPANY: LocationId(1),
    LocationKind.SUPPLIER: LocationId(2),
    LocationKind.CUSTOMER: LocationId(3),
    LocationKind.IN_TRANSIT: LocationId(4),
    LocationKind.SCRAP: LocationId(5),
    LocationKind.COUNT_DIFFERENCE: LocationId(6),
}

SEED_STATEMENTS: tuple[str, ...] = (
    "INSERT INTO person (id, name, name_key, active) VALUES (0, 'Yiben', 'yiben', true)",
    "INSERT INTO lot (id, code) VALUES (0, 'none')",
    "INSERT INTO cost_pool (id, code) VALUES (1, 'in transit')",
    "INSERT INTO location (id, code, code_key, name, kind, cost_pool_id) VALUES"
    " (1, 'company', 'company', 'company', 'company', NULL),"
    " (2, 'supplier', 'supplier', 'supplier', 'supplier', NULL),"
    " (3, 'customer', 'customer', 'customer', 'customer', NULL),"
    " (4, 'in_transit', 'in_transit', 'in_transit', 'in_transit', 1),"
    " (5, 'scrap', 'scrap', 'scrap', 'scrap', NULL),"
    " (6, 'count_difference', 'count_difference', 'count_difference', 'count_difference', NULL)",
    "ALTER TABLE location ALTER COLUMN id RESTART WITH 100",
    "ALTER TABLE cost_pool ALTER COLUMN id RESTART WITH 10",
)

APPEND_ONLY_TABLES: tuple[str, ...] = (
    "operation",
    "movement",
    "reservation_event",
    "availability_edge",
    "cost_use",
    "cost_adjustment",
    "audit_entry",
    "approval_act",
    "suggestion_revision",
    "sales_return_line",
    "shipment_line",
    "receipt_line",
    "milestone",
    "sku_class_move",
    "class_choice",
    "class_policy",
    "demand_word",
)
