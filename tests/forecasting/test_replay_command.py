"""`yiben replay` as a user calls it: a policy file the simulation reproduces, and its mistakes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from app.commands.replay import replay
from forecasting.frames import Columns, panel_of
from forecasting.frequency import frequency_of
from forecasting.replay import History
from forecasting.replay import replay as replay_window
from forecasting.replay_frames import history_of
from forecasting.simulate import Terms, play, result_of
from forecasting.simulate_rules import projected, usual_opening
from tests.forecasting.panels import demand_frame

APP = typer.Typer()
APP.command()(replay)


def call(*words: object) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(APP, [str(word) for word in words])
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return demand_frame(8, 77)


@pytest.fixture
def sales(frame: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    frame.to_csv(path, index=False)
    return path


def past_of(frame: pd.DataFrame, freq: str = "D") -> History:
    panel = panel_of(frame, frequency_of(freq), Columns(mask="open", known=("open", "promo")))
    return history_of(frame, panel, "open")


@pytest.mark.slow
def test_the_policy_file_gives_the_orders_that_were_decided(tmp_path: Path) -> None:
    frame, out, terms = demand_frame(8, 42), tmp_path / "policy.parquet", Terms(2, 7, stockout=9.0)
    sales = tmp_path / "sales.parquet"
    frame.to_parquet(sales)
    history = past_of(frame)
    start = history.panel.length - 14
    code, text = call(
        sales, "--lead", 2, "--review", 7, "--stockout", 9, "--start", history.panel.days[start],
        "--mask", "open", "--known", "open,promo", "--out", out,
    )  # fmt: skip
    assert code == 0, text
    assert "moving average" in text
    assert "A simulation proves" in text
    policy = pd.read_parquet(out)
    assert list(policy.columns) == ["unique_id", "ds", "m1", "m2", "target"]
    assert len(policy) == 8 * 2
    assert policy["ds"].min() == pd.Timestamp(history.panel.days[start - 1])
    expected, target = np.zeros((8, 14, 2)), np.zeros((8, 14))
    for place, (_, rows) in enumerate(policy.groupby("ds")):
        assert tuple(rows["unique_id"]) == history.panel.ids
        expected[:, 7 * place] = rows[["m1", "m2"]].to_numpy()
        target[:, 7 * place] = rows["target"].to_numpy()
    opening = usual_opening(history.seen[:, :start], terms, window=12)
    played = play(history.asked[:, start:], terms, opening, projected(expected, target))
    assert f"{result_of(played).cost:,.0f}" in text
    assert f"{result_of(played).norm:,.3f}" in text


@pytest.mark.slow
def test_trap_36_orders_do_not_depend_on_demand_to_come() -> None:
    frame, terms = demand_frame(8, 40, freq="W-SUN"), Terms(1, 1, stockout=9.0)
    history = past_of(frame, "W-SUN")
    start = history.panel.length - 3
    done = replay_window(history, start, terms)
    later = frame.copy()
    since = pd.to_datetime(later["ds"]) >= pd.Timestamp(history.panel.days[start + 1])
    later.loc[since, "y"] = later.loc[since, "y"] * 3 + 5
    other = replay_window(past_of(later, "W-SUN"), start, terms)
    assert done.settled
    assert done.choice.power == other.choice.power
    np.testing.assert_array_equal(done.choice.factors, other.choice.factors)
    # Reviews before periods 0 and 1 of the window saw the same past.
    np.testing.assert_array_equal(done.played.ordered[:, :2], other.played.ordered[:, :2])
    assert (done.played.ordered != other.played.ordered).any()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--start", "2024-02-26", "--lead", "-1"], "--lead must lie between 0 and 400"),
        ([], "Say where the window starts"),
        (["--start", "26.2.2024"], "is not a date"),
        (["--start", "2030-01-01"], "The window would start on 2030-01-01"),
        (["--start", "2024-01-05"], "too few to forecast from"),
        (["--start", "2024-03-16", "--lead", "9"], "no order would arrive in time"),
        (["--start", "2024-02-26", "--mask", "shut"], "The column “shut” is missing"),
    ],
)
def test_a_wrong_request_is_told_in_one_sentence(
    sales: Path, words: list[str], sentence: str
) -> None:
    code, text = call(sales, *words)
    assert code == 2
    assert sentence in text
