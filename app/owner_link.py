"""How the first owner gets in. Decides where the one-time link is written; the core makes it.

The link stands on the terminal and in a file that only its owner can read. With
`YIBEN_OWNER_PASSWORD` there is no link: the person called `owner` has that password.
"""

import os
from pathlib import Path

from inventory_core.clock import utc_now
from inventory_core.db.companies import list_companies, open_company
from inventory_core.db.server import Server
from inventory_core.office.links import ensure_owner_link, ensure_owner_password
from inventory_core.settings import Settings

FILE_NAME = "owner-link.txt"


def owner_ways(server: Server, settings: Settings, slug: str, address: str) -> str | None:
    """Make sure that an owner can come in; the link where one is needed, else None."""
    file = settings.data_folder / FILE_NAME
    if settings.owner_password is not None:
        password = settings.owner_password.get_secret_value()
        for company in list_companies(server):
            _set_password(server, company, password)
        file.unlink(missing_ok=True)
        return None
    database = open_company(server, slug)
    try:
        token = database.write(lambda tx: ensure_owner_link(tx, utc_now()))
    finally:
        database.dispose()
    if token is None:
        file.unlink(missing_ok=True)
        return None
    link = f"{address}/link/{slug}/{token}"
    _write_private(file, link + "\n")
    return link


def _set_password(server: Server, slug: str, password: str) -> None:
    database = open_company(server, slug)
    try:
        database.write(lambda tx: ensure_owner_password(tx, password))
    finally:
        database.dispose()


def _write_private(file: Path, content: str) -> None:
    unfinished = file.with_name(file.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(content)
    unfinished.replace(file)
