"""Every total of the hierarchy is a sum of the same cells, to the unit, however it is cut."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from forecasting.channel_shares import WHOLE, ChannelCuts
from forecasting.hierarchy import (
    GRAINS,
    PARTS,
    Cells,
    cells_of,
    cut_into_cells,
    in_thousandths,
    summed,
    whole_units,
)
from forecasting.paths import Donors, joint_paths, sample_paths
from inventory_core.catalog.markets import Markets

MARKETS = Markets({1: "US", 2: "DE", 3: ""}, {7: "US", 8: "DE", 9: ""})


@st.composite
def companies(draw: st.DrawFn) -> tuple[Cells, list[list[float]], pd.DataFrame]:
    """Series with channels, categories and forecasts; the last is a long frame for pandas."""
    series = draw(st.integers(1, 12))
    horizon = draw(st.integers(1, 5))
    units = st.floats(0, 5_000).map(lambda value: round(value, 3))
    means, channels, cuts, categories, places, frame = [], [], [], [], [], []
    for row in range(series):
        means.append(draw(st.lists(units, min_size=horizon, max_size=horizon)))
        ids = sorted(draw(st.sets(st.integers(0, 3), max_size=4)))
        inner = draw(
            st.sets(
                st.integers(1, WHOLE - 1),
                min_size=max(0, len(ids) - 1),
                max_size=max(0, len(ids) - 1),
            )
        )
        cut = [*sorted(inner), WHOLE] if ids else []
        channels.append(tuple(ids))
        cuts.append(tuple(cut))
        categories.append(draw(st.sampled_from(["", "Lamps", "Cables"])))
        places.append(draw(st.sampled_from([7, 8, 9])))
        for account, low, high in zip(ids or [0], [0, *cut[:-1]], cut or [WHOLE], strict=True):
            frame.append(
                {
                    "row": row,
                    "channel": str(account),
                    "market": MARKETS.market(account, places[-1]),
                    "category": categories[-1],
                    "company": "",
                    "share": Fraction(high - low, WHOLE),
                }
            )
    cut = ChannelCuts(tuple(channels), tuple(cuts))
    cells = cells_of(list(range(series)), places, cut, categories, MARKETS)
    return cells, means, pd.DataFrame(frame)


@given(companies())
def test_every_grain_adds_up_to_the_same_total(
    company: tuple[Cells, list[list[float]], pd.DataFrame],
) -> None:
    cells, means, _ = company
    series = in_thousandths(means)
    cut = cut_into_cells(series, cells)
    assert (cut >= 0).all()
    np.testing.assert_array_equal(summed(cut, cells.row, len(series)), series)
    units = whole_units(cut.sum(axis=1))
    assert (units >= 0).all()
    for grain in GRAINS:
        parts, place = cells.members(grain)
        by_part = summed(cut, place, len(parts))
        np.testing.assert_array_equal(by_part.sum(axis=0), series.sum(axis=0))
        shown = summed(units, place, len(parts))
        assert shown.sum() == units.sum() == (series.sum() + PARTS // 2) // PARTS


@given(companies())
def test_pandas_with_exact_fractions_finds_the_same_sums(
    company: tuple[Cells, list[list[float]], pd.DataFrame],
) -> None:
    cells, means, frame = company
    cut = cut_into_cells(in_thousandths(means), cells)
    exact = [Fraction(str(mean[0])) for mean in means]
    frame["units"] = [exact[row] * share for row, share in zip(frame.row, frame.share, strict=True)]
    for grain in GRAINS:
        parts, place = cells.members(grain)
        found = summed(cut[:, 0], place, len(parts))
        wanted = frame.groupby(grain)["units"].agg(["sum", "size"])
        assert parts == wanted.index.tolist()
        for value, (total, size) in zip(found.tolist(), wanted.to_numpy(), strict=True):
            # A cell is rounded to a thousandth of a unit, and nothing else is.
            assert abs(Fraction(value, PARTS) - total) <= Fraction(size, PARTS)


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=60), st.data())
def test_cells_that_follow_each_other_never_miss_their_sum_by_a_unit(
    thousandths: list[int], data: st.DataObject
) -> None:
    units = whole_units(np.array(thousandths))
    first = data.draw(st.integers(0, len(thousandths) - 1))
    last = data.draw(st.integers(first, len(thousandths)))
    assert abs(sum(thousandths[first:last]) / PARTS - units[first:last].sum()) <= 1


def test_a_hundred_thirds_of_a_unit_are_not_nothing() -> None:
    assert whole_units(np.full(100, 333)).sum() == 33


def test_a_channel_without_a_marketplace_sells_where_its_warehouse_stands() -> None:
    assert MARKETS.market(1, 8) == "US"
    assert MARKETS.market(3, 8) == MARKETS.market(0, 8) == "DE"
    assert MARKETS.market(0, 99) == ""


def test_sums_of_joint_paths_spread_as_what_errs_together_does() -> None:
    """Twenty alike series that were all high at one origin and all low at the other."""
    levels = np.linspace(1.0, 99.0, 15)
    quantiles = np.tile(levels, (20, 3, 1))
    origin = np.repeat([0, 1], 20)
    ranks = np.where(origin[:, None] == 0, 0.05, 0.9) * np.ones((40, 3))
    donors = Donors(ranks, np.zeros(40, dtype=int), origin, np.tile(np.arange(20), 2))
    segment = np.zeros(20, dtype=int)
    joint = joint_paths(quantiles, segment, donors, 300, seed=4)
    alone = sample_paths(quantiles, segment, donors, 300, seed=4)
    spread = [
        np.ptp(np.quantile(p.sum(axis=0), [0.1, 0.9], axis=0), axis=0) for p in (joint, alone)
    ]
    assert (spread[0] > 2 * spread[1]).all()
    pieces = [joint_paths(quantiles[:8], segment[:8], donors, 300, seed=4)]
    pieces.append(joint_paths(quantiles[8:], segment[8:], donors, 300, seed=4, first=8))
    np.testing.assert_array_equal(np.concatenate(pieces), joint)


def test_without_any_past_errors_paths_still_follow_the_quantiles() -> None:
    quantiles = np.tile(np.linspace(0.0, 30.0, 15), (2, 4, 1))
    nobody = Donors(np.empty((0, 4)), *np.empty((3, 0), dtype=np.int64))
    paths = joint_paths(quantiles, np.zeros(2, dtype=int), nobody, 200, seed=1)
    assert paths.shape == (2, 200, 4)
    assert 10 < np.median(paths) < 20
    assert (paths >= 0).all()


def test_the_whole_of_a_series_is_the_last_cut() -> None:
    cut = ChannelCuts(((1, 2), ()), ((250_000, WHOLE), ()))
    cells = cells_of([5, 6], [7, 8], cut, ["", ""], MARKETS)
    shares: dict[int, float] = defaultdict(float)
    for row, share in zip(cells.row.tolist(), cells.share.tolist(), strict=True):
        shares[row] += share
    assert shares == {0: 1.0, 1: 1.0}
