"""Every screen and every route, as nobody, as a reader and as each role.

The tables are walked, not listed: a screen or a route that somebody adds without a rule fails here.
"""

from collections.abc import Iterable, Iterator

import pytest
from fastapi.routing import APIRoute
from streamlit.testing.v1 import AppTest

from app.api.doors import api, routes
from app.api.gate import is_public
from app.api.public import PUBLIC
from app.companies import companies
from app.i18n import catalogue
from app.screens.registry import SCREENS, SECTIONS
from inventory_core.office.actors import ROLE_PERMISSIONS, Permission
from inventory_core.office.sessions import end_sessions
from inventory_core.vocabulary import Role
from tests.browser import Served

PATIENCE_SECONDS = 30


def one_screen(key: str) -> None:
    """What a run of the app does for one screen, without the menu."""
    import streamlit as st  # noqa: PLC0415 AppTest runs this as a script of its own

    from app import session  # noqa: PLC0415
    from app.screens.registry import SCREENS  # noqa: PLC0415
    from app.widgets_menu import opened  # noqa: PLC0415

    session.enter()
    st.session_state["pages"] = {}
    opened(next(screen for screen in SCREENS if screen.key == key))()


def the_ways_of_a_person() -> None:
    """The menu alone, and what links and buttons of this person can lead to."""
    import streamlit as st  # noqa: PLC0415 AppTest runs this as a script of its own

    from app import session  # noqa: PLC0415
    from app.widgets_menu import menu  # noqa: PLC0415

    menu(session.enter())
    st.text(" ".join(st.session_state["pages"]))


def drawn(key: str, ticket: str = "") -> AppTest:
    test = AppTest.from_function(one_screen, default_timeout=PATIENCE_SECONDS, kwargs={"key": key})
    if ticket:
        test.session_state["ticket"] = ticket
    return test.run()


def words_of(test: AppTest) -> str:
    return " ".join(str(one.value) for one in (*test.markdown, *test.error, *test.info))


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_a_screen_opens_for_whom_its_permission_says_and_for_nobody_else(
    desk: Served, role: Role
) -> None:
    ticket = str(desk.ticket(role))
    for screen in SCREENS:
        test = drawn(screen.key, ticket)
        assert not test.exception, (screen.key, test.exception)
        assert [one.value for one in test.error] == [], screen.key
        refused = catalogue("en")["shell.no_right"].split("{")[0] in words_of(test)
        assert refused == (screen.permission not in ROLE_PERMISSIONS[role]), screen.key
        if refused:
            assert len(test.button) == len(test.dataframe) == len(test.metric) == 0, screen.key


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_no_link_or_button_leads_to_a_screen_that_this_person_may_not_open(
    desk: Served, role: Role
) -> None:
    test = AppTest.from_function(the_ways_of_a_person, default_timeout=PATIENCE_SECONDS)
    test.session_state["ticket"] = str(desk.ticket(role))
    ways = set(test.run().text[0].value.split())
    assert ways == {s.key for s in SCREENS if s.permission in ROLE_PERMISSIONS[role]}


def test_nobody_and_whoever_was_signed_out_see_no_screen(desk: Served) -> None:
    ended = str(desk.ticket(Role.OWNER))
    desk.database.write(lambda tx: end_sessions(tx, desk.person(Role.OWNER)))
    invented = [("settings", ticket) for ticket in ("", "nowhere.x", f"{desk.slug}.x")]
    for key, ticket in [*invented, *((screen.key, ended) for screen in SCREENS)]:
        test = drawn(key, ticket)
        assert not test.exception
        assert words_of(test) == catalogue("en")["shell.signed_out"], key
        assert len(test.main.children) == 1, key


def test_every_screen_has_a_section_a_name_and_an_address_of_its_own() -> None:
    assert len({screen.key for screen in SCREENS}) == len(SCREENS)
    for screen in SCREENS:
        assert screen.section in SECTIONS
        assert screen.icon.startswith(":material/")
        assert f"nav.{screen.key}" in catalogue("en")
        assert not is_public(f"/{screen.key}")


def flat(routes: Iterable[object]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from flat(route.original_router.routes)


def api_routes() -> list[APIRoute]:
    found = list(flat(api().routes))
    # The schema is built another way: what this walk misses would be missing here.
    assert {route.path for route in found} == set(api().openapi()["paths"])
    return found


def permission_of(route: APIRoute) -> Permission | None:
    found = [getattr(one.call, "permission", None) for one in route.dependant.dependencies]
    return next((one for one in found if one is not None), None)


def test_every_route_of_the_api_names_its_permission_or_says_that_it_is_public() -> None:
    unruled = [
        route.path
        for route in api_routes()
        if (permission_of(route) is None) == (PUBLIC not in (route.tags or []))
    ]
    assert unruled == []
    assert len(api_routes()) >= 2


def test_only_public_routes_pass_the_gate_unsigned() -> None:
    public = {f"/api{route.path}" for route in api_routes() if PUBLIC in (route.tags or [])}
    for route in api_routes():
        assert is_public(f"/api{route.path}") == (f"/api{route.path}" in public), route.path


@pytest.mark.parametrize("role", list(Role))
def test_a_route_answers_whom_its_permission_says(visitor, role: Role) -> None:
    client = visitor(role)
    for route in api_routes():
        wanted = permission_of(route)
        if wanted is None or "GET" not in route.methods or "{" in route.path:
            continue
        allowed = wanted in ROLE_PERMISSIONS[role]
        assert client.get(f"/api{route.path}").status_code == (200 if allowed else 403), route.path


def test_no_address_outside_the_screens_is_open_but_the_ways_in(desk: Served) -> None:
    paths = {str(getattr(route, "path", "")) for route in routes(companies())}
    assert {path for path in paths if is_public(path) or is_public(f"{path}/")} == {
        "/signin",
        "/link/{company}/{token}",
        "/web",
    }
