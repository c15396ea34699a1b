"""The replay of a company's own past as a job: reads the book once, plays, answers with figures.

Decides which what-ifs are possible and how the answer is kept; writes nothing but the record of
the run.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from forecasting.replay_history import Compared, WhatIf, forecasts_then, replay_history
from forecasting.replay_past import PastOfCompany, read_past
from inventory_core.clock import business_day
from inventory_core.db.engine import Database
from inventory_core.errors import Invalid
from inventory_core.office.company import Company, read_company

# What a person may change: the least and the most.
LIMITS: Mapping[str, tuple[float, float]] = {
    "service_level": (0.5, 0.999),
    "lead_days": (0, 90),
    "demand": (-0.5, 1.0),
    "port_days": (0, 60),
    "budget": (1, 1e12),
}


def run_replay(
    database: Database,
    settings: Mapping[str, Any],
    *,
    now: datetime,
    progress: Callable[[str, float], None],
) -> dict[str, Any]:
    """The last year again; `settings` may name any of LIMITS."""
    progress("reading_history", 0.0)
    with database.reading() as conn:
        company = read_company(conn)
        what_if = asked_what_if(settings, company)
        found = read_past(conn, today=business_day(now, company.time_zone), now=now)
    forecasts = forecasts_then(
        found.past,
        longest_lead_days=what_if.lead_days,
        told=lambda share: progress("replaying", 0.1 + 0.85 * share),
    )
    compared = replay_history(found.past, what_if, forecasts)
    progress("done", 1.0)
    return _kept(found, what_if, compared)


def asked_what_if(settings: Mapping[str, Any], company: Company) -> WhatIf:
    """The company's settings with what a person changed; Invalid beyond LIMITS."""
    given = {name: float(settings[name]) for name in LIMITS if settings.get(name) is not None}
    for name, value in given.items():
        least, most = LIMITS[name]
        if not least <= value <= most:
            raise Invalid("replay_number_out_of_range", option=name, value=value,
                          least=least, limit=most)  # fmt: skip
    return WhatIf(
        service_level=given.get("service_level", float(company.service_level)),
        holding_rate_year=float(company.holding_rate_year),
        dead_days=company.dead_stock_days,
        lead_days=round(given.get("lead_days", 0)),
        demand=given.get("demand", 0.0),
        port_days=round(given.get("port_days", 0)),
        budget=given.get("budget"),
    )


def _kept(found: PastOfCompany, what_if: WhatIf, compared: Compared) -> dict[str, Any]:
    weeks = found.ends_on[compared.first :]
    names = ("ours", "paying", "minmax", "actual")
    plans = {name: getattr(compared, name) for name in names}
    return {
        "series": found.past.panel.count,
        "weeks": len(weeks),
        "first_on": weeks[0].isoformat(),
        "last_on": weeks[-1].isoformat(),
        "currency": found.company.base_currency,
        "what_if": asdict(what_if),
        "ends_on": [week.isoformat() for week in weeks],
        "plans": {name: asdict(plan) for name, plan in plans.items() if plan is not None},
    }
