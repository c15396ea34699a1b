"""Which companies this installation serves, and the open door to each. Opens each once a process.

Decides nothing about rights: whoever comes through a door is judged by that company's database.
"""

import threading
import time
from functools import cache

from inventory_core.db.companies import (
    SAMPLE_COMPANY,
    current_company,
    list_companies,
    open_company,
)
from inventory_core.db.engine import Database
from inventory_core.db.server import Server, open_server
from inventory_core.errors import NotFound
from inventory_core.settings import Settings, load_settings

LIST_SECONDS = 10.0


class Companies:
    """The companies of one server; safe for many threads."""

    def __init__(self, server: Server, settings: Settings) -> None:
        self.server = server
        self.settings = settings
        self._doors: dict[str, Database] = {}
        self._slugs: tuple[str, ...] = ()
        self._listed_at = float("-inf")
        self._lock = threading.Lock()

    def slugs(self) -> tuple[str, ...]:
        """All companies, one's own before the sample; the list may be some seconds old."""
        if time.monotonic() - self._listed_at > LIST_SECONDS:
            served = [one for one in self.settings.served_companies.split(",") if one]
            found = [one for one in list_companies(self.server) if not served or one in served]
            self._slugs = tuple(sorted(found, key=lambda slug: (slug == SAMPLE_COMPANY, slug)))
            self._listed_at = time.monotonic()
        return self._slugs

    def door(self, slug: str) -> Database:
        """The database of one company."""
        with self._lock:
            opened = self._doors.get(slug)
            if opened is None:
                if slug not in self.slugs():
                    raise NotFound("company_unknown", company=slug)
                opened = open_company(self.server, slug)
                self._doors[slug] = opened
            return opened

    def close(self) -> None:
        """Close every door; the next use opens it again."""
        with self._lock:
            for opened in self._doors.values():
                opened.dispose()
            self._doors.clear()

    def usual(self) -> str:
        """The company that a visitor without a choice means."""
        chosen = current_company(self.settings.data_folder, self.settings.company)
        slugs = self.slugs()
        if chosen in slugs:
            return chosen
        if not slugs:
            raise NotFound("company_unknown", company=chosen)
        return slugs[0]


@cache
def companies() -> Companies:
    """The companies of this process; the server is started here where nobody started it."""
    settings = load_settings()
    return Companies(open_server(settings), settings)
