"""What the database refuses and keeps by itself, beyond tables. Decides triggers and partitions.

Statements only: migration 0001 runs them. Append-only tables refuse UPDATE, DELETE and TRUNCATE
for every role; the ledger is cut into months of `recorded_at`, made ahead by a function that the
program may call, with a default part so that no row is ever without a place.
"""

from collections.abc import Sequence

from psycopg import Connection

from inventory_core.db.schema.functions import FUNCTIONS
from inventory_core.db.schema.seeds import APPEND_ONLY_TABLES

REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION yiben_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % only grows: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$
"""

# Months whose rows already lie in the default part stay there: moving them would rewrite the book.
MONTHS_FUNCTION = """
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
"""


def guard_statements() -> Sequence[str]:
    """Everything migration 0001 runs after its tables stand, in order: guards, then functions."""
    statements = [
        REFUSE_FUNCTION,
        "CREATE TABLE movement_default PARTITION OF movement DEFAULT",
        MONTHS_FUNCTION,
    ]
    for table in (*APPEND_ONLY_TABLES, "movement_default"):
        if table != "movement_default":  # row triggers of a partitioned table reach its parts
            statements.append(
                f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION yiben_refuse_change()"
            )
        statements.append(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION yiben_refuse_change()"
        )
    statements.append(
        "SELECT yiben_make_movement_months(current_date, (current_date + interval '1 year')::date)"
    )
    return [*statements, *FUNCTIONS]


def movement_partitions(connection: Connection) -> list[str]:
    """Names of the parts of the ledger."""
    rows = connection.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'public.movement'::regclass ORDER BY 1"
    )
    return [row[0] for row in rows]
