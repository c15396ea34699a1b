"""What a company's book says of its past: what was asked for, who served it, what was known."""

import pytest

from forecasting.replay_history import Past
from forecasting.replay_past import read_past
from inventory_core.db.engine import Database
from tests.planning.seller import NOW, TODAY, YESTERDAY, make_seller

WEEKS = 30


def past_of(database: Database) -> Past:
    with database.reading() as conn:
        return read_past(conn, today=TODAY, now=NOW).past


def test_lead_times_spread_in_whole_weeks_as_the_offer_says(database: Database) -> None:
    seller = make_seller(database, ("LAMP",))
    seller.sold("LAMP", [9] * 7 * WEEKS, last_on=YESTERDAY)
    past = past_of(database)
    # 30 days with a deviation of 3: 26, 28, 30, 32 and 34 days.
    assert (past.lead.tolist(), past.leads.tolist()) == ([5], [[4, 4, 5, 5, 5]])


@pytest.mark.parametrize("offered", [True, False])
def test_every_series_has_as_many_lead_times(database: Database, *, offered: bool) -> None:
    seller = make_seller(database, ("LAMP",), offered=offered)
    seller.sold("LAMP", [9] * 7 * WEEKS, last_on=YESTERDAY)
    assert past_of(database).leads.shape == (1, 5)
