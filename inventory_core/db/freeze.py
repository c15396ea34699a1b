"""Write migration 0001 out in full from the schema. Decides nothing at run time.

`python -m inventory_core.db.freeze` renders every table, guard and seed row of the schema as it is
now into `migrations/versions/0001_initial.py`, which then depends on no code of ours any more. It
is used until the first release; afterwards a change of the schema is a migration of its own, and
the drift test compares the two.
"""

import sys
from pathlib import Path

from alembic.autogenerate import render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

from inventory_core.db.guards import guard_statements
from inventory_core.db.schema import METADATA
from inventory_core.db.schema.seeds import CLOCK_FUNCTION, SEED_STATEMENTS

_TARGET = Path(__file__).parent / "migrations" / "versions" / "0001_initial.py"
_HEAD = '''\
"""Initial schema: all tables, the guards of the book and the rows that code refers to by id.

Written by `python -m inventory_core.db.freeze`; depends on no code of the program.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

'''
_TAIL = """

def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade: yiben restore FILE")
"""


def frozen_migration() -> str:
    """The text of migration 0001 for the schema as it is now."""
    body = _rendered_tables()
    lines = ["_CLOCK = " + _quoted(CLOCK_FUNCTION), "", "_GUARDS = ("]
    lines += [f"    {_quoted(statement)}," for statement in guard_statements()]
    lines += [")", "", "_SEEDS = ("]
    lines += [f"    {_quoted(statement)}," for statement in SEED_STATEMENTS]
    lines += [")", "", "", "def upgrade() -> None:", "    op.execute(_CLOCK)"]
    lines += [body.rstrip(), "    for statement in (*_GUARDS, *_SEEDS):"]
    lines += ["        op.execute(statement)"]
    return _HEAD + "\n".join(lines) + "\n" + _TAIL


def _rendered_tables() -> str:
    """`op.create_table` and `op.create_index` for everything in the schema, parents first."""
    operations: list[ops.MigrateOperation] = []
    for table in METADATA.sorted_tables:
        operations.append(ops.CreateTableOp.from_table(table))
        ordered = sorted(table.indexes, key=lambda index: str(index.name))
        operations += [ops.CreateIndexOp.from_index(index) for index in ordered]
    context = MigrationContext.configure(dialect_name="postgresql")
    code = render_python_code(ops.UpgradeOps(operations), migration_context=context)
    # The renderer indents its continued lines but not its first.
    return "    " + code.lstrip()


def _quoted(statement: str) -> str:
    return '"""' + statement.replace("\\", "\\\\") + '"""' if "\n" in statement else repr(statement)


if __name__ == "__main__":
    _TARGET.write_text(frozen_migration())
    sys.stdout.write(f"{_TARGET.name} written\n")
