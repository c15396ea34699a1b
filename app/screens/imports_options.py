"""What a file leaves open, asked beside it: warehouse, channel, currency, clock, the order of days.

Draws; an answer that nobody gives stays empty, and the core then says what it assumed.
"""

from zoneinfo import available_timezones

import streamlit as st

from app import session
from app.i18n import md, t
from app.screens.settings import CURRENCIES
from app.widgets import field_grid
from inventory_core.catalog.locations import warehouses
from inventory_core.desk.imports_cells import CellKind
from inventory_core.desk.imports_templates import TEMPLATES
from inventory_core.desk.sales_places import DEFAULT_CHANNEL, SalesOptions
from inventory_core.desk.sales_sums import RowSpan

EACH_ROW = "import_each_row"
_DAY_ORDERS = {"auto": None, "dmy": True, "mdy": False}


def options_of(template: str) -> SalesOptions:
    """What was said beside a file of this template."""
    return _sales_options() if template == "sales" else _dated_options(template)


def _sales_options() -> SalesOptions:
    """What a file of sales leaves open, with what the company would assume."""
    company = session.current().company
    known = [place.code for place in session.read(warehouses) if place.active]
    with st.expander(md("imports.options")):
        with field_grid():
            warehouse = st.selectbox(
                md("imports.option.warehouse"),
                ["", *known],
                format_func=lambda code: code or t("imports.option.first"),
                accept_new_options=True,
                help=md("imports.option.warehouse_help"),
            )
            channel = st.text_input(md("imports.option.channel"), DEFAULT_CHANNEL)
            # What nobody has stated is left to the file, then to its channel, then to the company.
            currency = st.selectbox(
                md("imports.option.currency"),
                ["", *CURRENCIES],
                format_func=lambda code: (
                    code or t("imports.option.as_file", other=company.base_currency)
                ),
                accept_new_options=True,
            )
            time_zone = st.selectbox(
                md("imports.option.time_zone"),
                ["", *sorted(available_timezones())],
                format_func=lambda zone: (
                    zone or t("imports.option.as_channel", other=company.time_zone)
                ),
            )
            day_first = _day_order()
            each_row = st.selectbox(
                md("imports.option.each_row"),
                [None, *RowSpan],
                format_func=lambda one: t(f"imports.each_row.{one or 'open'}"),
                key=EACH_ROW,
            )
        create = st.checkbox(md("imports.option.create_skus"), value=True)
    return SalesOptions(
        warehouse=warehouse or "",
        channel=channel or DEFAULT_CHANNEL,
        currency=currency or "",
        time_zone=time_zone or "",
        create_skus=create,
        day_first=day_first,
        each_row=each_row,
    )


def _dated_options(template: str) -> SalesOptions:
    """The one thing that a file of any other kind leaves open, where it holds days at all."""
    kinds = {column.kind for column in TEMPLATES[template].columns}
    if not kinds & {CellKind.DAY, CellKind.MOMENT}:
        return SalesOptions()
    with st.expander(md("imports.options")):
        return SalesOptions(day_first=_day_order())


def _day_order() -> bool | None:
    """How 03/04/2026 is to be read where the file does not say so itself."""
    order = st.selectbox(
        md("imports.option.day_order"),
        list(_DAY_ORDERS),
        format_func=lambda key: t(f"imports.option.day_order.{key}"),
    )
    return _DAY_ORDERS[order]
