"""Whether an order of today comes too late: for the stock that is expected, or only if demand is
high.

Both are asked of the gap in which its goods arrive, or of the next one after; an earlier gap closes
before they come and is none that this order is late for. Decides two grades and their days; buys
nothing.
"""

from dataclasses import dataclass
from datetime import date

from forecasting.lead_time import Route, latest_order_on
from forecasting.projection import Projection


@dataclass(frozen=True, slots=True)
class Lateness:
    """`ends_on`: first empty day of expected stock, `short_on`: of stock under high demand, from
    the arrival on; `latest_on`: the last day on which an order still comes before `short_on`.

    `days`: so long ago an order should have gone out for stock as expected; `days_if_high`: for
    stock under high demand. 0: it is in time.
    """

    ends_on: date | None
    short_on: date | None
    latest_on: date | None
    days: int
    days_if_high: int

    @property
    def runs_out_on(self) -> date | None:
        """The empty day that the order is judged by."""
        return self.ends_on if self.days else self.short_on

    @property
    def order_by_on(self) -> date | None:
        """The last day to order, where it is not past."""
        return None if self.days or self.days_if_high else self.latest_on


def lateness(
    route: Route, arrives_on: date, as_of: date, *, expected: Projection, cautious: Projection
) -> Lateness:
    """How late an order of `as_of` is that arrives on `arrives_on`."""
    ends_on = expected.empty_on(reached=arrives_on)
    short_on = cautious.empty_on(reached=arrives_on)
    latest_on = latest_order_on(route, short_on) if short_on else None
    days = 0
    # Goods of the first empty day leave no gap, also where the office rests today.
    if ends_on is not None and ends_on < arrives_on:
        days = (as_of - latest_order_on(route, ends_on)).days
    return Lateness(
        ends_on,
        short_on,
        latest_on,
        days,
        max(0, (as_of - latest_on).days) if latest_on else 0,
    )
