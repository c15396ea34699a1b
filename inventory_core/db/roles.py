"""The three database roles and their rights. Decides what the program's own login cannot do.

owner   owns and migrates; the program does not work as this role
writer  the program: appends to the book, changes only the columns that are meant to change
reader  looks, without secrets

Rights and triggers say the same thing twice about append-only tables (`guards.py`), so that one
forgotten grant does not open the book.
"""

from psycopg import Connection, errors, sql

from inventory_core.db.guards import movement_partitions
from inventory_core.db.schema.seeds import APPEND_ONLY_TABLES
from inventory_core.db.server import DatabaseRole, Server

# Tables whose rows stay and of which only these columns change.
CHANGING_COLUMNS: dict[str, tuple[str, ...]] = {
    "stock_level": ("on_hand", "reserved", "held", "version"),
    "reservation": ("state", "priority", "shipped", "released", "expires_at", "lot_id"),
    "cost_layer": ("quantity_left", "value_left"),
    "approval": ("state", "decided_at"),
    "plan_snapshot": ("content", "left_alone"),
}
SECRET_TABLES = ("session", "one_time_link", "sign_in_attempt", "person_identity")
_PERSON_WITHOUT_SECRETS = ("id", "name", "name_key", "email", "language", "active", "version")


def ensure_roles(connection: Connection, server: Server) -> None:
    """Create the roles that are missing on the server; needs the right to create roles."""
    for role in DatabaseRole:
        name = sql.Identifier(role.value)
        login: sql.Composable = sql.SQL("NOLOGIN")
        if server.embedded is not None:
            password = server.embedded.cluster.password_of(role.value)
            login = sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(password))
        known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role.value])
        if known.rowcount == 0:
            try:
                connection.execute(sql.SQL("CREATE ROLE {} {}").format(name, login))
            except (errors.DuplicateObject, errors.UniqueViolation):
                continue  # somebody else was first, with the same derived password
        if server.embedded is None:
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))


def grant_rights(connection: Connection) -> None:
    """Give writer and reader exactly their rights in one company's database; repeatable."""
    writer = sql.Identifier(DatabaseRole.WRITER.value)
    reader = sql.Identifier(DatabaseRole.READER.value)
    both = sql.SQL(", ").join((writer, reader))

    def run(statement: str, **names: sql.Composable) -> None:
        connection.execute(
            sql.SQL(statement).format(writer=writer, reader=reader, both=both, **names)
        )

    run("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    run("GRANT USAGE ON SCHEMA public TO {both}")
    run("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {both}")
    run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {both}")
    run("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {writer}")
    run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {writer}")
    for table in APPEND_ONLY_TABLES:
        run("REVOKE UPDATE, DELETE ON {table} FROM {writer}", table=sql.Identifier(table))
    for table, columns in CHANGING_COLUMNS.items():
        name = sql.Identifier(table)
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        run("REVOKE UPDATE, DELETE ON {table} FROM {writer}", table=name)
        run("GRANT UPDATE ({columns}) ON {table} TO {writer}", table=name, columns=listed)
    # Parts of the ledger are reached through the ledger only.
    for part in movement_partitions(connection):
        run("REVOKE ALL ON {part} FROM {both}", part=sql.Identifier(part))
    run("REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {writer}")
    for table in SECRET_TABLES:
        run("REVOKE ALL ON {table} FROM {reader}", table=sql.Identifier(table))
    open_columns = sql.SQL(", ").join(map(sql.Identifier, _PERSON_WITHOUT_SECRETS))
    run("REVOKE ALL ON person FROM {reader}")
    run("GRANT SELECT ({columns}) ON person TO {reader}", columns=open_columns)
