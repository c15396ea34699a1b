"""What the database says of itself. Decides nothing; for people who look after it."""

from dataclasses import dataclass

from sqlalchemy import text

from inventory_core.db.engine import Reading

_FACTS = text(
    "SELECT current_setting('server_version') AS server, current_database() AS name,"
    " pg_database_size(current_database()) AS size_bytes,"
    " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,"
    " (SELECT version_num FROM alembic_version) AS revision"
)


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """One company's database and the server under it."""

    server: str
    name: str
    size_bytes: int
    connections: int
    revision: str


def read_database_facts(conn: Reading) -> DatabaseFacts:
    """The facts of this moment."""
    return DatabaseFacts(**conn.rows(_FACTS)[0]._mapping)
