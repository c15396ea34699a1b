"""Who is turned away before any code of a screen or a route runs."""

import pytest
from psycopg import sql
from starlette.websockets import WebSocketDisconnect

from app.api.gate import MOST_BODY_BYTES
from app.cookies import COOKIE_NAME
from app.screens.registry import SCREENS, first_screen
from inventory_core.db.companies import database_name
from inventory_core.office.actors import ROLE_PERMISSIONS
from inventory_core.vocabulary import Role
from tests.app.conftest import ORIGIN

HTML = {"accept": "text/html"}
GATED = [
    "/replenish",
    "/people",
    "/media/x.csv",
    "/component/x",
    "/_stcore/metrics",
    "/_stcore/script-health-check",
    "/_stcore/agent/openapi.json",
    "/api/me",
    "/app/static/x",
    "//replenish",
    "/signin/",
    "/SIGNIN",
    "/static",
    "/link",
    "/%2e%2e/x",
]


def test_nobody_gets_nothing_but_the_way_in(visitor) -> None:
    nobody = visitor()
    for path in GATED:
        seen = nobody.get(path, headers=HTML)
        assert seen.status_code == 303, path
        assert seen.headers["location"].startswith("/signin?next="), path
        assert nobody.get(path).status_code == 401, path
    for path in ("/signin", "/api/health", "/web/door.css"):
        assert nobody.get(path).status_code == 200, path


@pytest.mark.parametrize(
    ("roles", "screen"),
    [
        ([Role.OWNER], "/overview"),
        ([Role.MANAGER], "/overview"),
        ([Role.BUYER], "/replenish"),
        ([Role.ANALYST], "/forecasts"),
        ([Role.ANALYST, Role.BUYER], "/replenish"),
        ([Role.BUYER, Role.OWNER], "/overview"),
        ([Role.WAREHOUSE], "/overview"),
        ([Role.READER], "/overview"),
    ],
)
def test_everybody_begins_on_the_screen_of_their_work(
    visitor, roles: list[Role], screen: str
) -> None:
    seen = visitor(*roles).get("/", headers=HTML)
    assert (seen.status_code, seen.headers["location"]) == (303, screen)


def test_the_first_screen_is_one_that_its_role_may_open() -> None:
    needed = {screen.key: screen.permission for screen in SCREENS}
    assert all(needed[first_screen(frozenset({r}))] in ROLE_PERMISSIONS[r] for r in Role)


def test_an_invented_cookie_is_nobody(visitor, desk) -> None:
    nobody = visitor()
    for value in ("", "x", "main.", ".x", "nowhere.abc", "a" * 5000, "é.x"):
        for start in ("", f"{desk.slug}."):
            header = f"{COOKIE_NAME}={start}{value}".encode()
            assert nobody.get("/people", headers={"cookie": header}).status_code == 401, value


def test_what_changes_something_comes_from_our_own_pages(visitor) -> None:
    somebody, path = visitor(Role.OWNER), "/_stcore/upload_file/a/b"
    for method in ("POST", "PUT", "DELETE"):
        for origin in ("http://evil.example", "null", "http://testserver.evil", ""):
            answer = somebody.request(method, path, headers={"origin": origin})
            assert answer.status_code == 403
        assert somebody.request(method, path, headers={"origin": ORIGIN}).status_code == 200
        crossed = {"sec-fetch-site": "cross-site"}
        assert somebody.request(method, path, headers=crossed).status_code == 403


def test_a_socket_needs_a_session_and_our_own_origin(visitor) -> None:
    def opens(client, **headers: str) -> bool:
        try:
            with client.websocket_connect("/_stcore/stream", headers=headers) as socket:
                return socket.receive_text() == "open"
        except WebSocketDisconnect:
            return False

    assert opens(visitor(Role.READER), origin=ORIGIN)
    assert not opens(visitor(), origin=ORIGIN)
    assert not opens(visitor(Role.READER), origin="http://evil.example")
    assert not opens(visitor(Role.READER))


def test_a_body_has_a_limit_whatever_its_header_says(visitor) -> None:
    somebody = visitor(Role.READER)
    large = b"x" * (MOST_BODY_BYTES + 1)
    pieces = (large[start : start + 65_536] for start in range(0, len(large), 65_536))
    headers = {"origin": ORIGIN}
    assert somebody.post("/x", content=large, headers=headers).status_code == 413
    assert somebody.post("/x", content=pieces, headers=headers).status_code == 413
    assert somebody.post("/x", content=large[:1000], headers=headers).status_code == 200
    upload = somebody.put("/_stcore/upload_file/a/b", content=large, headers=headers)
    assert upload.status_code == 200


def test_every_answer_carries_the_security_headers(visitor) -> None:
    for path in ("/signin", "/people", "/api/health", "/web/door.css"):
        headers = visitor().get(path, headers=HTML).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src" in headers["content-security-policy"]


@pytest.mark.slow
def test_while_the_database_does_not_answer_nobody_is_let_in(visitor, desk, admin) -> None:
    somebody = visitor(Role.OWNER)
    closed = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    name = sql.Identifier(database_name(desk.slug))
    admin.execute(closed.format(name, sql.SQL("false")))
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
        [database_name(desk.slug)],
    )
    answer = somebody.get("/people", headers=HTML)
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    admin.execute(closed.format(name, sql.SQL("true")))
    assert somebody.get("/people", headers=HTML).status_code == 200
