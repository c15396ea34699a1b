"""The closures of a way, walked day by day and held against those that a trace names."""

from datetime import date
from typing import Any

from tests.forecasting.pocket import DAY, Calendars, day


def check_closures(lead: dict[str, Any], calendars: Calendars, today: date) -> None:
    """Every closure that is named cost the order of today days: they lie inside a leg that rests
    then. None that the legs run into is missing.
    """
    rested: set[date] = set()
    runs, on = [], today
    begins = []
    for leg in lead["legs"]:
        begins.append(on)
        for _ in range(leg["days"]):
            on, run = on + DAY, []
            while not calendars.works(leg["calendar"], on):
                run.append(on)
                on += DAY
            rested |= set(run)
            if len(run) >= 3:
                runs.append((run[0], run[-1]))
    named = [(day(first), day(last)) for first, last in lead["closures"]]
    for first, last in named:
        # A leg may begin within a closure: it waits for what is left of it.
        waits = [after for begin in begins if (after := max(first, begin + DAY)) <= last]
        assert any(
            {after + step * DAY for step in range((last - after).days + 1)} <= rested
            for after in waits
        )
    assert {last for _, last in runs} <= {last for _, last in named}
