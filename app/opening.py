"""How a command of the terminal comes to an open company. Decides who stops the server and when.

Every process of ours holds one shared lock while it works. The last one to leave stops the
embedded server; one that was killed holds nothing, and the next start finds the server running.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.i18n import LANGUAGES
from inventory_core.db.companies import (
    OWN_COMPANY,
    create_company_database,
    current_company,
    database_name,
    list_companies,
    open_company,
    prepare_server,
)
from inventory_core.db.embedded import find_cluster, is_running, stop_embedded
from inventory_core.db.engine import Database
from inventory_core.db.file_locks import alone, shared
from inventory_core.db.migrate import migrate_database
from inventory_core.db.server import Server, open_server
from inventory_core.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Opened:
    """An open, migrated company and the server it lives on."""

    settings: Settings
    server: Server
    slug: str
    database: Database


@contextmanager
def opened_company(company: str = "", settings: Settings | None = None) -> Iterator[Opened]:
    """The company a command works on: the named one, or the last one opened; migrated first."""
    chosen = settings or load_settings()
    server = ready_server(chosen)
    slug = current_company(chosen.data_folder, company or chosen.company)
    database = open_company(server, slug)
    try:
        yield Opened(chosen, server, slug, database)
    finally:
        database.dispose()


def ready_server(settings: Settings) -> Server:
    """The running server with its roles, one's own company, and every company migrated."""
    server = open_server(settings)
    prepare_server(server)
    slugs = list_companies(server)
    for slug in slugs:
        migrate_database(server, database_name(slug))
    if OWN_COMPANY not in slugs:
        create_company_database(server, OWN_COMPANY)
    return server


@contextmanager
def using_server(settings: Settings) -> Iterator[int | None]:
    """Say that this process may use the embedded server while the block lasts."""
    try:
        settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:  # said in full words by whoever needs the folder
        yield None
        return
    with shared(settings.data_folder / "users.lock") as descriptor:
        yield descriptor


def leave_server(settings: Settings, descriptor: int | None) -> None:
    """Stop the embedded server where nobody else uses it any more."""
    if descriptor is None or settings.database_url is not None or not alone(descriptor):
        return
    if not (settings.data_folder / "pw").exists():
        return
    cluster = find_cluster(settings.data_folder, user=settings.server_user)
    if is_running(cluster):
        stop_embedded(cluster)


def terminal_language() -> str:
    """The language of the terminal: `YIBEN_LANGUAGE`, else the machine's locale, else English."""
    given = os.environ.get("YIBEN_LANGUAGE", "")
    for value in (given, *(os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))):
        if value and value not in {"C", "POSIX", "C.UTF-8"}:
            short = value[:2].lower()
            return short if short in LANGUAGES else "en"
    return "en"
