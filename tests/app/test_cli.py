"""The command line as a person meets it: one sentence per refusal, two languages, exit codes."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli import COMMANDS
from inventory_core.db.embedded import find_cluster, is_alive, stop_embedded

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(test_root: Path) -> Iterator[Run]:
    """Runs `yiben …` with a data folder of this test's own."""
    folder = test_root / f"cli-{uuid.uuid4().hex[:8]}"

    def call(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        told = {"YIBEN_DATA_FOLDER": str(folder), "LANG": "C.UTF-8", "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **told, **environment},
            timeout=120,
        )

    yield call
    if (folder / "pw").exists():
        assert not is_alive(find_cluster(folder)), "a command left its server running"
        stop_embedded(find_cluster(folder))
    shutil.rmtree(folder, ignore_errors=True)


def test_every_command_is_listed_in_both_languages(run: Run) -> None:
    english, chinese = run("--help").stdout, run("--help", YIBEN_LANGUAGE="zh").stdout
    for command in COMMANDS:
        assert f"  {command} " in english
        assert f"  {command} " in chinese
    assert "做预测" in chinese or "预测" in chinese


@pytest.mark.slow
def test_a_company_is_backed_up_and_restored_from_the_terminal(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "shop.dump"
    made = run("backup", str(file))
    assert made.returncode == 0, made.stderr
    assert json.loads((tmp_path / "shop.dump.json").read_text())["company"] == "main"
    refused = run("restore", str(file))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert run("restore", str(file), "--replace").returncode == 0
    assert run("restore", str(file), "--company", "copy").returncode == 0
    assert "copy: schema" in run("migrate").stdout


@pytest.mark.slow
def test_a_refusal_is_one_sentence_without_a_trace(run: Run) -> None:
    english = run("restore", "nowhere.dump")
    chinese = run("restore", "nowhere.dump", LANG="zh_CN.UTF-8")
    assert (english.returncode, chinese.returncode) == (1, 1)
    assert english.stderr.strip() == "✗ There is no file nowhere.dump."
    assert "没有文件" in chinese.stderr
    assert run("backup", "--company", "No Such").returncode == 1


def test_a_setting_that_makes_no_sense_is_named(run: Run) -> None:
    answer = run("doctor", YIBEN_PORT="99999999")
    assert answer.returncode == 2
    assert "YIBEN_PORT" in answer.stderr


def test_an_unknown_command_is_refused(run: Run) -> None:
    assert run("frobnicate").returncode == 2
