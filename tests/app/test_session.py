"""The only way from a screen to the data: rights at the moment of the act, answers kept, failures
that stay in their part.
"""

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from app.i18n import catalogue
from inventory_core.clock import utc_now
from inventory_core.office.actors import SYSTEM
from inventory_core.office.audit import list_audit
from inventory_core.office.people import change_rights, choose_language
from inventory_core.office.sessions import read_actor
from inventory_core.vocabulary import Language, Role
from tests.browser import Served

PATIENCE_SECONDS = 60
TRIES = 50


def acting() -> None:
    """A screen with one act, one kept answer and two parts of which one fails."""
    import streamlit as st  # noqa: PLC0415 AppTest runs this as a script of its own

    from app import session  # noqa: PLC0415
    from app.widgets import page_head  # noqa: PLC0415
    from app.widgets_acts import act_button, form_key  # noqa: PLC0415
    from app.widgets_scope import scope_bar  # noqa: PLC0415
    from inventory_core.errors import Refused  # noqa: PLC0415
    from inventory_core.office.actors import Permission, require  # noqa: PLC0415
    from inventory_core.office.audit import list_audit, record_audit  # noqa: PLC0415

    def note(tx, actor, now, key):
        require(actor, Permission.JOB_RUN)
        record_audit(tx, actor, "noted", ("key", key))
        return key

    session.enter()
    page_head("Acts")
    st.text(scope_bar({"site": {"": "All", "7": "FBA", "8": "Own"}})["site"] or "all")
    st.text(form_key("note"))
    act_button("Note", note, name="note", done=lambda key: f"noted {key}")
    asked = st.session_state.setdefault("asked", [])

    def count(conn):
        asked.append(1)
        return len(list_audit(conn))

    st.text(f"{session.cached('count', count)} entries, asked {len(asked)}")
    with session.part():
        raise Refused("last_owner")
    with session.part():
        raise RuntimeError("the inside of the machine")
    st.text("still here")


def worded() -> None:
    """A screen whose kept answer holds words."""
    import streamlit as st  # noqa: PLC0415 AppTest runs this as a script of its own

    from app import session  # noqa: PLC0415
    from app.i18n import t  # noqa: PLC0415

    session.enter()
    st.text(session.cached("words", lambda _conn: t("nav.stock")))


def screen(desk: Served, *roles: Role) -> AppTest:
    test = AppTest.from_function(acting, default_timeout=PATIENCE_SECONDS)
    test.session_state["ticket"] = str(desk.ticket(*roles))
    return test.run()


def notes(desk: Served) -> list[str]:
    with desk.database.reading() as conn:
        return [one.subject_id for one in list_audit(conn) if one.act == "noted"]


def test_an_act_runs_once_under_the_key_of_the_drawn_form(desk: Served) -> None:
    test = screen(desk, Role.ANALYST)
    key = test.text[1].value
    assert test.run().text[1].value == key
    test.button[0].click().run()
    assert notes(desk) == [key]
    assert [one.value for one in test.success] == [f"noted {key}"]
    assert test.text[1].value != key


def test_rights_are_those_of_the_moment_of_the_act(desk: Served) -> None:
    test = screen(desk, Role.ANALYST)
    person = desk.person(Role.ANALYST)
    desk.database.write(
        lambda tx: change_rights(tx, SYSTEM, person, now=utc_now(), roles=[Role.READER])
    )
    test.button[0].click().run()
    assert notes(desk) == []
    assert "run jobs" in test.error[0].value


def test_a_failing_part_says_so_and_the_rest_stands(desk: Served) -> None:
    test = screen(desk, Role.READER)
    assert not test.exception
    refused, unforeseen = [one.value for one in test.error]
    assert "without an owner" in refused
    assert "inside of the machine" not in unforeseen
    assert test.text[-1].value == "still here"


def _snapshot(desk: Served) -> str:
    with desk.database.reading() as conn:
        return str(conn.scalar(text("SELECT pg_current_snapshot()::text")))


def test_a_kept_answer_lives_until_something_is_written(desk: Served) -> None:
    test = screen(desk, Role.ANALYST)
    first = test.text[2].value
    assert first.endswith("asked 1")
    # A snapshot is named for the whole server, where other tests write to databases of their own:
    # only between two looks at the same snapshot has nobody written.
    for _ in range(TRIES):
        before, asked = _snapshot(desk), [test.run().text[2].value for _ in range(2)]
        if _snapshot(desk) == before:
            break
    else:
        pytest.fail("somebody wrote to the server all the time")
    assert asked[0] == asked[1]
    test.button[0].click().run()
    entries = int(first.split()[0])
    assert test.text[2].value.startswith(f"{entries + 1} entries")


def test_the_scope_stands_in_the_address_and_comes_back_from_it(desk: Served) -> None:
    test = screen(desk, Role.READER)
    assert test.text[0].value == "all"
    test.button_group[0].set_value("7").run()
    assert test.query_params["site"] == "7"
    test.query_params["site"] = "8"
    assert test.run().text[0].value == "8"
    test.query_params["site"] = "nowhere"
    assert test.run().text[0].value == "all"


def test_words_in_a_kept_answer_are_in_the_language_of_each_reader(desk: Served) -> None:
    reads = {Language.ZH: Role.BUYER, Language.EN: Role.ANALYST}
    tickets = {language: str(desk.ticket(role)) for language, role in reads.items()}
    with desk.database.writing() as tx:
        for language, role in reads.items():
            choose_language(tx, read_actor(tx, desk.person(role)), language)
    for language, ticket in tickets.items():
        test = AppTest.from_function(worded, default_timeout=PATIENCE_SECONDS)
        test.session_state["ticket"] = ticket
        assert [one.value for one in test.run().text] == [catalogue(language)["nav.stock"]]
