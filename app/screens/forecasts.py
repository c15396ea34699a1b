"""Forecasts: what will sell, how sure that is, and how good the models have been so far.

Draws what was published by the last planning run; trains and computes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from app import session
from app.charts_forecasts import accuracy_picture, demand_picture
from app.i18n import day, md, number, percent, plain, prose, reader_language, t
from app.screens.class_words import draw_class
from app.screens.first_step import first_step
from app.screens.forecasts_choice import choose_series
from app.screens.forecasts_models import draw_models
from app.screens.forecasts_one_offs import draw_cleaning, draw_review
from app.screens.forecasts_overrides import draw_overrides
from app.screens.forecasts_reading import (
    BASELINE,
    Listed,
    Overall,
    Series,
    read_overall,
    read_series,
    sold_for_sale,
)
from app.screens.forecasts_record import draw_record
from app.screens.forecasts_sums import draw_sums
from app.screens.forecasts_words import against_before
from app.widgets import Figure, chart, empty_state, figure_row, link, page_head
from app.widgets_scope import scope_bar
from app.widgets_tables import Percent, Text, Units, export_button, table
from forecasting.analogue import ANALOGUE
from inventory_core.db.engine import Reading
from inventory_core.planning.published import run_by_id
from inventory_core.vocabulary import ForecastGrain

MONTH_DAYS = 28
MOST_ONE_OFFS = 4
VIEWS = ("series", "record", "one_offs", "models")
OTHER_VIEWS = {"record": draw_record, "one_offs": draw_review, "models": draw_models}


def draw() -> None:
    """The screen."""
    found = session.cached("forecasts", read_overall, ttl=600)
    if found is None or not found.series:
        page_head(t("nav.forecasts"), md("forecasts.empty_sentence"))
        first_step(":material/show_chart:", md("forecasts.empty"))
        return
    page_head(t("nav.forecasts"), _sentence(found))
    view = scope_bar({"view": {name: t(f"learning.view_{name}") for name in VIEWS}})["view"]
    if view in OTHER_VIEWS:
        OTHER_VIEWS[view]()
        return
    grains = {"series": t("hierarchy.grain_series")}
    grains |= {grain.value: t(f"hierarchy.grain_{grain.value}") for grain in ForecastGrain}
    grain = scope_bar({"grain": grains})["grain"]
    if grain != "series":
        draw_sums(found.run.id, ForecastGrain(grain))
        return
    chosen = choose_series(found)
    with session.part():
        _series_part(found, chosen)
    with st.container(border=True), session.part():
        _backtest_table(found, chosen)
    with st.container(border=True), session.part():
        title = t("forecasts.accuracy_title")
        figure = accuracy_picture(found.classes, title=title, language=reader_language())
        chart(figure, "accuracy_by_class")
        st.caption(md("forecasts.accuracy_note"))


def _sentence(found: Overall) -> str:
    run = found.run
    errors = {name: one.get("total_wape") for name, one in run.scores.items()}
    used, base = _most_used(found, errors), errors.get(BASELINE)
    key = "forecasts.sentence_daily" if run.frequency == "D" else "forecasts.sentence_weekly"
    told = [md(key, series=len(found.series), periods=run.horizon, as_of=day(run.as_of_on))]
    if new := sum(one.champion == ANALOGUE for one in found.series):
        told.append(md("forecasts.sentence_newcomers", count=new))
    if used is not None and base is not None:
        model = t(f"forecasts.model_{used}")
        shares = {"error": percent(errors[used], 0), "baseline": percent(base, 0)}
        told.append(md("forecasts.sentence_score", model=model, **shares))
    return prose(*told)


def _most_used(found: Overall, errors: Mapping[str, float | None]) -> str | None:
    """The model that most series are planned with; not the one that happened to err least."""
    used = Counter(one.champion for one in found.series if errors.get(one.champion) is not None)
    return used.most_common(1)[0][0] if used else None


def _series_part(found: Overall, chosen: Listed) -> None:
    series = session.cached(
        "forecast_series", _read, found.run.id, chosen.sku_id, chosen.warehouse_id, ttl=600
    )
    if series is None or not (series.past or series.forecast.champion == ANALOGUE):
        empty_state(":material/show_chart:", md("forecasts.no_series"))
        return
    draw_class(chosen.sku_id, key=f"class_{chosen.sku_id}")
    figure_row(_figures(series, chosen))
    with st.container(border=True):
        period = t(f"forecasts.per_{series.step_days}")
        title = t(
            "forecasts.chart_title", sku=chosen.sku, warehouse=chosen.warehouse, period=period
        )
        chart(demand_picture(series, title=title, language=reader_language()), "demand_picture")
        notes = [_notes(series)]
        # What stands below is of this SKU alone.
        if series.one_offs and chosen.continues:
            notes.append(_one_offs(series.one_offs))
        if chosen.continues:
            notes.append(md("forecasts.continues", codes=", ".join(chosen.continues)))
        st.caption(prose(*notes))
    draw_cleaning(found.run, series, chosen)
    draw_overrides(series, chosen)
    _link_to_replenish(chosen)


def _read(conn: Reading, run_id: int, sku_id: int, warehouse_id: int) -> Series | None:
    run = run_by_id(conn, run_id)
    return None if run is None else read_series(conn, run, sku_id, warehouse_id)


def _figures(series: Series, chosen: Listed) -> list[Figure]:
    told, policy = series.forecast, series.policy
    periods = max(1, MONTH_DAYS // series.step_days)
    ahead = sum(told.mean[:periods])
    before = sold_for_sale(series, periods)
    delta, small = against_before(ahead, before)
    if before is None:
        small = md("forecasts.last_not_for_sale")
    total = _total(series)
    cards = [
        Figure(
            t("forecasts.next_weeks"),
            number(ahead),
            help=md("forecasts.next_weeks_help"),
            delta=delta,
            small=small,
        ),
        Figure(
            t("forecasts.champion"),
            plain(model_name(chosen.champion)),
            help=md("forecasts.champion_help"),
        ),
    ]
    if policy is None:
        return cards
    intervals = policy.trace.get("intervals") or [policy.lead_time_days + policy.review_days]
    interval = round(sum(intervals) / len(intervals))
    return [
        *cards,
        Figure(
            t("forecasts.interval_demand"),
            number(policy.demand_mean),
            help=md("forecasts.interval_demand_help", days=interval),
            small=md("forecasts.up_to", units=number(total)) if total else "",
        ),
        Figure(
            t("forecasts.safety_stock"),
            number(policy.safety_stock),
            help=md("forecasts.safety_stock_help", level=percent(policy.service_level, 0)),
        ),
        Figure(
            t("forecasts.reorder_point"),
            number(policy.reorder_point),
            help=md("forecasts.reorder_point_help"),
            small=md("forecasts.fill_rate", share=percent(policy.fill_rate))
            if policy.fill_rate is not None
            else "",
        ),
    ]


def _total(series: Series) -> float | None:
    policy = series.policy
    found = policy.trace.get("demand_quantile") if policy is not None else None
    return float(found) if found is not None else None


def _notes(series: Series) -> str:
    if series.forecast.champion == ANALOGUE:
        return md("forecasts.judged_by_likes")
    known = ~pd.isna(series.out)
    if not known.any():
        return md("forecasts.no_evidence")
    days = round(float((series.out[known] * series.step_days).sum()))
    return md("forecasts.censored_note", days=days) if days else md("forecasts.never_out")


def _one_offs(found: Sequence[tuple[date, int]]) -> str:
    shown = ", ".join(
        t("forecasts.one_off", units=units, day=on) for on, units in found[:MOST_ONE_OFFS]
    )
    more = len(found) - MOST_ONE_OFFS
    if more > 0:
        return md("forecasts.one_offs_more", orders=shown, more=more)
    return md("forecasts.one_offs", orders=shown)


def _backtest_table(found: Overall, chosen: Listed) -> None:
    st.subheader(md("forecasts.backtest"), anchor=False)
    scores = found.run.scores
    if not scores:
        empty_state(":material/science:", md("forecasts.no_backtest"))
        return
    names = sorted(scores, key=lambda name: scores[name].get("total_wape") or 9e9)
    base = scores.get(BASELINE, {}).get("total_wape")
    rows = pd.DataFrame(
        {
            "model": [model_name(name) for name in names],
            "role": [_role(name, chosen) for name in names],
            "champion_of": [scores[name].get("champion_of", 0) for name in names],
            "total_wape": [scores[name].get("total_wape") for name in names],
            "against": [_gain(scores[name].get("total_wape"), base) for name in names],
            "wape": [scores[name].get("wape") for name in names],
            "wql": [scores[name].get("wql") for name in names],
            "bias": [scores[name].get("bias") for name in names],
        }
    )
    columns = {
        "model": Text(t("forecasts.column_model"), pinned=True),
        "role": Text(t("forecasts.column_role")),
        "champion_of": Units(t("forecasts.column_champion_of"), help=t("forecasts.help_champion")),
        "total_wape": Percent(t("forecasts.column_total"), help=t("forecasts.help_total")),
        "against": Percent(t("forecasts.column_against"), help=t("forecasts.help_against")),
        "wape": Percent(t("forecasts.column_wape"), help=t("forecasts.help_wape")),
        "wql": Percent(t("forecasts.column_wql"), help=t("forecasts.help_wql")),
        "bias": Percent(t("forecasts.column_bias"), help=t("forecasts.help_bias")),
    }
    table(rows, columns, key="forecasts_backtest", height="content")
    export_button(rows, columns, name="backtest")


def _role(name: str, chosen: Listed) -> str:
    if name == chosen.champion:
        return t("forecasts.role_champion")
    return t("forecasts.role_baseline") if name == BASELINE else ""


def _gain(error: float | None, base: float | None) -> float | None:
    return None if error is None or not base else (error - base) / base


def _link_to_replenish(chosen: Listed) -> None:
    link(
        "replenish",
        md("forecasts.to_replenish"),
        icon=":material/shopping_cart:",
        find=chosen.sku,
    )


def model_name(name: str) -> str:
    """A candidate's name in the reader's words; one that came later keeps its own."""
    key = f"forecasts.model_{name}"
    words = t(key)
    return name if words == key else words
