"""Alembic's entry: hands each migration the connection `migrate.py` opened; decides nothing."""

from alembic import context

from inventory_core.db.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transaction_per_migration=True,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
