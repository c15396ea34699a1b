"""Where the databases of all companies live. Decides embedded or outside, and who logs in as whom.

The embedded server has one login per role. An outside server is used through the one login it was
named with, which then takes the role on; a role switch costs no second password there.
"""

from dataclasses import dataclass
from enum import StrEnum

from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL, make_url

from inventory_core.db.embedded import EmbeddedServer, start_embedded
from inventory_core.settings import Settings

OLDEST_MAJOR = 15


class DatabaseRole(StrEnum):
    """What a connection may do: own and migrate, write the book, or only look."""

    OWNER = "yiben_owner"
    WRITER = "yiben_writer"
    READER = "yiben_reader"


@dataclass(frozen=True, slots=True)
class Server:
    """One running PostgreSQL server; exactly one of the two fields is set."""

    embedded: EmbeddedServer | None
    outside: URL | None

    @property
    def home_database(self) -> str:
        """The database that acts on other databases are sent from."""
        if self.outside is not None:
            return self.outside.database or "postgres"
        return "postgres"

    def url(self, database: str, role: DatabaseRole | None = None) -> URL:
        """The address of one database; without a role, as whoever runs the server."""
        if self.embedded is not None:
            cluster_role = () if role is None else (role.value,)
            return self.embedded.url(database, *cluster_role)
        assert self.outside is not None
        address = self.outside.set(database=database, drivername="postgresql+psycopg")
        if role is None:
            return address
        return address.update_query_dict({"options": f"-c role={role.value}"})


def open_server(settings: Settings) -> Server:
    """The server the settings name: the outside one, or ours, started where it does not run."""
    if settings.database_url is not None:
        return Server(None, make_url(settings.database_url.get_secret_value()))
    return Server(start_embedded(settings.data_folder, user=settings.server_user), None)


def conninfo(url: URL) -> str:
    """The address as libpq reads it: for psycopg directly and for PostgreSQL's own programs."""
    parts = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
    }
    given = {name: value for name, value in parts.items() if value is not None}
    query = {
        name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()
    }
    return make_conninfo("", **given, **query)
