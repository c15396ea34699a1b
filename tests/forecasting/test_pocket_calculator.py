"""Ten suggestions chosen at random, twice: every number on the card worked out by hand.

With a pocket calculator's operations (`pocket.py`), from the trace alone, by somebody who does not
trust the program. The same for every golden sheet.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import text

from forecasting.suggest import plan_pair
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database, Writing
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.overrides import NewOverride, set_override
from inventory_core.planning.plan_costs import ASSUMED_COSTS
from inventory_core.planning.published import current_run
from inventory_core.planning.suggestions import OPEN_STATES
from inventory_core.vocabulary import ForecastGrain, OverrideReason
from jobs.planning import run_planning
from tests.forecasting.pocket_checks import check_card
from tests.golden.sheets import cases, read_sheet, settings_of, situation_of

MOST_TRACE_BYTES = 20_000
_OPEN = text("""
    SELECT s.id, r.* FROM suggestion s
      JOIN suggestion_revision r ON r.suggestion_id = s.id AND r.revision = s.revision
     WHERE s.kind = 'buy' AND s.state = ANY(:states) ORDER BY s.id
""")


@pytest.mark.parametrize(
    "case",
    [
        case if place % 4 == 0 else pytest.param(case, marks=pytest.mark.slow)
        for place, case in enumerate(cases())
    ],
)
def test_the_card_of_a_golden_sheet_can_be_worked_out_by_hand(case: str) -> None:
    sheet = read_sheet(case, "input")
    draft = plan_pair(situation_of(sheet), settings_of(sheet)).draft
    if draft is not None:
        row = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
        check_card(row, json.loads(json.dumps(draft.trace)))


def test_storage_by_volume_and_stated_costs_can_be_worked_out_too() -> None:
    sheet = read_sheet("24_fba_fee_cliffs", "input")
    stated = replace(
        ASSUMED_COSTS, storage_fee=Decimal(30), order_line_cost=Decimal("7.5"), assumed=()
    )
    settings = replace(settings_of(sheet), costs=stated)
    draft = plan_pair(replace(situation_of(sheet), volume_m3=Decimal("0.012")), settings).draft
    assert draft is not None
    row = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
    trace = json.loads(json.dumps(draft.trace))
    check_card(row, trace)
    taken = trace["order_cost"]["candidates"][0]
    fee = Decimal(taken["shelf_days"]) / 30 * Decimal("0.012") * 30
    assert Decimal(taken["unit_fees"]) == fee.quantize(Decimal("0.000001")) > 0
    assert (trace["order_cost"]["order_line_cost"], trace["order_cost"]["assumed"]) == ("7.5", [])


@pytest.mark.slow
def test_ten_random_suggestions_and_ten_more_can_be_worked_out_by_hand(
    sample_database: Database,
) -> None:
    now = utc_now()
    run_planning(sample_database, SYSTEM, now=now, prophet_seconds=0, proposing=False)
    sample_database.write(lambda tx: _a_market_grows(tx, now))
    run_planning(sample_database, SYSTEM, now=now, prophet_seconds=0)
    with sample_database.reading() as conn:
        rows = [dict(row._mapping) for row in conn.rows(_OPEN, {"states": list(OPEN_STATES)})]
    assert len(rows) >= 20
    assert any(row["trace"]["run"]["overrides"] for row in rows)
    # The sample's receipts say what the sea costs, its agent what flying does.
    costs = [row["trace"]["cost"] for row in rows]
    assert any(share["source"] == "receipts" for c in costs if (share := c["freight_share"]))
    fast = [found for row in rows if (found := row["trace"]["faster"]) is not None]
    assert any(found["ship_method"] == "air" and found["extra_base"] for found in fast)
    for seed in (20260302, 20260309):
        for row in Random(seed).sample(rows, 10):
            assert len(json.dumps(row["trace"])) < MOST_TRACE_BYTES
            check_card(row, row["trace"])


def _a_market_grows(tx: Writing, now: datetime) -> None:
    run = current_run(tx)
    assert run is not None
    days = (run.plan_day, run.plan_day + timedelta(days=27))
    grows = NewOverride(
        "us", None, None, *days, OverrideReason.MARKET_TREND,
        change_percent=Decimal(20), grain=ForecastGrain.MARKET, part="US",
    )  # fmt: skip
    set_override(tx, SYSTEM, grows, now=now)
