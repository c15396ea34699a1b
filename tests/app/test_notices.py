"""What an act says at the top of the screen is read once, however often the screen is begun."""

from streamlit.testing.v1 import AppTest

from app.i18n import catalogue
from app.screens.replenish_acts import outdated
from inventory_core.errors import Conflict

WORDS = catalogue("en")


def a_screen_that_a_second_click_begins_again() -> None:
    import streamlit as st  # noqa: PLC0415 AppTest runs this as a script of its own

    from app.widgets import Notice, Warned, notices, notices_read, page_head  # noqa: PLC0415

    if "acted" not in st.session_state:
        st.session_state["acted"] = True
        told = ("Ordered.", "", Warned("The plan has moved."))
        notices().extend(Notice(lambda words=words: words) for words in told)
        st.rerun()
    page_head("Replenish")
    if "clicked" not in st.session_state:
        st.session_state["clicked"] = True
        st.rerun()
    notices_read()


def a_screen_whose_act_ends_after_its_top_was_drawn() -> None:
    import streamlit as st  # noqa: PLC0415 AppTest runs this as a script of its own

    from app.widgets import Notice, notices, notices_read, page_head  # noqa: PLC0415

    page_head("Replenish")
    if "acted" not in st.session_state:
        st.session_state["acted"] = True
        notices().append(Notice(lambda: "Ordered."))
    notices_read()


def test_a_notice_outlives_a_run_that_was_ended_early_and_is_told_once() -> None:
    test = AppTest.from_function(a_screen_that_a_second_click_begins_again).run()
    assert [one.value for one in test.success] == ["Ordered."]
    assert [one.value for one in test.warning] == ["The plan has moved."]
    again = test.run()
    assert not again.success
    assert not again.warning


def test_a_notice_has_a_short_word_beside_it_once_and_never_the_same_words() -> None:
    test = AppTest.from_function(a_screen_that_a_second_click_begins_again).run()
    told = [one.value for one in test.toast]
    assert told == [WORDS["shell.toast_done"], WORDS["shell.toast_refused"]]
    assert not set(told) & {one.value for one in [*test.success, *test.warning]}
    assert not test.run().toast


def test_a_notice_that_comes_too_late_for_the_top_of_a_screen_draws_it_anew() -> None:
    test = AppTest.from_function(a_screen_whose_act_ends_after_its_top_was_drawn).run()
    assert [one.value for one in test.success] == ["Ordered."]
    assert not test.run().success


def test_an_outdated_approval_is_not_asked_again_where_nothing_is_needed() -> None:
    gone = Conflict("suggestion_outdated", sku="LMP-01", quantity=0, what="no_need")
    moved = Conflict("suggestion_outdated", sku="LMP-01", quantity=80, what="quantity")
    told = [outdated(each).words for each in (gone, moved)]
    assert "not needed any more" in told[0]
    assert "80" in told[1]
