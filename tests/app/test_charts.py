"""The one look of every picture: dates in the reader's language, few ticks, harmless names."""

from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from app import charts
from app.charts_overview import value_by_place
from app.i18n import catalogue

FIRST = date(2025, 11, 3)
EN = catalogue("en")


@pytest.mark.parametrize("days", [0, 1, 6, 30, 75, 76, 200, 400, 1500, 4000])
def test_an_axis_has_a_few_ticks_inside_its_range(days: int) -> None:
    last = FIRST + timedelta(days)
    ticks = charts.round_days(FIRST, last)
    assert 1 <= len(ticks) <= charts.MOST_TICKS + 1
    assert all(FIRST <= one <= last for one in ticks)
    assert ticks == sorted(set(ticks))


def test_the_axis_speaks_the_language_of_the_reader_and_names_a_new_year() -> None:
    figure = charts.blank(title="Stock")
    charts.day_axis(figure, FIRST, FIRST + timedelta(150), "zh")
    assert figure.layout.xaxis.ticktext[0] == "12月1日<br>2025"
    charts.day_axis(figure, FIRST, FIRST + timedelta(150), "en")
    assert figure.layout.xaxis.ticktext[:2] == ("1 Dec<br>2025", "1 Jan<br>2026")


def test_a_name_with_markup_stays_text() -> None:
    trace = charts.line([FIRST], [1.0], name="<b onclick=x>", colour=charts.STOCK)
    assert trace.name == "&lt;b onclick=x&gt;"


def test_a_band_closes_around_its_days() -> None:
    figure = charts.blank()
    days = [FIRST, FIRST + timedelta(1)]
    charts.band(figure, days, [1, 2], [3, 4], colour=charts.FORECAST)
    assert list(figure.data[0].y) == [3, 4, 2, 1]


DRAWN = """
from app.charts import blank
from app.widgets import chart

chart(blank(title="Stock of A*B lasts until spring"), "picture")
"""


def test_a_title_stands_over_the_picture_as_words_that_wrap() -> None:
    screen = AppTest.from_string(DRAWN).run()
    assert not screen.exception
    assert [one.value for one in screen.markdown] == [r"**Stock of A\*B lasts until spring**"]
    assert "lasts until" not in screen.get("plotly_chart")[0].proto.spec


def test_stock_of_a_year_before_is_a_line_where_it_is_known() -> None:
    days = [FIRST, FIRST + timedelta(1)]

    def names(*year_ago: float | None) -> list[str]:
        figure = value_by_place(days, [("US", [1, 2])], [0, 0], year_ago, language="en")
        return [trace.name for trace in figure.data]

    line = EN["overview.year_ago"]
    assert line not in names()
    assert line not in names(None, None)
    assert line in names(None, 3000.0)
    figure = value_by_place(days, [], [0, 0], [None, 3000.0], language="en")
    assert list(figure.data[-1].y) == [None, 3.0]
