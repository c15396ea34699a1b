"""`yiben backtest` as a user calls it: files in and out, settings, and sentences for mistakes."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from app.commands.backtest import backtest
from tests.forecasting.panels import demand_frame

pytestmark = pytest.mark.usefixtures("few_trees")

QUANTILES = [
    f"q{level}" for level in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
]
APP = typer.Typer()
APP.command()(backtest)


def call(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(APP, [str(word) for word in words])
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    demand_frame(6, 70).to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_forecasts_and_totals_are_written_and_scores_printed(sales: Path, tmp_path: Path) -> None:
    out, totals = tmp_path / "out.parquet", tmp_path / "totals.csv"
    code, text = call(
        sales, "--freq", "D", "--season", 7, "--horizon", 5, "--step", 4, "--origins", 2,
        "--mask", "open", "--known", "open,promo,price", "--static", "kind", "--every", 2,
        "--out", out, "--totals-out", totals,
    )  # fmt: skip
    assert code == 0, text
    assert "WQL" in text
    assert "seasonal naive" in text
    said = pd.read_parquet(out)
    assert list(said.columns) == ["unique_id", "ds", "cutoff", "mean", *QUANTILES]
    assert sorted(said["unique_id"].unique()) == ["S000", "S002", "S004"]
    assert len(said) == 3 * 2 * 5
    assert (said["ds"] > said["cutoff"]).all()
    assert (np.diff(said[QUANTILES].to_numpy(), axis=1) >= 0).all()
    summed = pd.read_csv(totals)
    assert list(summed.columns) == ["unique_id", "cutoff", "steps", *QUANTILES]
    assert sorted(summed["steps"].unique()) == [2, 4, 5]


def test_the_manifest_names_its_own_file(sales: Path, tmp_path: Path) -> None:
    entry = {"file": "sales.csv", "freq": "D", "season": 7, "horizon": 4, "step": 4, "origins": 1}
    entry |= {"mask": None, "known": ["promo"], "static": [], "eval_every": 3}
    (tmp_path / "m.json").write_text(json.dumps({"mine": entry}))
    out = tmp_path / "out.csv"
    code, text = call("--manifest", tmp_path / "m.json", "--name", "mine", "--out", out)
    assert code == 0, text
    assert pd.read_csv(out)["unique_id"].nunique() == 2


def test_identities_that_are_numbers_stay_numbers(tmp_path: Path) -> None:
    frame = demand_frame(11, 40)
    frame["unique_id"] = frame["unique_id"].str[1:].astype(int) + 5
    frame.to_parquet(tmp_path / "n.parquet")
    out = tmp_path / "out.parquet"
    code, text = call(
        tmp_path / "n.parquet", "--horizon", 3, "--origins", 1, "--every", 2, "--out", out
    )
    assert code == 0, text
    assert list(pd.read_parquet(out)["unique_id"].unique()) == [5, 7, 9, 11, 13, 15]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--known", "rain"], "The column “rain” is missing"),
        (["--freq", "hourly"], "The frequency “hourly” is not known"),
        (["--horizon", "0"], "--horizon must lie between 1 and"),
        (["--horizon", "69"], "periods of history are too few"),
        (["--out", "x.xlsx"], "only files ending in .parquet, .csv"),
        (["--out", "nowhere/x.csv"], "There is no folder"),
    ],
)
def test_mistakes_are_told_in_a_sentence(sales: Path, words: list[str], sentence: str) -> None:
    code, text = call(sales, *words)
    assert code == 2
    assert sentence in text
    assert "Traceback" not in text


def test_files_that_are_not_there_or_not_readable_are_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"not parquet")
    for words, sentence in [
        ([tmp_path / "none.csv"], "There is no file"),
        ([broken], "cannot be read"),
        ([], "Name a file, or a manifest"),
        (["--manifest", tmp_path / "none.json", "--name", "a"], "There is no file"),
        (["--manifest", broken], "Say which entry"),
        (["--manifest", broken, "--name", "a"], "cannot be read"),
    ]:
        code, text = call(*words)
        assert code == 2, text
        assert sentence in text


def test_a_place_of_work_that_is_none_is_said_before_anything_is_read(tmp_path: Path) -> None:
    code, text = call(tmp_path / "none.parquet", "--engine", "threads")
    assert code == 2
    assert "threads" in text
    assert "tcp://" in text
