"""Take back units of an order: which lines, how many, where, how graded. Asks; judges nothing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app.i18n import md, t
from app.sites import known_sites, site_label
from app.widgets_acts import run_act
from inventory_core.trade.returns import NewReturn, NewReturnLine, receive_returns
from inventory_core.vocabulary import Condition


def ask_return(order_id: int, lines: pd.DataFrame) -> None:
    """Open the dialog."""
    name = f"return_{order_id}"
    open_lines = [row for row in lines.to_dict("records") if row["shipped"] > row["returned"]]

    @st.dialog(md("orders.return"))
    def ask() -> None:
        with st.form(name, border=False):
            codes = {site.id: site_label(site) for site in known_sites()}
            site = st.selectbox(
                md("scope.site"), list(codes), format_func=lambda value: codes[value]
            )
            units = [_units_of(row, name) for row in open_lines]
            condition = st.selectbox(
                md("stock.condition"),
                [Condition.INSPECTION, Condition.GOOD, Condition.DAMAGED],
                format_func=lambda value: t(f"condition.{value.value}"),
            )
            refund = st.number_input(md("orders.refund"), min_value=0.0, step=0.01)
            pressed = st.form_submit_button(md("orders.return_do"), type="primary")
        chosen = [(row, n) for row, n in zip(open_lines, units, strict=True) if n]
        if pressed and not chosen:
            st.error(md("orders.return_nothing"), icon=":material/block:")
        elif pressed:
            exact = Decimal(str(refund)).quantize(Decimal("0.000001"))
            run_act(
                lambda tx, actor, now, key: receive_returns(
                    tx,
                    actor,
                    [NewReturn(key, order_id, int(site), now, _lines(chosen, condition, exact))],
                )[0],
                name=name,
                done=lambda _made: md("orders.return_done", units=sum(n for _, n in chosen)),
            )

    ask()


def _units_of(row: Mapping[Any, Any], name: str) -> int:
    left = int(row["shipped"]) - int(row["returned"])
    return int(
        st.number_input(
            md("orders.return_units", sku=str(row["sku"]), left=left),
            min_value=0,
            max_value=left,
            value=0,
            step=1,
            key=f"{name}_{row['id']}",
        )
    )


def _lines(
    chosen: Sequence[tuple[Mapping[Any, Any], int]], condition: Condition, refund: Decimal
) -> tuple[NewReturnLine, ...]:
    """The refund of the whole return stands on its first line."""
    return tuple(
        NewReturnLine(int(row["id"]), units, condition, refund if n == 0 else Decimal(0))
        for n, (row, units) in enumerate(chosen)
    )
