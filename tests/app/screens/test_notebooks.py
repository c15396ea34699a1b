"""Notebooks and promotions on screen: what a notebook left is shown as data; acts happen once."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from app.companies import companies
from inventory_core.catalog.promotion_records import select_promotions
from inventory_core.catalog.skus import NewSku, create_skus, sku_ids
from inventory_core.office.actors import SYSTEM
from inventory_core.office.job_runs import (
    JobName,
    RunState,
    finish_run,
    start_run,
    waiting_requests,
)
from inventory_core.office.notebook_runs import (
    begin_notebook_run,
    note_executed_copy,
    notebook_entries,
)
from inventory_core.office.notebooks import copy_folder
from inventory_core.planning.promotion_effects import PromotionEffect, keep_promotion_effects
from inventory_core.vocabulary import Role
from tests.app.screens.test_purchases_and_catalog import WORDS, opened, pressed
from tests.app.test_rights import words_of
from tests.browser import Served
from tests.jobs.test_notebooks import PIXEL, write_notebook
from tests.trade.world import make_world

BOOK = "own/margin"


@pytest.fixture
def folder() -> Iterator[Path]:
    """The data folder of the tests, with one notebook of one's own."""
    found = companies().settings.data_folder
    found.mkdir(parents=True, exist_ok=True)
    write_notebook(found, "margin", "print(days)", parameters="days = 30\nwith_tax = False")
    yield found
    (found / "notebooks" / "margin.ipynb").unlink()


def executed(desk: Served, folder: Path, *, failed: bool) -> None:
    """A run that left a copy with everything that a cell may show."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "seven days\n"},
        {
            "output_type": "display_data",
            "data": {"text/html": "<script>alert(1)</script>", "text/plain": "a plain frame"},
        },
        {"output_type": "display_data", "data": {"image/png": PIXEL}},
        {
            "output_type": "display_data",
            "data": {
                "application/vnd.plotly.v1+json": {
                    "data": [{"type": "bar", "y": [1, 2]}],
                    "layout": {"title": {"text": "two bars"}},
                }
            },
        },
        {
            "output_type": "display_data",
            "data": {"application/vnd.plotly.v1+json": {"data": [{"type": "no such"}]}},
        },
    ]
    if failed:
        outputs.append({"output_type": "error", "traceback": ["\x1b[0;31mKeyError\x1b[0m: 'x'"]})
    cells = [
        {"cell_type": "markdown", "source": "# Margin\n![far](http://far.example/x.png)"},
        {"cell_type": "code", "source": "table['x']", "execution_count": 1, "outputs": outputs},
    ]
    target = copy_folder(folder, desk.slug)
    target.mkdir(parents=True, exist_ok=True)
    with desk.database.writing() as tx:
        run_id = start_run(tx, JobName.NOTEBOOK)
        name = f"{run_id}.ipynb"
        begin_notebook_run(tx, run_id, BOOK, {"days": 7}, file_name=name)
        note_executed_copy(tx, run_id, file_name=name, size=1, cell=2 if failed else None)
        state = RunState.FAILED if failed else RunState.DONE
        problem = "notebook_cell_failed" if failed else ""
        params = {"notebook": BOOK, "cell": 2, "line": "table['x']", "words": "KeyError: 'x'"}
        result = {"params": params} if failed else {"notebook": BOOK, "cells": 2}
        finish_run(tx, run_id, state, result=result, problem=problem)
    (target / name).write_text(json.dumps({"cells": cells}))


@pytest.mark.parametrize("failed", [False, True])
def test_an_executed_copy_is_shown_as_texts_pictures_and_figures_never_as_html(
    desk: Served, folder: Path, failed: bool
) -> None:
    executed(desk, folder, failed=failed)
    test = opened(desk, "notebooks", Role.ANALYST, notebook=BOOK)
    said = words_of(test)
    codes = [one.value for one in test.code]
    assert "seven days" in codes
    assert "a plain frame" in codes
    assert "script" not in said + " ".join(codes)
    assert "![far]" not in said
    assert WORDS["notebooks.figure_unreadable"] in [one.value for one in test.caption]
    assert any("KeyError: 'x'" in code for code in codes) == failed
    assert ("table['x']" in codes) == failed, "the failing cell shows its code"
    assert len(test.error) == int(failed)


def test_a_run_and_an_hour_are_asked_for_once_by_whoever_may(desk: Served, folder: Path) -> None:
    test = opened(desk, "notebooks", Role.ANALYST, notebook=BOOK)
    test.number_input[0].set_value(7).run()
    pressed(test, "notebooks.run")
    with desk.database.reading() as conn:
        [asked] = [one for one in waiting_requests(conn) if one.job is JobName.NOTEBOOK]
    assert asked.settings == {"notebook": BOOK, "parameters": {"days": 7, "with_tax": False}}
    test = opened(desk, "notebooks", Role.ANALYST, notebook=BOOK)
    test.selectbox(key=f"notebook_when_{BOOK}").set_value("1").run()
    pressed(test, "notebooks.save_entry")
    with desk.database.reading() as conn:
        [entry] = notebook_entries(conn)
    assert (entry.notebook, entry.weekday, entry.hour) == (BOOK, 1, 4)
    with desk.database.writing() as tx:
        tx.execute(text("DELETE FROM notebook_entry"))
        tx.execute(text("UPDATE job_request SET taken_at = now()"))


def test_a_promotion_is_planned_with_what_is_known_of_its_depth(desk: Served) -> None:
    world = make_world(desk.database)
    effects = [
        PromotionEffect(kind, "", band, None, None, factor, factor - 0.1, factor + 0.1, 9, 90, 30,
                        date(2026, 3, 1))
        for kind, band, factor in (("uplift", "20_to_30", 2.4), ("after", "", 0.8))
    ]  # fmt: skip
    desk.database.write(lambda tx: keep_promotion_effects(tx, effects))
    code = next(iter(world.skus))
    test = opened(desk, "catalog", Role.BUYER, part="promotions", sku=code)
    test = pressed(test, "catalog.new_promotion")
    assert any("2.40" in one.value and "0.80" in one.value for one in test.caption)
    assert test.text_area(key="promotion_new_skus").value == code


@pytest.mark.browser
def test_a_promotion_is_planned_in_the_form_once(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(running_app, Role.OWNER, language="en")
    with running_app.database.writing() as tx:
        if not sku_ids(tx, ["SPRING-1"]):
            create_skus(tx, SYSTEM, [NewSku("SPRING-1", "Spring lamp")])
        before = len(tx.rows(select_promotions("Spring in May")))
    page.goto("/catalog?part=promotions&sku=SPRING-1")
    page.get_by_role("button", name=WORDS["catalog.new_promotion"]).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(WORDS["promotions.name"]).fill("Spring in May")
    dialog.get_by_role("button", name=WORDS["shell.save"]).dblclick()
    expect(page.get_by_test_id("stAlertContentSuccess")).to_be_visible()
    with running_app.database.reading() as conn:
        found = conn.rows(select_promotions("Spring in May"))
    assert len(found) == before + 1
    assert (found[0].skus, found[0].discount_percent) == (1, 20)
