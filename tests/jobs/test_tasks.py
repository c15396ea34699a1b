"""What the nightly jobs do for a small seller."""

from datetime import date

from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from jobs.tasks import Workplace, keep_kpis
from tests.planning.seller import NOW, YESTERDAY, make_seller


def _silent(step: str, share: float) -> None:
    """Nobody listens."""


def test_the_days_of_an_old_history_are_kept_to_its_end_and_the_last_weeks(
    database: Database,
) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [10] * 30, last_on=date(2011, 12, 8))
    place = Workplace(database, SYSTEM, NOW)
    kept = keep_kpis(place, {}, _silent)
    assert kept["days"] == 30 + 46
    days = seller.rows("SELECT min(on_day), max(on_day) FROM kpi_day WHERE units_sold > 0")
    assert days == [(date(2011, 11, 9), date(2011, 12, 8))]


def test_a_second_night_takes_late_facts_of_the_last_weeks_in_again(database: Database) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [10] * 200, last_on=YESTERDAY)
    place = Workplace(database, SYSTEM, NOW)
    assert keep_kpis(place, {}, _silent)["days"] == 200
    seller.sold("CABLE", [5] * 10, last_on=YESTERDAY)
    assert keep_kpis(place, {}, _silent)["days"] == 46
    assert seller.rows(
        "SELECT sum(units_sold) FROM kpi_day WHERE account_id = 0 AND category = '*'"
    ) == [(2050,)]


def test_a_company_without_facts_keeps_no_day(database: Database) -> None:
    make_seller(database)
    assert keep_kpis(Workplace(database, SYSTEM, NOW), {}, _silent) == {"days": 0, "rows": 0}
