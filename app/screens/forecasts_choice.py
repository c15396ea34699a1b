"""Which series the forecasts screen shows: one of a class or of all, kept in the address. Draws."""

from collections.abc import Mapping

import streamlit as st

from app.i18n import DASH, md, t
from app.screens.class_words import class_scope, letters
from app.screens.forecasts_reading import Listed, Overall
from app.sites import known_sites, site_label
from app.two_languages import own_first
from app.widgets import query
from app.widgets_scope import scope_bar
from inventory_core.planning.class_lists import is_in_class


def choose_series(found: Overall) -> Listed:
    """One select box over all series, most valuable first; the choice stands in the address."""
    narrow, wide = st.columns([1, 4], gap="medium", vertical_alignment="bottom")
    with narrow:
        scope = scope_bar({"class": class_scope()})["class"]
    listed = [one for one in found.series if is_in_class(scope, one.abc, one.xyz)]
    if not listed:
        st.caption(md("forecasts.none_in_class"))
    by_key = {f"{one.sku}@{one.warehouse}": one for one in listed or found.series}
    keys = list(by_key)
    sites = {house.code: site_label(house) for house in known_sites()}
    labels = {key: _label(one, sites) for key, one in by_key.items()}
    asked = query("series")
    if asked not in by_key:
        sku, place = query("sku"), query("site")
        asked = next(
            (
                key
                for key, one in by_key.items()
                if one.sku == sku and place in ("", str(one.warehouse_id), one.warehouse)
            ),
            keys[0],
        )
    picked = wide.selectbox(
        t("forecasts.choose"),
        keys,
        index=keys.index(asked),
        format_func=labels.__getitem__,
        key="forecasts_series",
    )
    st.query_params["series"] = picked
    return by_key[picked]


def _label(one: Listed, sites: Mapping[str, str]) -> str:
    name = letters(one.abc, one.xyz)
    said = (one.sku, own_first(one.name), sites.get(one.warehouse, one.warehouse))
    return " · ".join((*said, *(() if name == DASH else (name,))))
