"""A plan keeps what its sums need, and every total that is read from it agrees with every other."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from forecasting.hierarchy import PARTS
from forecasting.hierarchy_reading import Hierarchy, read_hierarchy
from forecasting.overriding import planned_forecasts
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.overrides import NewOverride, set_override
from inventory_core.planning.published import PublishedForecast, current_run, make_current
from inventory_core.planning.published_sums import adopt_sums
from inventory_core.vocabulary import ForecastGrain, OverrideReason
from jobs.planning import run_planning
from tests.planning.fulfilment import Fulfilment
from tests.planning.seller import NOW, TODAY, YESTERDAY

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_trees")]

DAYS = 280
WEEKS_AGO = 6
BOOKS = ("forecast", "forecast_sum", "forecast_outcome")


@pytest.fixture
def scene(database: Database) -> Fulfilment:
    """LAMP through both channels, CABLE only in the shop; planned six weeks ago and today."""
    made = Fulfilment(database, DAYS)
    made.seller.run("UPDATE sku SET category = 'Light' WHERE code = 'LAMP'")
    wobble = [3, 5, 4, 6, 4, 5, 3, 4, 6, 5, 4]
    for day in range(DAYS):
        units = wobble[day % 11]
        made.sold("LAMP", day, made.amazon, made.fba, units + 2)
        made.sold("LAMP", day, made.shop, made.own, units)
        made.sold("LAMP", day, made.amazon, made.own, 1)
        made.sold("CABLE", day, made.shop, made.own, units)
    for weeks in (WEEKS_AGO, 0):
        planned(made, weeks_ago=weeks)
    return made


def planned(scene: Fulfilment, *, weeks_ago: int = 0) -> None:
    run_planning(
        scene.seller.database,
        SYSTEM,
        now=NOW,
        as_of=TODAY - timedelta(weeks=weeks_ago) if weeks_ago else None,
        prophet_seconds=0,
        proposing=not weeks_ago,
    )


def read(scene: Fulfilment) -> tuple[dict[ForecastGrain, Hierarchy], list[PublishedForecast]]:
    found = {}
    with scene.seller.database.reading() as conn:
        run = current_run(conn)
        assert run is not None
        for grain in ForecastGrain:
            one = read_hierarchy(conn, run, grain)
            assert one is not None
            found[grain] = one
        return found, list(planned_forecasts(conn, run, as_of=run.plan_day))


def books(scene: Fulfilment) -> dict[str, list[tuple]]:
    return {name: scene.seller.rows(f"SELECT * FROM {name} ORDER BY 1, 2, 3") for name in BOOKS}


def test_all_grains_agree_to_the_unit_and_with_pandas(scene: Fulfilment) -> None:
    found, told = read(scene)
    horizon = round(sum(sum(one.mean) for one in told))
    month = round(sum(sum(one.mean[:4]) for one in told))
    for grain, one in found.items():
        assert sum(part.horizon for part in one.sums) == one.whole.horizon == horizon
        assert sum(part.month for part in one.sums) == one.whole.month == month
        for part in one.sums:
            members = one.members[part.part]
            assert sum(member.month for member in members) == part.month
            assert sum(member.horizon for member in members) == part.horizon
            assert len(part.low) == len(part.high) == len(part.mean)
            assert all(low <= high for low, high in zip(part.low, part.high, strict=True))
            assert part.month_range is not None
            assert part.month_range[0] <= part.month + 1
            assert part.month_range[1] >= part.month - 1
        sold = np.sum([part.past for part in one.sums], axis=0)
        assert sold.tolist() == list(one.whole.past), grain
        assert one.whole.past_through == YESTERDAY
    frame = pd.DataFrame(
        [
            {
                "channel": str(account),
                "market": "US",
                "category": {scene.seller.skus["LAMP"]: "Light"}.get(one.sku_id, ""),
                "company": "",
                "units": sum(one.mean) * (high - low) / 1e6,
            }
            for one in told
            for account, low, high in zip(
                one.channel_ids, [0, *one.channel_cuts[:-1]], one.channel_cuts, strict=True
            )
        ]
    )
    for grain, one in found.items():
        wanted = frame.groupby(grain.value)["units"].sum().to_dict()
        mine = {part.part: sum(part.mean) for part in one.sums}
        assert mine.keys() == wanted.keys()
        assert all(abs(mine[part] - wanted[part]) < 50 / PARTS for part in mine)


def test_what_people_lay_over_a_series_is_in_every_sum_of_it(scene: Fulfilment) -> None:
    before, _ = read(scene)
    lamp = scene.seller.skus["LAMP"]
    change = NewOverride(
        "o", lamp, scene.fba, TODAY, TODAY + timedelta(days=27), OverrideReason.CAMPAIGN,
        change_percent=Decimal(100),
    )  # fmt: skip
    scene.seller.database.write(lambda tx: set_override(tx, SYSTEM, change, now=NOW))
    after, _ = read(scene)
    added = after[ForecastGrain.COMPANY].whole.month - before[ForecastGrain.COMPANY].whole.month
    assert added > 100
    by_channel = [
        {one.part: one for one in found[ForecastGrain.CHANNEL].sums} for found in (before, after)
    ]
    amazon, shop = str(scene.amazon), str(scene.shop)
    assert by_channel[1][shop].mean == by_channel[0][shop].mean
    # Whole units are rounded where they are summed up, so the next channel may begin one later.
    assert abs(by_channel[1][amazon].month - by_channel[0][amazon].month - added) <= 1
    assert (
        sum(one.month for one in by_channel[1].values()) == after[ForecastGrain.COMPANY].whole.month
    )
    ratio = by_channel[1][amazon].mean[0] / by_channel[0][amazon].mean[0]
    assert by_channel[1][amazon].high[0] / by_channel[0][amazon].high[0] == pytest.approx(ratio)


def test_what_people_say_of_a_category_moves_its_sum_by_just_that(scene: Fulfilment) -> None:
    before, _ = read(scene)
    change = NewOverride(
        "o", None, None, TODAY, TODAY + timedelta(days=27), OverrideReason.MARKET_TREND,
        change_percent=Decimal(25), grain=ForecastGrain.CATEGORY, part="Light",
    )  # fmt: skip
    scene.seller.database.write(lambda tx: set_override(tx, SYSTEM, change, now=NOW))
    after, _ = read(scene)
    by_part = [
        {one.part: one for one in found[ForecastGrain.CATEGORY].sums} for found in (before, after)
    ]
    light, rest = ([parts[name].mean for parts in by_part] for name in ("Light", ""))
    assert light[1][0] / light[0][0] == pytest.approx(1.25, abs=1e-4)
    assert rest[1] == rest[0]


def test_weeks_are_judged_by_channel_and_sums_by_their_weeks(scene: Fulfilment) -> None:
    rows = scene.seller.rows(
        "SELECT o.week_on, o.actual, o.model, c.account_id, c.actual, c.model"
        " FROM forecast_outcome o CROSS JOIN unnest(o.channel_ids, o.channel_actual,"
        " o.channel_model) AS c(account_id, actual, model) WHERE o.seen"
        " ORDER BY o.sku_id, o.warehouse_id, o.week_on"
    )
    names = ["week", "actual", "model", "account", "channel_actual", "channel_model"]
    frame = pd.DataFrame(rows, columns=names)
    assert frame["week"].nunique() >= WEEKS_AGO - 1
    weekly = frame.groupby(["account", "week"])[["channel_actual", "channel_model"]].sum()
    assert weekly.groupby("week").sum()["channel_actual"].nunique() > 1
    found, _ = read(scene)
    for one in found[ForecastGrain.CHANNEL].sums:
        mine = weekly.loc[int(one.part)]
        miss = mine["channel_model"] - mine["channel_actual"]
        total = mine["channel_actual"].sum()
        assert one.record.weeks == len(mine)
        assert one.record.error == pytest.approx(miss.abs().sum() / total)
        assert one.record.bias == pytest.approx(miss.sum() / total)
    whole = scene.seller.rows("SELECT sum(actual), sum(model) FROM forecast_outcome WHERE seen")
    assert frame["channel_actual"].sum() == pytest.approx(float(whole[0][0]))
    assert frame["channel_model"].sum() == pytest.approx(float(whole[0][1]), abs=0.1)
    company = found[ForecastGrain.COMPANY]
    assert company.each.error is not None
    assert company.whole.record.error is not None
    assert company.whole.record.error <= company.each.error


def test_planning_again_changes_no_sum_and_a_run_that_stays_learns_its_channels(
    scene: Fulfilment,
) -> None:
    before = books(scene)
    planned(scene)
    assert books(scene) == before
    kept = scene.seller.rows("SELECT id FROM forecast_run WHERE current")
    # A run from before channels were learned, kept in use against a newer one.
    scene.seller.run("UPDATE forecast SET channel_ids = '{}', channel_cuts = '{}'")
    scene.seller.run("DELETE FROM forecast_sum")
    old, _ = read(scene)
    [unknown] = old[ForecastGrain.CHANNEL].sums
    assert (unknown.part, unknown.low, unknown.past, unknown.month_range) == ("0", (), (), None)
    assert unknown.month == old[ForecastGrain.COMPANY].whole.month
    # Other data, so a new run; it has the same code, so it takes over. Give the old one its place.
    scene.sold("CABLE", DAYS - 1, scene.amazon, scene.own, 1)
    planned(scene)
    [(newest,)] = scene.seller.rows("SELECT max(id) FROM forecast_run")
    scene.seller.database.write(lambda tx: adopt_sums(tx, kept[0][0], newest))
    scene.seller.database.write(lambda tx: make_current(tx, SYSTEM, kept[0][0]))
    now, _ = read(scene)
    assert {one.part for one in now[ForecastGrain.CHANNEL].sums} == {
        str(scene.amazon),
        str(scene.shop),
    }
    assert now[ForecastGrain.COMPANY].whole.month == unknown.month
    assert now[ForecastGrain.COMPANY].whole.low
