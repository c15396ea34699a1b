"""A suggestion names its snapshot on its card, and the terminal computes its plan again from it."""

import io

import pytest
from rich.console import Console
from sqlalchemy import text

from app.commands.plan_again import compute_again
from app.i18n import catalogue
from forecasting import plan_document
from inventory_core.planning.plan_snapshots import short_id
from inventory_core.vocabulary import Language
from tests.app.screens.test_forecasts_learning import drawn
from tests.app.test_cli import Run, run
from tests.browser import Served

__all__ = ["run"]

EN = catalogue("en")


def snapshot_of(shop: Served) -> str:
    with shop.database.reading() as conn:
        return str(conn.scalar(text("SELECT id FROM plan_snapshot")))


def told(shop: Served, typed: str, language: str = "en") -> tuple[bool, str]:
    paper = io.StringIO()
    screen = Console(file=paper, width=200)
    return compute_again(shop.database, typed, language, screen), paper.getvalue()


def test_the_terminal_says_that_it_is_the_same_in_both_languages(shop: Served) -> None:
    name = short_id(snapshot_of(shop))
    same, english = told(shop, name)
    assert same
    assert f"Snapshot {name}" in english
    assert "✓ The same, 3 suggestions." in english
    assert "✓ 完全一致，共 3 条建议。" in told(shop, name, Language.ZH)[1]


def test_the_terminal_names_each_difference_and_other_code(
    shop: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop.database.writing() as tx:
        first = "SELECT min(suggestion_id) FROM plan_snapshot_suggestion"
        tx.execute(text(f"DELETE FROM plan_snapshot_suggestion WHERE suggestion_id = ({first})"))
    monkeypatch.setattr(plan_document, "planner", lambda: {"code": "another"})
    same, english = told(shop, snapshot_of(shop))
    assert not same
    assert "✗ Not the same: 1 difference in 1 suggestion." in english
    assert "other code or libraries" in english
    assert EN["snapshot.what.suggestion"] in english


def test_the_card_names_the_snapshot_and_how_to_compute_it_again(shop: Served) -> None:
    name = short_id(snapshot_of(shop))
    captions = [one.value for one in drawn(shop, "", screen="replenish").caption]
    [line] = [one for one in captions if name in one]
    assert line.startswith(EN["snapshot.whole"].format(snapshot=name))
    assert f"`yiben plan --snapshot {name}`" in line


@pytest.mark.slow
def test_the_command_refuses_with_a_sentence_and_a_code(run: Run) -> None:
    unreadable = run("plan", "--snapshot", "x1")
    assert (unreadable.returncode, "is no snapshot id" in unreadable.stderr) == (1, True)
    unknown = run("plan", "--snapshot", "abcdef012345")
    assert (unknown.returncode, "There is no snapshot" in unknown.stderr) == (1, True)
    mixed = run("plan", "--snapshot", "abcdef012345", "--as-of", "2026-01-01")
    assert (mixed.returncode, "--as-of" in mixed.stderr) == (1, True)
