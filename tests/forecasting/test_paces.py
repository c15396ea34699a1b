"""What fills a week up: units over all days in stock, however the stock-out came about."""

import numpy as np
import numpy.typing as npt

from forecasting.paces import selling_pace

Floats = npt.NDArray[np.float64]

SERIES, WEEKS = 300, 120


def _played(rate: float, lot: int, every: int) -> tuple[Floats, Floats]:
    """Units and days in stock by week; `lot` units come every so many weeks and sell out."""
    rng = np.random.default_rng(27)
    left = np.zeros(SERIES)
    sold, days = np.zeros((2, SERIES, WEEKS))
    for day in range(WEEKS * 7):
        left = np.where(day % (every * 7) == 0, lot, left)
        gone = np.minimum(rng.poisson(rate, SERIES), left)
        days[:, day // 7] += left > 0
        sold[:, day // 7] += gone
        left = left - gone
    return sold, days


def _filled(sold: Floats, days: Floats) -> float:
    """Mean demand of a week with any stock."""
    demand = sold + selling_pace(sold, days) * (7 - days)
    return float(demand[days > 0].mean())


def test_trap_27_a_week_that_its_own_sale_ended_does_not_make_a_rare_seller_a_good_one() -> None:
    rate = 0.15
    sold, days = _played(rate, lot=3, every=5)
    assert abs(_filled(sold, days) / (7 * rate) - 1) < 0.05
    alone = (sold / np.maximum(days, 1) * 7)[days > 0].mean()
    assert alone > 1.2 * 7 * rate, "each week scaled by itself is not what sells"


def test_trap_27_who_sells_every_day_is_filled_up_at_the_pace_of_the_week_itself() -> None:
    rng = np.random.default_rng(27)
    days = np.full((1, WEEKS), 7.0)
    sold = rng.poisson(140.0, (1, WEEKS)).astype(np.float64)
    days[0, 100], sold[0, 100] = 4.0, 160.0  # a strong week: forty a day instead of twenty
    assert abs(selling_pace(sold, days)[0, 100] / 40.0 - 1) < 0.03


def test_a_first_week_has_only_itself_and_the_next_one_leans_on_it() -> None:
    sold, days = np.zeros((2, 1, 4))
    days[0] = [0, 0, 4, 4]
    sold[0] = [0, 0, 8, 2]
    pace = selling_pace(sold, days)[0]
    assert pace[2] == 2.0, "nothing else is known"
    assert 0.5 < pace[3] < 2.0


def test_trap_36_the_pace_of_a_week_knows_no_later_one() -> None:
    sold, days = _played(0.4, lot=5, every=3)
    later = sold.copy()
    later[:, 60:] *= 9
    assert (selling_pace(sold, days)[:, :60] == selling_pace(later, days)[:, :60]).all()
