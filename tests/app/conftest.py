"""Tests of the app have the running application, the browser and a plain visitor at hand."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from streamlit.components.v2 import manifest_scanner

from app.api.doors import gate, routes
from app.companies import companies
from app.cookies import COOKIE_NAME
from inventory_core.db.server import Server
from inventory_core.vocabulary import Role
from tests.app.screens.shop import planned_seller
from tests.browser import *  # noqa: F403
from tests.browser import Served, served_here
from tests.planning.seller import Seller

ORIGIN = "http://testserver"


@pytest.fixture(scope="session", autouse=True)
def _packages_are_looked_through_once() -> Iterator[None]:
    """A server looks for components in all installed packages once, at its start. Every `AppTest`
    would do so anew, for nine tenths of the time that a test of a screen takes.
    """
    with pytest.MonkeyPatch.context() as patch:
        once = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(scope="module")
def planned(
    server: Server, admin: psycopg.Connection, template: str, few_trees: None
) -> Iterator[tuple[str, Seller]]:
    """A database with a plan, for the tests to copy, and whose it is; a module may have its own."""
    with planned_seller(server, admin, template) as made:
        yield made


@pytest.fixture
def shop(
    server: Server,
    admin: psycopg.Connection,
    planned: tuple[str, Seller],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Served]:
    """A copy of what was planned, served by this very process."""
    with served_here(server, admin, planned[0], tmp_path, monkeypatch) as served:
        yield served


async def _screens(request):
    return PlainTextResponse((await request.body()) or b"a screen")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


@pytest.fixture
def visitor(desk: Served) -> Iterator[Callable[..., TestClient]]:
    """Visitors of the web: nobody, or somebody with the given roles."""
    behind = [
        WebSocketRoute("/_stcore/stream", _socket),
        Route("/{path:path}", _screens, methods=["GET", "POST", "PUT", "DELETE"]),
    ]
    app = Starlette(
        routes=[*routes(companies()), *behind],
        middleware=[gate(companies(), "default-src 'self'")],
    )

    def visit(*roles: Role) -> TestClient:
        cookies = {COOKIE_NAME: str(desk.ticket(*roles))} if roles else {}
        return TestClient(app, follow_redirects=False, cookies=cookies)

    return visit  # type: ignore[return-value]
