"""What stock-outs hid, series by series. A plain estimate for people; no model uses it.

    naive rate       units / all live days
    uncensored rate  units on days with stock / days with stock
    hidden units     uncensored rate x days without stock - what was seen on them, never below zero

Days without evidence of stock count as days with stock: nothing is claimed about them.
"""

import numpy as np
import pandas as pd


def hidden_demand(history: pd.DataFrame) -> pd.DataFrame:
    """One row per series of a `demand_history` frame, most hidden units first.

    Columns: unique_id, sku_id, warehouse_id, live_days, out_days, units, naive_rate,
    uncensored_rate, hidden_units (units; NaN where there was never stock).
    """
    out = history["censored"].fillna(0).astype(int) == 1
    facts = history.assign(out=out, seen_out=history["y"].where(out, 0.0))
    keys = ["unique_id", "sku_id", "warehouse_id"]
    found = (
        facts.groupby(keys, observed=True)
        .agg(
            live_days=("y", "size"),
            out_days=("out", "sum"),
            units=("y", "sum"),
            seen_out=("seen_out", "sum"),
        )
        .reset_index()
    )
    stocked = (found["live_days"] - found["out_days"]).replace(0, np.nan)
    found["naive_rate"] = found["units"] / found["live_days"]
    found["uncensored_rate"] = (found["units"] - found["seen_out"]) / stocked
    hidden = found["uncensored_rate"] * found["out_days"] - found["seen_out"]
    found["hidden_units"] = hidden.clip(lower=0)
    return found.drop(columns="seen_out").sort_values(
        ["hidden_units", "unique_id"], ascending=[False, True], ignore_index=True
    )


def demand_by_week(history: pd.DataFrame) -> pd.DataFrame:
    """Units and the share of series-days without stock, per week; columns week, units, out."""
    known = history.assign(out=history["censored"].fillna(0).astype(float))
    grouped = known.groupby(pd.Grouper(key="ds", freq="W-SUN"))
    return grouped.agg(units=("y", "sum"), out=("out", "mean")).reset_index(names="week")
