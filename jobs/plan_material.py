"""What a planning run starts from, read in one snapshot.

Decides how far the forecasts must reach and refuses a history too short to plan from. Never trains,
never writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from forecasting.channel_shares import Channels
from forecasting.demand_panel import Period, choose_period, is_sellable
from forecasting.hierarchy_reading import channels_of
from forecasting.history import DemandGrid, PlanningDay, planning_day
from forecasting.newcomers import Newcomers, with_newcomers
from forecasting.own_models import OwnCandidates, own_candidates
from forecasting.stand_ins import with_stand_ins
from forecasting.stated_terms import longest_lead_days
from forecasting.succession import continued_grid
from inventory_core.clock import business_day
from inventory_core.db.engine import Reading
from inventory_core.errors import Refused
from inventory_core.insight.demand import data_watermark, sku_facts
from inventory_core.office.company import read_company
from inventory_core.planning.own_models import own_models

LEAST_HISTORY_DAYS = 14
# Announced promotions and the paths reach so far beyond the protection interval of the slowest
# offer: one more review period, and what a spread of the lead time may add.
SPARE_DAYS = 21
MOST_HORIZON_DAYS = 280


@dataclass(frozen=True, slots=True)
class Material:
    """What was read: the day of the plan, the demand up to it, and what else training takes."""

    day: PlanningDay
    grid: DemandGrid
    newcomers: Newcomers
    period: Period
    categories: Mapping[int, str]
    watermark: datetime
    own: OwnCandidates
    channels: Channels


def read_material(
    conn: Reading, *, as_of: date | None, now: datetime, data_folder: Path | None
) -> Material:
    """What a planning takes from the books; refused where the history is too short."""
    company = read_company(conn)
    today = business_day(now, company.time_zone)
    day = planning_day(conn, today=today, as_of=as_of, now=now)
    lead_days = longest_lead_days(conn, as_of=day.as_of)
    interval = min(MOST_HORIZON_DAYS, (lead_days or 45) + 2 * company.review_days + SPARE_DAYS)
    sold = continued_grid(
        conn, through=day.through, ahead_days=interval + 7, known_at=_known_at(day, as_of)
    )
    grid = sold.select(is_sellable(sold).nonzero()[0])
    if not len(grid.sku_id) or grid.length < LEAST_HISTORY_DAYS:
        days = grid.length if len(grid.sku_id) else 0
        raise Refused("no_history_to_plan_from", days=days, least=LEAST_HISTORY_DAYS)
    period = choose_period(grid, interval)
    grid, newcomers = with_newcomers(conn, grid, sold, as_of=day.as_of)
    channels = channels_of(conn, grid)
    return Material(
        day=day,
        grid=with_stand_ins(grid, channels.demand),
        newcomers=newcomers,
        period=period,
        categories={row.id: row.category for row in conn.rows(sku_facts())},
        watermark=conn.scalar(data_watermark()) or now,
        own=own_candidates(data_folder, own_models(conn, active_only=True)),
        channels=channels,
    )


def _known_at(day: PlanningDay, as_of: date | None) -> datetime | None:
    """Whoever asks for an earlier day must not hear what was said of its past with hindsight. Where
    nobody asked, a history that ended long ago is planned as of its end with all that was said.
    """
    if as_of is None or not day.stale:
        return None
    return datetime.combine(as_of + timedelta(days=1), time(), UTC)
