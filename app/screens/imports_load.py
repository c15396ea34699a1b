"""Bring a file in: choose the template, check the file, import it. Draws; the core decides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

import streamlit as st

from app import session
from app.i18n import md, says, t
from app.import_words import headline
from app.screens.imports_match import MISSING, ask_columns, correct_columns, said_of
from app.screens.imports_options import EACH_ROW, options_of
from app.screens.imports_report import draw_report
from app.screens.imports_unknown import offer_unknown
from app.screens.imports_upload import Upload, let_go, take_upload
from app.widgets import go, link, query
from app.widgets_acts import act_button, form_key
from inventory_core.db.engine import Reading, Writing
from inventory_core.desk.complete_data import incomplete_skus
from inventory_core.desk.imports import import_file
from inventory_core.desk.imports_headings import from_parameters
from inventory_core.desk.imports_runs import ImportReport
from inventory_core.desk.imports_templates import TEMPLATES
from inventory_core.desk.imports_workbooks import template_csv, template_workbook
from inventory_core.desk.sales_history import import_sales
from inventory_core.desk.sales_places import SalesOptions
from inventory_core.desk.sales_sums import RowSpan
from inventory_core.errors import YibenError
from inventory_core.insight.kpis_snapshot import first_fact_on
from inventory_core.office.actors import Actor, Permission
from inventory_core.planning.published import current_run
from inventory_core.vocabulary import Language

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A wrong column is often why most of a file cannot be read.
_UNREADABLE = "file_mostly_unreadable"
_CHECK_AGAIN = "import_check_again"
# What a file asks that looks like sums, and the answers that fit it.
_ASKED: dict[str, tuple[RowSpan, ...]] = {
    "looks_like_weeks": (RowSpan.WEEK_FROM, RowSpan.WEEK_TO, RowSpan.SALE),
    "looks_like_months": (RowSpan.MONTH, RowSpan.SALE),
}
Import = Callable[[Writing, Actor, datetime, str, bool], ImportReport]


def draw_load() -> None:
    """Template on the left, the file and its report on the right."""
    _next_step()
    wanted = query("template")
    left, right = st.columns([2, 5], gap="medium")
    with left:
        template = st.radio(
            md("imports.choose"),
            list(TEMPLATES),
            index=list(TEMPLATES).index(wanted if wanted in TEMPLATES else "sales"),
            format_func=lambda key: md(f"imports.template.{key}"),
            key=f"import_template_{wanted}",
        )
    with right:
        st.markdown(md(f"imports.about.{template}"))
        _downloads(template)
        options = options_of(template)
        upload = take_upload(template)
        if upload is not None:
            _check_and_import(template, upload, options)


def _next_step() -> None:
    """What was sold but cannot be planned yet, or was never planned, and the way to where it is."""
    items, unplanned = session.cached("import_next", _what_next)
    if not items and not unplanned:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if items:
            st.markdown(md("imports.complete_sentence", count=items), width="stretch")
            if st.button(md("imports.complete_now"), icon=":material/arrow_forward:"):
                go("import", part="complete")
        else:
            st.markdown(md("shell.first_plan"), width="stretch")
            link("replenish", md("imports.complete_next"), icon=":material/shopping_cart:")


def _what_next(conn: Reading) -> tuple[int, bool]:
    """How many SKUs are incomplete, and whether there are sales that no plan has seen yet."""
    sold = first_fact_on(conn) is not None
    return len(incomplete_skus(conn)), sold and current_run(conn) is None


def _downloads(template: str) -> None:
    language = Language(session.current().language)
    with st.container(horizontal=True):
        for ending, make in (("xlsx", template_workbook), ("csv", template_csv)):
            st.download_button(
                f"{t('imports.download')} {ending.upper()}",
                lambda make=make: make(template, language),  # type: ignore[misc]
                file_name=f"{template}.{ending}",
                mime=_XLSX if ending == "xlsx" else "text/csv",
                key=f"template_{template}_{ending}",
                icon=":material/download:",
                on_click="ignore",
                help=md("imports.download_help"),
            )


def _check_and_import(template: str, upload: Upload, options: SalesOptions) -> None:
    """First what would happen; then the button that lets it happen."""
    options = replace(options, said=said_of(upload.mark))
    run = _import_of(template, upload, options)
    mark = (template, upload.mark, options)
    checked = st.session_state.get("import_checked")
    if checked is None or checked[0] != mark:
        pressed = st.button(md("imports.check"), type="primary", icon=":material/fact_check:")
        if st.session_state.pop(_CHECK_AGAIN, False) or pressed:
            with st.spinner(md("imports.working")):
                found = _checked(run)
            if found is not None:
                st.session_state["import_checked"] = (mark, found)
                st.rerun()
        return
    report = checked[1]
    if isinstance(report, YibenError):
        if _answered(template, upload, report):
            _check_again()
        return
    draw_report(report, name=f"check_{template}")
    offer_unknown(report, name=template, again=_forget_check)
    if correct_columns(template, upload.mark, report.headings, report.stated):
        _check_again()
    blocked = report.problem_count > 0 and template != "sales"
    if blocked or report.replayed or _ask_span(report):
        return
    act_button(
        md("imports.import", rows=report.rows),
        lambda tx, actor, now, key: run(tx, actor, now, key, False),
        name=f"import_{upload.mark[:12]}",
        done=_said,
        permission=Permission.DATA_IMPORT,
        icon=":material/upload:",
        type="primary",
    )


def _checked(run: Import) -> ImportReport | YibenError | None:
    """What the file would do, or which columns it was not seen to have, or were taken wrongly."""
    key = f"check:{form_key('import_check')}"
    return session.act_unless(
        (MISSING, _UNREADABLE), lambda tx, actor, now: run(tx, actor, now, key, True)
    )


def _answered(template: str, upload: Upload, refusal: YibenError) -> bool:
    """Whether a person has now said what the check could not know."""
    if refusal.code == MISSING:
        return ask_columns(template, upload.mark, refusal)
    st.error(says(refusal), icon=":material/block:")
    rows: Any = refusal.params["headings"]
    return correct_columns(template, upload.mark, from_parameters(rows), {})


def _forget_check() -> None:
    """What the file names has been made: it is checked anew, without another click."""
    st.session_state.pop("import_checked", None)
    st.session_state[_CHECK_AGAIN] = True


def _check_again() -> NoReturn:
    st.session_state[_CHECK_AGAIN] = True
    st.rerun()


def _ask_span(report: ImportReport) -> bool:
    """What a row is, where the file looks like sums and nobody has said it; the answer checks the
    file again.
    """
    answers = [each for note in report.notes for each in _ASKED.get(note.code, ())]
    if not answers:
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{md('imports.option.each_row')}**", width="content")
        for each in answers:
            st.button(
                md(f"imports.each_row.{each}"),
                key=f"span_{each}",
                on_click=_state_span,
                args=(each,),
            )
    return True


def _state_span(each: RowSpan) -> None:
    st.session_state.update({EACH_ROW: each, _CHECK_AGAIN: True})


def _import_of(template: str, upload: Upload, options: SalesOptions) -> Import:
    def run(tx: Writing, actor: Actor, now: datetime, key: str, dry_run: bool) -> ImportReport:
        if template == "sales":
            return import_sales(
                tx,
                actor,
                upload.path,
                options,
                key=key,
                now=now,
                file_name=upload.name,
                dry_run=dry_run,
            )
        return import_file(
            tx,
            actor,
            template,
            upload.path,
            key=key,
            now=now,
            file_name=upload.name,
            day_first=options.day_first,
            said=options.said,
            dry_run=dry_run,
        )

    return run


def _said(report: ImportReport) -> str:
    """The act is done: forget the check, so that the next file begins anew."""
    st.session_state.pop("import_checked", None)
    let_go(report.template)
    return md("imports.said", words=headline(report))
