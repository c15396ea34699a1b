"""Initial schema: all tables, the guards of the book and the rows that code refers to by id."""

from alembic import op

from inventory_core.db.guards import guard_statements
from inventory_core.db.schema import METADATA
from inventory_core.db.schema.seeds import CLOCK_FUNCTION, SEED_STATEMENTS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(CLOCK_FUNCTION)
    METADATA.create_all(op.get_bind(), checkfirst=False)
    for statement in (*guard_statements(), *SEED_STATEMENTS):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
