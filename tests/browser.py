"""The whole web application over a test's database, and a real browser. Tests no behaviour.

    running_app     module: one served company, empty but founded, with an owner
    start_app       session: serve a copy of any template database (`start_app(template_name)`)
    browser         session: one Chromium per language
    open_page       function: `open_page(app, Role.BUYER, language="zh", width=390)` signed in
    desk            function: one company served by this process, for AppTest and plain HTTP

A folder of tests that wants them says so in its conftest: `from tests.browser import *`.
"""

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.engine import URL

from app.companies import companies
from app.cookies import COOKIE_NAME, Ticket
from inventory_core.clock import utc_now
from inventory_core.db.companies import database_name
from inventory_core.db.engine import Database, Writing
from inventory_core.db.schema.office import person
from inventory_core.db.server import DatabaseRole, Server
from inventory_core.office.actors import SYSTEM
from inventory_core.office.company import Company, read_company, save_company
from inventory_core.office.sessions import open_session
from inventory_core.vocabulary import PersonId, Role
from tests.people import first_owner, joined

__all__ = [
    "Served", "browser", "desk", "open_page", "running_app", "start_app",
]  # fmt: skip

ROOT = Path(__file__).parent.parent
PATIENCE_MS = 60_000  # a busy machine draws slowly; a page that is drawn is never waited for
A_PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SWITCHES = ("--no-sandbox", "--disable-background-networking")
_READY = "Uvicorn running on "


@dataclass(slots=True)
class Served:
    """One company that the application serves."""

    address: str
    slug: str
    database: Database
    _people: dict[frozenset[Role], PersonId] = field(default_factory=dict)

    def person(self, *roles: Role) -> PersonId:
        """Somebody with exactly these roles, named after them; their password is the owner's."""
        wanted = frozenset(roles)
        if wanted not in self._people:
            name = "-".join(sorted(wanted))
            self._people[wanted] = self.database.write(lambda tx: _made(tx, name, wanted))
        return self._people[wanted]

    def ticket(self, *roles: Role) -> Ticket:
        """A fresh session of that person, as the cookie carries it."""
        person_id = self.person(*roles)
        signed = self.database.write(
            lambda tx: open_session(tx, person_id, address="127.0.0.1", now=utc_now())
        )
        return Ticket(self.slug, signed.token)


def _made(tx: Writing, name: str, roles: frozenset[Role]) -> PersonId:
    kept = tx.scalar(select(person.c.id).where(person.c.name == name))
    return PersonId(kept) if kept else joined(tx, name, roles).person_id


@contextmanager
def copied_company(admin: psycopg.Connection, source: str) -> Iterator[str]:
    """The slug of a company that is a copy of a template database; dropped afterwards."""
    slug = f"t{uuid.uuid4().hex[:12]}"
    name = sql.Identifier(database_name(slug))
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
            name, sql.Identifier(DatabaseRole.OWNER.value), sql.Identifier(source)
        )
    )
    try:
        yield slug
    finally:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def founded(server: Server, slug: str, *, name: str = "Northwind Home") -> Iterator[Database]:
    """The open company with an owner who can sign in, and with its settings made."""
    database = Database(server.url(database_name(slug), DatabaseRole.WRITER), pool_size=4)
    with database.writing() as tx:
        first_owner(tx)
        if not read_company(tx).version:
            save_company(tx, SYSTEM, Company(name=name), now=utc_now())
    yield database
    database.dispose()


def environment(server: Server, folder: Path, *slugs: str) -> dict[str, str]:
    """What an application process is told so that it serves these companies and no others."""
    home = server.url(server.home_database)
    # A folder of sockets survives the way through text only as a parameter.
    address = URL.create(
        home.drivername,
        username=home.username,
        password=home.password,
        database=home.database,
        query={"host": str(home.host)},
    )
    return {
        "YIBEN_DATABASE_URL": address.render_as_string(hide_password=False),
        "YIBEN_COMPANY": slugs[0],
        "YIBEN_SERVED_COMPANIES": ",".join(slugs),
        "YIBEN_DATA_FOLDER": str(folder),
    }


@contextmanager
def serving(variables: dict[str, str]) -> Iterator[str]:
    """The application in a process of its own on a free port; yields its address."""
    command = [sys.executable, "-m", "uvicorn", "app.server:app", "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if _READY in line:
                break
        else:
            raise AssertionError("the application did not start:\n" + "".join(said))
        # Somebody must go on reading, or a full pipe would stop the application.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield said[-1].split(_READY)[1].split()[0]
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def start_app(
    server: Server, admin: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Served]]:
    """Serve a copy of a template database; everything ends with the session."""
    with ExitStack() as stack:

        def start(source: str) -> Served:
            slug = stack.enter_context(copied_company(admin, source))
            database = stack.enter_context(founded(server, slug))
            folder = tmp_path_factory.mktemp("data")
            address = stack.enter_context(serving(environment(server, folder, slug)))
            return Served(address, slug, database)

        yield start


@pytest.fixture(scope="module")
def running_app(start_app: Callable[[str], Served], template: str) -> Served:
    """One founded, otherwise empty company in a running application."""
    return start_app(template)


@pytest.fixture(scope="session")
def browser() -> Iterator[Callable[[str], Browser]]:
    """One Chromium per language for the session; every page gets a context of its own.

    The language is the browser's own: of a context's locale its web sockets know nothing.
    """
    with sync_playwright() as playwright:
        opened: dict[str, Browser] = {}

        def speaking(locale: str) -> Browser:
            if locale not in opened:
                opened[locale] = playwright.chromium.launch(
                    executable_path=CHROMIUM, args=[*SWITCHES, f"--accept-lang={locale}"]
                )
            return opened[locale]

        yield speaking
        for one in opened.values():
            one.close()


@pytest.fixture
def open_page(browser: Callable[[str], Browser]) -> Iterator[Callable[..., Page]]:
    """Open pages: signed in as somebody with the given roles, or as nobody without roles."""
    contexts: list[BrowserContext] = []

    def open_one(
        app: Served,
        *roles: Role,
        language: str = "en",
        width: int = 1440,
        height: int = 900,
        phone: bool = False,
    ) -> Page:
        locale = {"zh": "zh-CN", "en": "en-GB"}[language]
        context = browser(locale).new_context(
            base_url=app.address,
            viewport={"width": width, "height": height},
            locale=locale,
            user_agent=A_PHONE if phone else None,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if roles:
            value = str(app.ticket(*roles))
            context.add_cookies([{"name": COOKIE_NAME, "value": value, "url": app.address}])
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


def settled(page: Page) -> None:
    """Wait until the screen has drawn everything of this run."""
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]'
        '[data-test-connection-state="CONNECTED"]'
    )


@contextmanager
def served_here(
    server: Server,
    admin: psycopg.Connection,
    template: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Served]:
    """A founded copy of a company, served by this very process (for AppTest and plain pages)."""
    with copied_company(admin, template) as slug, founded(server, slug) as database:
        for name, value in environment(server, folder, slug).items():
            monkeypatch.setenv(name, value)
        companies.cache_clear()
        yield Served("http://testserver", slug, database)
        companies().close()
        companies.cache_clear()


@pytest.fixture
def desk(
    server: Server,
    admin: psycopg.Connection,
    template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Served]:
    """One founded company."""
    with served_here(server, admin, template, tmp_path, monkeypatch) as served:
        yield served
