"""A planning run in a process of its own that is killed by SIGKILL at a named moment."""

import json
import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import URL

from forecasting import training
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from jobs import plan_material, planning, releasing
from tests.planning.seller import NOW

# Moment: the room whose function is replaced, its name, and whether it does its work first.
MOMENTS: dict[str, tuple[Any, str, bool]] = {
    "reading": (plan_material, "choose_period", False),
    "training": (training, "forecast_by_shards", False),
    "after_training": (planning, "train", True),
    "publishing": (planning, "publish_run", True),
    "crowning": (releasing, "rule_on", True),
    "planning": (planning, "plan_of", True),
    "before_proposing": (planning, "publish_policies", True),
    "before_the_snapshot": (planning, "propose_suggestions", True),
    "before_the_commit": (planning, "keep_snapshot", True),
}


def deadly(work: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    def run(*args: Any, **named: Any) -> Any:
        if after:
            work(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return run


def die_planning(address: str, moment: str) -> None:
    """Plan and die; the address as JSON, since a socket's folder does not survive in a URL."""
    room, name, after = MOMENTS[moment]
    setattr(room, name, deadly(getattr(room, name), after=after))
    url = URL.create("postgresql+psycopg", **json.loads(address))
    planning.run_planning(Database(url), SYSTEM, now=NOW, prophet_seconds=0)
