"""Rules that a constraint cannot say, as functions and triggers. Decides what the database refuses.

Statements only, in the order in which migration 0001 runs them after tables and guards.
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
    BASE_CURRENCY_STANDS,
    "CREATE TRIGGER base_currency_stands BEFORE UPDATE OF base_currency ON company"
    " FOR EACH ROW WHEN (OLD.base_currency IS DISTINCT FROM NEW.base_currency)"
    " EXECUTE FUNCTION yiben_base_currency_stands()",
)
