"""Who sits at this screen, and their only way to the data. Opens every transaction of a screen.

    enter() -> Visit                      main.py, first thing of every run
    current() -> Visit                    who reads: .actor .company .language .slug .token
    may(Permission.X) -> bool             whether to draw a button at all
    read(fn) -> result                    fn(conn) in one unchanging snapshot
    read_frame(select, params) -> frame   one SELECT as a pandas frame
    cached(name, fn, *args, ttl=60)       fn(conn, *args), kept until the data changes
    act(command) -> record | None         command(tx, actor, now) in one transaction; None where it
                                          was refused: the reason is already on the screen
    act_unless(codes, command)            the same; a refusal of these codes is given back
    part(title)                           `with part():` a failing part leaves the rest standing

The cookie is a snapshot of the handshake, so the session's row is asked again at every run, before
every cached answer older than a second, and inside the transaction of every act. Tests that cannot
set cookies put `session_state["ticket"]`; it is judged by the database like the cookie.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from sqlalchemy import Executable, text
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.companies import companies
from app.cookies import COOKIE_NAME, Ticket, read_ticket
from app.i18n import best_language, md, says, set_sources
from app.kept import Kept
from app.problems import note_problem
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database, Reading, Writing
from inventory_core.errors import Forbidden, NotFound, YibenError
from inventory_core.office.actors import Actor, Permission
from inventory_core.office.company import Company, read_company
from inventory_core.office.sessions import SEEN_EVERY, Session, find_session, touch_session

Result = TypeVar("Result")

PROVEN_SECONDS = 1.0
_KEPT = Kept(most=500)


@dataclass(frozen=True, slots=True)
class Visit:
    """One living session at one screen."""

    slug: str
    token: str
    actor: Actor
    company: Company
    language: str
    proven_at: float


def enter() -> Visit:
    """Prove the session anew; whoever has none is sent to the sign-in page and the run ends."""
    try:
        visit = _prove()
    except Exception as error:
        number = note_problem(error, where="enter")
        st.error(md("error.web_without_database", language=_browser_language(), number=number))
        st.stop()
    if visit is None:
        st.session_state.clear()
        go_to("/signin")
        st.info(md("shell.signed_out", language=_browser_language()))
        st.stop()
    before = st.session_state.get("visit")
    if before is not None and before.token != visit.token:
        st.session_state.clear()
    st.session_state["visit"] = visit
    return visit


def current() -> Visit:
    """Who reads; proven again where the last proof is older than a second (fragments, threads)."""
    visit = st.session_state.get("visit")
    if visit is None or time.monotonic() - visit.proven_at > PROVEN_SECONDS:
        return enter()
    return visit  # type: ignore[no-any-return]


def may(permission: Permission) -> bool:
    """Whether this person holds the permission; the command asks again."""
    return current().actor.may(permission)


def door() -> Database:
    """The database of the company that is open at this screen."""
    return companies().door(current().slug)


def read(ask: Callable[[Reading], Result]) -> Result:
    """The answer of `ask(conn)` inside one unchanging, read-only snapshot."""
    with door().reading() as conn:
        return ask(conn)


def read_frame(statement: Executable, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """One SELECT as a frame; exact decimals become floats, for eyes only."""
    with door().reading() as conn:
        return frame(conn, statement, params)


def frame(
    conn: Reading, statement: Executable, params: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The same inside a snapshot that is already open, for several SELECTs of one moment."""
    return pd.read_sql_query(statement, conn.connection, params=params)  # type: ignore[call-overload, no-any-return]


def cached(
    name: str, ask: Callable[..., Result], *args: Any, ttl: float = 60.0, **named: Any
) -> Result:
    """`ask(conn, *args, **named)`, kept while the database says that nothing was written.

    The version in the key is the snapshot's own name, so a kept answer is the answer of exactly
    this data, and the reader's language, so that words in it are never another reader's. Frames
    are shared: never change one in place. `args` must be hashable.
    """
    visit = current()
    with door().reading() as conn:
        version = conn.scalar(text("SELECT pg_current_snapshot()::text"))
        key = (visit.slug, visit.language, name, args, tuple(sorted(named.items())), version)
        return _KEPT.get(key, lambda: ask(conn, *args, **named), ttl)


def act(command: Callable[[Writing, Actor, datetime], Result]) -> Result | None:
    """Run a command in its own transaction as this person; None where it was refused.

    The refusal is written on the screen as a sentence. Rights are read inside the transaction,
    so whoever lost them a second ago has lost them here.
    """
    with part():
        return _written(command)
    return None


def act_unless(
    codes: Collection[str], command: Callable[[Writing, Actor, datetime], Result]
) -> Result | YibenError | None:
    """The same, but a refusal of these codes is given back, for a screen that can answer it."""
    with part():
        try:
            return _written(command)
        except YibenError as error:
            if error.code not in codes:
                raise
            return error
    return None


def _written(command: Callable[[Writing, Actor, datetime], Result]) -> Result:
    visit = current()

    def run(tx: Writing) -> Result:
        found = find_session(tx, visit.token, now=utc_now())
        if found is None:
            raise Forbidden("session_ended")
        return command(tx, found.actor, utc_now())

    return door().write(run)


@contextmanager
def part(title: str = "") -> Iterator[None]:
    """A part of a screen that may fail alone."""
    try:
        yield
    except YibenError as error:
        st.error(says(error), icon=":material/block:")
    except Exception as error:
        _show_problem(error, title)


def go_to(address: str) -> None:
    """Send the browser, in the same tab, to a page of our own outside the screens."""
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.auth_redirect.url = address
        context.enqueue(message)


def _prove() -> Visit | None:
    ticket = _ticket()
    if ticket is None:
        return None
    try:
        database = companies().door(ticket.company)
    except NotFound:
        return None
    with database.reading() as conn:
        found = find_session(conn, ticket.token, now=utc_now())
        company = read_company(conn)
    if found is None:
        return None
    if utc_now() - found.seen_at > SEEN_EVERY:
        database.write(lambda tx: touch_session(tx, ticket.token, now=utc_now()))
    language = _chosen_language(found, company)
    return Visit(ticket.company, ticket.token, found.actor, company, language, time.monotonic())


def _ticket() -> Ticket | None:
    given = st.session_state.get("ticket")
    return read_ticket(given if isinstance(given, str) else st.context.cookies.get(COOKIE_NAME))


def _chosen_language(found: Session, company: Company) -> str:
    if found.language:
        return found.language
    settings = companies().settings
    if settings.language:
        return settings.language
    wanted = st.context.headers.get("Accept-Language", "")
    return best_language(wanted) if wanted else company.language.value


def _browser_language() -> str:
    return best_language(st.context.headers.get("Accept-Language", ""))


def _show_problem(error: Exception, title: str = "") -> None:
    number = note_problem(error, where=title or "screen")
    st.error(md("error.unexpected", number=number), icon=":material/error:")


def _language_now() -> str:
    visit = st.session_state.get("visit")
    return visit.language if visit is not None else _browser_language()


def _zone_now() -> str:
    visit = st.session_state.get("visit")
    return visit.company.time_zone if visit is not None else "UTC"


set_sources(language=_language_now, time_zone=_zone_now)
