"""What a planning run did, for a screen, a terminal or a log line. Names it; counts nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from forecasting.own_models import LeftOut


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a planning run did, for a screen, a terminal or a log line.

    `kept_here`: an analyst's models took part, so no work went elsewhere.
    """

    run_id: int
    reused: bool
    as_of: date
    stale: bool
    frequency: str
    horizon: int
    why: str
    series: int
    suggested: int
    opened: int
    revised: int
    withdrawn: int
    unchanged: int
    left_alone: int
    needs_supplier: int
    seconds: Mapping[str, float]
    crowned: bool = True
    release: int = 0
    release_reason: str = ""
    release_gain: float | None = None
    left_out: tuple[LeftOut, ...] = ()
    kept_here: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same with JSON types only."""
        return asdict(self) | {"as_of": self.as_of.isoformat(), "seconds": dict(self.seconds)}
