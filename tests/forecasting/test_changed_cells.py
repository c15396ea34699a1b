"""Changes of markets, channels, categories, the company and single series, laid over each other.

Held against an oracle that knows every channel of every day as an exact fraction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.channel_shares import WHOLE, ChannelCuts
from forecasting.hierarchy import GRAINS, PARTS, Cells, cells_of, in_thousandths, summed
from forecasting.hierarchy_reading import planned_cells
from forecasting.overriding import Laid, as_planned
from inventory_core.catalog.markets import Markets
from inventory_core.planning.overrides import Override
from inventory_core.planning.published import PublishedForecast
from inventory_core.vocabulary import ForecastGrain
from tests.forecasting.test_overriding import DAY, a_forecast, an_override

WEEKS, DAYS = 3, 21
MARKETS = Markets({1: "US", 2: "DE", 3: "US"}, {7: "US", 8: "GB"})
CATEGORIES = {1: "Light", 2: "Garden"}
PAIRS = [(1, 7), (1, 8), (2, 7)]
PARTS_OF = {
    ForecastGrain.CHANNEL: ["0", "1", "2", "3"],
    ForecastGrain.MARKET: ["US", "DE", "GB"],
    ForecastGrain.CATEGORY: ["Light", "Garden"],
    ForecastGrain.COMPANY: [""],
}


@st.composite
def forecasts(draw: st.DrawFn) -> list[PublishedForecast]:
    """Whole units in shares of a thousandth, so that cutting alone rounds nothing."""
    found = []
    for sku_id, warehouse_id in PAIRS:
        ids = sorted(draw(st.sets(st.integers(0, 3), max_size=4)))
        inner = max(0, len(ids) - 1)
        cuts = draw(st.sets(st.integers(1, 999), min_size=inner, max_size=inner))
        means = draw(st.lists(st.integers(0, 500), min_size=WEEKS, max_size=WEEKS))
        found.append(
            replace(
                a_forecast(weeks=WEEKS),
                sku_id=sku_id,
                warehouse_id=warehouse_id,
                mean=[float(mean) for mean in means],
                quantiles={},
                channel_ids=tuple(ids),
                channel_cuts=(*(cut * 1000 for cut in sorted(cuts)), WHOLE) if ids else (),
            )
        )
    return found


@st.composite
def statements(draw: st.DrawFn, *, units: bool = True) -> list[Override]:
    """Up to five changes, the oldest first."""
    found = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        first = draw(st.integers(0, DAYS - 1))
        last = draw(st.integers(first, DAYS - 1))
        grain = draw(st.sampled_from([None, *ForecastGrain]))
        percent = draw(st.integers(-100, 100).filter(bool))
        if grain is None and units and draw(st.booleans()):
            made = an_override(first, last, units=str(draw(st.integers(0, 40))), number=number)
        else:
            made = an_override(first, last, percent=str(percent), number=number)
        if grain is None:
            sku_id, warehouse_id = draw(st.sampled_from(PAIRS))
            found.append(replace(made, sku_id=sku_id, warehouse_id=warehouse_id))
        else:
            part = draw(st.sampled_from(PARTS_OF[grain]))
            found.append(replace(made, sku_id=None, warehouse_id=None, grain=grain, part=part))
    return found


def thousandths(mean: Sequence[float]) -> list[int]:
    return in_thousandths([mean])[0].tolist()


def cells_in(told: list[PublishedForecast]) -> Cells:
    cut = ChannelCuts(
        tuple(tuple(one.channel_ids) for one in told),
        tuple(tuple(one.channel_cuts) for one in told),
    )
    sku_ids, places = [one.sku_id for one in told], [one.warehouse_id for one in told]
    return cells_of(sku_ids, places, cut, [CATEGORIES[one] for one in sku_ids], MARKETS)


def planned(
    told: list[PublishedForecast], said: list[Override]
) -> tuple[list[PublishedForecast], np.ndarray]:
    laid = as_planned(told, Laid(said, CATEGORIES, MARKETS), as_of=DAY, days=7)
    return laid, planned_cells(laid, cells_in(told))


@dataclass
class Oracle:
    """By series, channel and day an exact fraction of a unit."""

    told: list[PublishedForecast]

    def __post_init__(self) -> None:
        self.units: dict[tuple[int, int, int], Fraction] = {}
        self.share: dict[tuple[int, int], Fraction] = {}
        for row, one in enumerate(self.told):
            low = 0
            for account, high in zip(
                one.channel_ids or (0,), one.channel_cuts or (WHOLE,), strict=True
            ):
                self.share[row, account] = Fraction(high - low, WHOLE)
                low = high
                for day in range(DAYS):
                    level = Fraction(int(one.mean[day // 7]), 7)
                    self.units[row, account, day] = level * self.share[row, account]
        # What each channel is of its series, which outlives a day without any demand.
        self.ratio = {key: self.share[key[:2]] for key in self.units}

    def holds(self, one: Override, row: int, account: int) -> bool:
        told = self.told[row]
        market = MARKETS.of_account.get(account) or MARKETS.of_warehouse[told.warehouse_id]
        return {
            None: (one.sku_id, one.warehouse_id) == (told.sku_id, told.warehouse_id),
            ForecastGrain.CHANNEL: one.part == str(account),
            ForecastGrain.MARKET: one.part == market,
            ForecastGrain.CATEGORY: one.part == CATEGORIES[told.sku_id],
            ForecastGrain.COMPANY: True,
        }[one.grain]

    def say(self, one: Override) -> None:
        first, last = (one.first_on - DAY).days, (one.last_on - DAY).days
        held = [key for key in self.units if first <= key[2] <= last and self.holds(one, *key[:2])]
        if one.change_percent is not None:
            for key in held:
                self.units[key] *= 1 + Fraction(one.change_percent) / 100
                self.ratio[key] *= 1 + Fraction(one.change_percent) / 100
            return
        for row, day in {(key[0], key[2]) for key in held}:
            mine = [key for key in held if (key[0], key[2]) == (row, day)]
            total = sum(self.ratio[key] for key in mine)
            for key in mine:
                self.ratio[key] = self.ratio[key] / total if total else self.share[key[:2]]
                self.units[key] = self.ratio[key] * Fraction(str(one.units_per_day))

    def cell(self, row: int, account: int, week: int) -> float:
        days = range(7 * week, 7 * week + 7)
        return float(sum(self.units[row, account, day] for day in days))


@given(forecasts(), statements())
def test_whatever_is_said_every_cell_is_what_was_said_of_it_and_all_sums_agree(
    told: list[PublishedForecast], said: list[Override]
) -> None:
    laid, mean = planned(told, said)
    cells, oracle = cells_in(told), Oracle(told)
    for one in said:
        oracle.say(one)
    accounts = cells.part_of["channel"].astype(int)
    for cell, (row, account) in enumerate(zip(cells.row, accounts, strict=True)):
        wanted = [oracle.cell(int(row), int(account), week) * PARTS for week in range(WEEKS)]
        # Where nobody changed channels, the sum and both cuts are rounded, by half a thousandth.
        assert mean[cell] == pytest.approx(wanted, abs=1.501)
    for row, one in enumerate(laid):
        assert mean[cells.row == row].sum(axis=0).tolist() == thousandths(one.mean)
    for grain in GRAINS:
        parts, place = cells.members(grain)
        by_part = summed(mean, place, len(parts))
        assert (
            by_part.sum(axis=0).tolist()
            == np.sum([thousandths(one.mean) for one in laid], axis=0).tolist()
        )


@given(
    forecasts(),
    statements(),
    st.sampled_from(["US", "DE", "GB"]),
    st.integers(-100, 300).filter(bool),
)
def test_a_market_moves_by_just_what_is_said_of_it_and_no_other_market_moves(
    told: list[PublishedForecast], said: list[Override], market: str, percent: int
) -> None:
    # Series that were cut before stay cut, so that nothing but the last statement differs.
    first = of_part(ForecastGrain.MARKET, market, "1", number=0, last=DAYS - 1)
    last = of_part(ForecastGrain.MARKET, market, str(percent), number=9, last=DAYS - 1)
    _, before = planned(told, [first, *said])
    _, after = planned(told, [first, *said, last])
    cells = cells_in(told)
    mine = cells.part_of["market"] == market
    assert after[~mine].tolist() == before[~mine].tolist()
    assert after[mine] == pytest.approx(before[mine] * (1 + percent / 100), abs=0.5 * 4 + 0.51)


@given(forecasts(), statements(units=False), st.randoms(use_true_random=False))
def test_percentages_may_be_said_in_any_order_and_units_in_that_in_which_they_were_said(
    told: list[PublishedForecast], said: list[Override], chance: Random
) -> None:
    _, mean = planned(told, said)
    mixed = said.copy()
    chance.shuffle(mixed)
    assert planned(told, mixed)[1].tolist() == mean.tolist()
    again = [replace(one, id=number) for number, one in enumerate(mixed)]
    assert planned(told, again)[1] == pytest.approx(mean, abs=1)


def sold_in_two(*, mean: float = 70.0) -> PublishedForecast:
    """A tenth in Germany (2), the rest in America (1)."""
    return replace(a_forecast(mean=mean), channel_ids=(1, 2), channel_cuts=(900_000, WHOLE))


def of_part(
    grain: ForecastGrain, part: str, percent: str, *, number: int = 1, last: int = 6
) -> Override:
    one = an_override(0, last, percent=percent, number=number)
    names = {"sku_id": None, "warehouse_id": None, "grain": grain, "part": part, "part_name": part}
    return replace(one, **names)  # type: ignore[arg-type]


def test_a_series_moves_by_its_share_in_mean_range_and_totals_and_its_shares_move_too() -> None:
    germany = of_part(ForecastGrain.MARKET, "DE", "50")
    [found], cells = planned([replace(sold_in_two(), warehouse_id=7)], [germany])
    assert list(found.mean)[:2] == [73.5, 70.0]
    assert found.quantiles["0.95"][:2] == pytest.approx([105 * 1.05, 105.0])
    assert found.totals["7"] == pytest.approx({"mean": 73.5, "0.05": 36.75, "0.95": 110.25})
    assert found.totals["14"]["mean"] == 143.5
    assert (cells[:, 0] / cells[:, 0].sum()).tolist() == pytest.approx(
        [0.1 * 1.5 / 1.05, 0.9 / 1.05]
    )
    assert cells[:, 1].tolist() == [7_000, 63_000]
    [note] = found.overrides
    assert (note["units_before"], note["part_units"], note["units_after"]) == (70.0, 7.0, 73.5)


def test_a_channel_and_its_market_both_hold_for_what_is_sold_through_both() -> None:
    both = [
        of_part(ForecastGrain.MARKET, "DE", "10"),
        of_part(ForecastGrain.CHANNEL, "2", "10", number=2),
    ]
    [found], cells = planned([replace(sold_in_two(), warehouse_id=7)], both)
    assert cells[:, 0].tolist() == [8_470, 63_000]
    first, second = found.overrides
    assert (first["part_units"], second["part_units"]) == (7.0, 7.7)


def test_where_nothing_is_sold_in_a_market_a_forecast_is_what_was_published() -> None:
    told = [replace(sold_in_two(), warehouse_id=7)]
    [found], _ = planned(told, [of_part(ForecastGrain.MARKET, "FR", "50")])
    assert found is told[0]


def test_units_a_day_of_a_series_keep_what_its_markets_were_said_to_be() -> None:
    germany = of_part(ForecastGrain.MARKET, "DE", "100")
    stated = replace(an_override(0, 6, units="11", number=2), warehouse_id=7)
    told = [replace(sold_in_two(), warehouse_id=7)]
    assert planned(told, [germany, stated])[1][:, 0].tolist() == [14_000, 63_000]
    # Said the other way round, the market grows on what was stated.
    later = replace(germany, id=3)
    assert planned(told, [stated, later])[1][:, 0].tolist() == [15_400, 69_300]


def test_totals_keep_a_mean_of_their_own_where_a_market_grows() -> None:
    rare = replace(sold_in_two(), mean=[0.0] * 8, warehouse_id=7)
    [found], _ = planned([rare], [of_part(ForecastGrain.MARKET, "DE", "100")])
    assert found.totals["7"]["mean"] == pytest.approx(77.0)
    assert sum(found.mean) == 0.0
