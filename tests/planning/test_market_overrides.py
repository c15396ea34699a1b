"""A market or a channel that grows is said by itself, and moves just what is sold there."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from forecasting.hierarchy_reading import read_hierarchy
from inventory_core.catalog.listings import NewAccount, create_accounts
from inventory_core.db.engine import Database
from inventory_core.errors import Invalid, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.office.audit import list_audit
from inventory_core.planning.overrides import (
    NewOverride,
    Override,
    set_override,
    withdraw_override,
)
from inventory_core.planning.published import current_run
from inventory_core.vocabulary import ForecastGrain, OverrideReason
from jobs.planning import run_planning
from tests.forecasting.pocket_checks import check_changes
from tests.planning.seller import NOW, TODAY, YESTERDAY, Seller, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")

DAYS = 140
LAST = TODAY + timedelta(days=55)


class Exporter:
    """From the US warehouse LAMP sells 6 a day in the US and 4 in Germany, CABLE in the US only."""

    def __init__(self, database: Database) -> None:
        self.seller: Seller = make_seller(database)
        both = [self.seller.us]
        with database.writing() as tx:
            made = create_accounts(
                tx,
                SYSTEM,
                [
                    NewAccount("AMZ", "Amazon US", "amazon", "USD", "UTC", "US", both),
                    NewAccount("ADE", "Amazon *DE*", "amazon", "EUR", "UTC", "DE", both),
                ],
            )
        self.america, self.germany = made["AMZ"], made["ADE"]
        wobble = [0, 1, -1, 2, 0, -2, 1]
        for back in range(DAYS):
            more = wobble[back % 7]
            self.sold("LAMP", back, self.america, 6 + more)
            self.sold("LAMP", back, self.germany, 4)
            self.sold("CABLE", back, self.america, 5 + more)
        self.seller.stock("LAMP", 250)
        self.seller.stock("CABLE", 120)

    def sold(self, sku: str, back: int, account: int, units: int) -> None:
        on = YESTERDAY - timedelta(days=back)
        self.seller.run(
            "INSERT INTO sales_line (source, invoice, sku_text, sku_id, sold_at, sold_on,"
            " quantity, unit_price, currency, warehouse_id, account_id) VALUES ('file', :invoice,"
            " :sku, :sku_id, CAST(:day AS date), :day, :units, 10, 'USD', :place, :account)",
            invoice=f"{on}-{account}", sku=sku, sku_id=self.seller.skus[sku], day=on, units=units,
            place=self.seller.us, account=account,
        )  # fmt: skip

    def plan(self, *, weeks_ago: int = 0) -> None:
        run_planning(
            self.seller.database,
            SYSTEM,
            now=NOW,
            as_of=TODAY - timedelta(weeks=weeks_ago) if weeks_ago else None,
            prophet_seconds=0,
            proposing=not weeks_ago,
        )

    def says(
        self, grain: ForecastGrain | None, part: str, percent: int, **changes: object
    ) -> Override:
        new = NewOverride(
            f"{grain}-{part}-{percent}", None, None, TODAY, LAST, OverrideReason.MARKET_TREND,
            change_percent=Decimal(percent), grain=grain, part=part,
        )  # fmt: skip
        facts = {name: getattr(new, name) for name in new.__slots__} | changes
        with self.seller.database.writing() as tx:
            return set_override(tx, SYSTEM, NewOverride(**facts), now=NOW)

    def sums(self, grain: ForecastGrain) -> Mapping[str, tuple[float, ...]]:
        with self.seller.database.reading() as conn:
            run = current_run(conn)
            assert run is not None
            found = read_hierarchy(conn, run, grain)
        assert found is not None
        whole = [sum(values) for values in zip(*(one.mean for one in found.sums), strict=True)]
        assert whole == pytest.approx(found.whole.mean, abs=1e-9)
        return {one.part: one.mean for one in found.sums}

    def bought(self) -> dict[str, tuple[int, dict]]:
        rows = self.seller.rows(
            "SELECT s.code, r.quantity, r.trace FROM suggestion g JOIN sku s ON s.id = g.sku_id"
            " JOIN suggestion_revision r ON r.suggestion_id = g.id AND r.revision = g.revision"
        )
        return {code: (quantity, trace) for code, quantity, trace in rows}


@pytest.fixture
def exporter(database: Database) -> Exporter:
    made = Exporter(database)
    made.plan()
    return made


def test_a_market_moves_by_its_percentage_and_its_skus_by_their_share_of_it(
    exporter: Exporter,
) -> None:
    before = {grain: exporter.sums(grain) for grain in ForecastGrain}
    bought = exporter.bought()
    made = exporter.says(ForecastGrain.MARKET, "DE", 50)
    assert made.model_units == pytest.approx(4 * 56, rel=0.03)
    assert made.planned_units == pytest.approx(made.model_units * 1.5)
    assert made.model_units == pytest.approx(sum(before[ForecastGrain.MARKET]["DE"][:8]), abs=0.01)
    assert made.naive_units == pytest.approx(4 * 56, rel=0.05)
    after = {grain: exporter.sums(grain) for grain in ForecastGrain}
    markets, channels = after[ForecastGrain.MARKET], after[ForecastGrain.CHANNEL]
    assert markets["US"] == before[ForecastGrain.MARKET]["US"]
    assert channels[str(exporter.america)] == before[ForecastGrain.CHANNEL][str(exporter.america)]
    for period, units in enumerate(before[ForecastGrain.MARKET]["DE"]):
        wanted = units * 1.5 if period < 8 else units
        assert markets["DE"][period] == pytest.approx(wanted, abs=0.001)
        assert channels[str(exporter.germany)][period] == markets["DE"][period]
    totals = {grain: sum(map(sum, found.values())) for grain, found in after.items()}
    assert max(totals.values()) == pytest.approx(min(totals.values()), abs=1e-6)
    exporter.plan()
    quantity, trace = exporter.bought()["CABLE"]
    assert (quantity, trace["run"]["overrides"]) == (bought["CABLE"][0], [])
    quantity, trace = exporter.bought()["LAMP"]
    assert quantity > bought["LAMP"][0] + 20
    [note] = trace["run"]["overrides"]
    assert (note["grain"], note["part"], note["change_percent"]) == ("market", "DE", 50)
    assert note["part_units"] / note["units_before"] == pytest.approx(0.4, abs=0.02)
    check_changes(trace)


def test_a_channel_is_named_where_it_is_told_of_and_taken_back_everything_is_as_before(
    exporter: Exporter,
) -> None:
    before, bought = exporter.sums(ForecastGrain.CHANNEL), exporter.bought()
    made = exporter.says(ForecastGrain.CHANNEL, str(exporter.germany), 50)
    assert made.part_name == "Amazon *DE*"
    exporter.plan()
    [note] = exporter.bought()["LAMP"][1]["run"]["overrides"]
    assert note["part_name"] == "Amazon *DE*"
    database = exporter.seller.database
    with database.reading() as conn:
        assert [
            one.details["part"] for one in list_audit(conn) if one.act == "forecast_override_set"
        ] == ["Amazon *DE*"]
    database.write(lambda tx: withdraw_override(tx, SYSTEM, made.id, now=NOW))
    exporter.plan()
    assert exporter.sums(ForecastGrain.CHANNEL) == before
    assert exporter.bought()["LAMP"][0] == bought["LAMP"][0]


def test_changes_of_every_kind_laid_over_each_other_still_add_up(exporter: Exporter) -> None:
    lamp = {"sku_id": exporter.seller.skus["LAMP"], "warehouse_id": exporter.seller.us}
    before = exporter.sums(ForecastGrain.MARKET)
    exporter.says(ForecastGrain.COMPANY, "", 10)
    exporter.says(ForecastGrain.MARKET, "DE", -20)
    exporter.says(ForecastGrain.CHANNEL, str(exporter.germany), 10, last_on=TODAY)
    exporter.says(
        None, "", 0, **lamp, change_percent=None,
        units_per_day=Decimal(20), first_on=LAST - timedelta(days=6),
    )  # fmt: skip
    after = {grain: exporter.sums(grain) for grain in ForecastGrain}
    company = after[ForecastGrain.COMPANY][""]
    for found in after.values():
        for period, units in enumerate(company):
            assert sum(one[period] for one in found.values()) == pytest.approx(units, abs=1e-9)
    exporter.plan()
    check_changes(exporter.bought()["LAMP"][1])
    germany = after[ForecastGrain.MARKET]["DE"]
    assert germany[1] == pytest.approx(before["DE"][1] * 1.1 * 0.8, abs=0.002)
    # What is stated for the whole SKU is split as its markets were said to be.
    note = exporter.bought()["LAMP"][1]["run"]["overrides"][1]
    share = note["part_units"] / note["units_before"]
    assert germany[7] == pytest.approx(140 * share * 0.8 / (1 - share * 0.2), abs=0.01)


def test_nothing_is_said_of_a_market_in_which_nothing_is_forecast(exporter: Exporter) -> None:
    books = exporter.seller.books("forecast_override", "audit_entry")
    for grain, part in ((ForecastGrain.MARKET, "FR"), (ForecastGrain.CHANNEL, "999")):
        with pytest.raises(Refused, match="override_without_share"):
            exporter.says(grain, part, 10)
    assert exporter.seller.books("forecast_override", "audit_entry") == books


def test_a_part_is_changed_as_far_as_each_of_its_forecasts_goes(exporter: Exporter) -> None:
    cut = "UPDATE forecast SET mean = mean[1:4], naive = naive[1:4] WHERE sku_id = :cable"
    exporter.seller.run(cut, cable=exporter.seller.skus["CABLE"])
    made = exporter.says(ForecastGrain.COMPANY, "", 10)
    assert made.model_units == pytest.approx(10 * 56 + 5 * 28, rel=0.03)
    [(longest,)] = exporter.seller.rows("SELECT max(cardinality(mean)) FROM forecast")
    beyond = TODAY + timedelta(weeks=longest)
    with pytest.raises(Invalid, match="override_beyond_forecast"):
        exporter.says(ForecastGrain.COMPANY, "", 20, last_on=beyond)


def test_a_forecast_that_ends_early_ends_its_change_when_the_change_ends(
    exporter: Exporter,
) -> None:
    """Its last week stands for later ones in a sum: as it was, and not as it was changed."""
    for back in range(DAYS):
        exporter.sold("CREAM", back, exporter.america, 7)
    exporter.plan()
    exporter.seller.run(
        "UPDATE forecast SET mean = mean[1:4] WHERE sku_id = :cable",
        cable=exporter.seller.skus["CABLE"],
    )
    before = exporter.sums(ForecastGrain.MARKET)["US"]
    exporter.says(ForecastGrain.MARKET, "US", 50, last_on=TODAY + timedelta(days=27))
    after = exporter.sums(ForecastGrain.MARKET)["US"]
    assert after[:4] == pytest.approx([units * 1.5 for units in before[:4]], abs=0.002)
    assert after[4:] == before[4:]


def test_weeks_that_are_over_are_judged_with_the_market_as_it_was_planned_then(
    database: Database,
) -> None:
    """Of LAMP 40 % is sold in Germany, of CABLE nothing; the change was made four weeks ago."""
    exporter = Exporter(database)
    exporter.plan(weeks_ago=4)
    then = TODAY - timedelta(weeks=4)
    exporter.says(ForecastGrain.MARKET, "DE", 50, first_on=then, last_on=TODAY)
    exporter.seller.run("UPDATE forecast_override SET recorded_at = :then", then=then)
    exporter.plan()
    rows = exporter.seller.rows(
        "SELECT s.code, o.week_on, o.planned / o.model FROM forecast_outcome o"
        " JOIN sku s ON s.id = o.sku_id WHERE o.week_on >= :since ORDER BY o.week_on",
        since=then,
    )
    # The week in which that forecast begins on a Tuesday is not judged by it.
    assert len(rows) == 6
    for sku, _, moved in rows:
        assert moved == pytest.approx({"LAMP": 1.2, "CABLE": 1.0}[sku], abs=0.02)
