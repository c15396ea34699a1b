"""The title over the picture of any suggestion is true of the stock that the picture draws."""

import re
from datetime import date, timedelta

from hypothesis import Phase, given, settings

from app.charts_replenish import stock_outlook
from app.i18n import day
from app.screens.replenish_days import picture_words
from forecasting.outlook import outlook_of, seen_in
from forecasting.situation import PlanSettings, Situation
from forecasting.suggest import plan_pair
from tests.examples import examples
from tests.forecasting.pocket import (
    EMPTY,
    Demand,
    inbound_by_day,
    lots_by_day,
    sellable_of,
    stock_by_day,
)
from tests.properties.any_company import SETTINGS_OF_ANY, situations

DAY = timedelta(days=1)
LATE = re.compile(r"an order of today arrives on (.+), (\d+) days? later$")
ABOVE = re.compile(r"arrives on (.+) and keeps it at safety stock or above until (.+)$")
BELOW = re.compile(r"arrives on (.+), when it is below safety stock$")


@given(situations(), SETTINGS_OF_ANY)
@settings(
    max_examples=examples(150),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
def test_the_title_of_a_picture_is_true_of_its_stock(
    situation: Situation, company: PlanSettings
) -> None:
    draft = plan_pair(situation, company).draft
    if draft is None:
        return
    trace = dict(draft.trace)
    outlook = outlook_of(trace)
    days = list(outlook.days)
    totals = Demand(trace["demand"]).course(None, len(days))
    sellable, lots, coming = sellable_of(trace), lots_by_day(trace), inbound_by_day(trace)
    stock, _ = stock_by_day(sellable, totals, dict(coming), lots, {})
    at = max(0, (date.fromisoformat(trace["lead_time"]["arrives_on"]) - days[0]).days)
    coming[at] = coming.get(at, 0) + draft.quantity
    ordered, _ = stock_by_day(sellable, totals, coming, lots, {})
    empty = [on for on, units in zip(days, stock, strict=False) if units < EMPTY]
    words = picture_words(seen_in(outlook, trace))
    without, order = words.split("; ")
    gone_on_arrival = at > 0 and stock[at - 1] < EMPTY

    def place_of(told: str) -> int:
        """Of the one day that is called so: a day without its year must not be there twice."""
        [place] = [at for at, on in enumerate(days) if told in {day(on), day(on, year=False)}]
        return place

    def names(pattern: str) -> date:
        """The one day of the picture that stands there."""
        found = re.search(pattern, without)
        assert found, words
        return days[place_of(found[1])]

    if without.startswith("Nothing is left"):
        assert sellable <= 0
        assert empty[0] == days[0]
    elif "beyond" in without:
        assert not empty
        assert names("beyond (.+)$") == days[-1]
    elif "to be gone" in without:
        first = names(r"gone (?:from|on) (\d+ \w+(?: \d{4})?)")
        last = names("to ([0-9]+ [A-Z].+)$") if "from" in without else first
        assert empty[: (last - first).days + 1] == [
            first + step * DAY for step in range((last - first).days + 1)
        ]
        assert last + DAY not in empty
        assert last < days[at]
    else:
        first = names("end on (.+)$")
        assert first in empty
        assert first - DAY not in empty
        assert gone_on_arrival or first == empty[0]
    if found := LATE.search(order):
        assert gone_on_arrival
        run = int(found[2])
        assert all(units < EMPTY for units in stock[at - run : at])
        assert at == run or stock[at - run - 1] >= EMPTY
    else:
        assert not gone_on_arrival
    assert bool(LATE.search(order)) == (draft.days_late > 0)
    safety = trace["policy"]["safety_stock"] - 0.05
    if found := ABOVE.search(order):
        until = place_of(found[2])
        assert min(ordered[at : until + 1]) >= safety - 1e-6
    elif BELOW.search(order):
        assert ordered[at] < safety + 1e-6
    figure = stock_outlook(outlook, trace, title="", language="en")
    shaded = [(shape.x0, shape.x1 - DAY) for shape in figure.layout.shapes if shape.type == "rect"]
    drawn = {
        first + step * DAY for first, last in shaded for step in range((last - first).days + 1)
    }
    assert drawn == set(empty)
