"""The KPIs a second time, in pandas from the raw rows, sharing no line with the product.

Deliberately slow and plain: one frame per table, one loop per question.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import text

from inventory_core.db.engine import Reading

DEAD_DAYS = 90


@dataclass
class Raw:
    """Every table that the KPIs stand on, days as business days of their warehouse."""

    places: pd.DataFrame
    moves: pd.DataFrame
    transit: pd.DataFrame
    charges: pd.DataFrame
    shipped: pd.DataFrame
    returned: pd.DataFrame
    orders: pd.DataFrame


def read(conn: Reading) -> Raw:
    def frame(sql: str) -> pd.DataFrame:
        result = conn.execute(text(sql))
        return pd.DataFrame(result.fetchall(), columns=list(result.keys()))

    places = frame("SELECT id, code, time_zone, cost_pool_id FROM location WHERE kind='warehouse'")
    zones = places.set_index("id")["time_zone"].to_dict()
    where = frame("SELECT id, kind, warehouse_id FROM location").set_index("id")
    moves = frame(
        "SELECT operation_id, sku_id, from_location_id, to_location_id, quantity, value,"
        " occurred_at FROM movement"
    )
    for side in ("from", "to"):
        moves[f"{side}_kind"] = moves[f"{side}_location_id"].map(where["kind"])
        moves[f"{side}_place"] = moves[f"{side}_location_id"].map(where["warehouse_id"])
    moves["value"] = moves["value"].astype(float)
    goals = frame(
        "SELECT o.id AS operation_id, t.to_warehouse_id FROM operation o"
        " JOIN transfer t ON o.source_kind = 'transfer' AND o.source_id = t.id"
    ).set_index("operation_id")["to_warehouse_id"]
    transit = moves[(moves["from_kind"] == "in_transit") != (moves["to_kind"] == "in_transit")]
    transit = transit.assign(place=transit["operation_id"].map(goals))
    transit["signed"] = transit["value"].where(
        transit["to_kind"] == "in_transit", -transit["value"]
    )
    pools = places.set_index("cost_pool_id")["id"].to_dict()
    charges = frame(
        "SELECT l.cost_pool_id, l.sku_id, a.value_to_stock, a.value_to_sold, a.occurred_at"
        " FROM cost_adjustment a JOIN cost_layer l ON l.id = a.cost_layer_id"
    )
    charges["place"] = charges["cost_pool_id"].map(pools)
    rates = frame(
        "SELECT from_currency, on_day, rate FROM exchange_rate WHERE to_currency = 'CNY'"
    ).assign(rate=lambda f: f["rate"].astype(float))
    orders = frame(
        "SELECT o.id, o.account_id, o.currency, o.placed_at, o.stocked_out, l.id AS line_id,"
        " l.line_no, l.sku_id, l.quantity, l.unit_price, l.discount, l.tax,"
        " l.short_at_acceptance AS short FROM sales_order o"
        " JOIN sales_order_line l ON l.order_id = o.id"
    )
    for name in ("unit_price", "discount", "tax"):
        orders[name] = orders[name].astype(float)
    orders["gross"] = orders["unit_price"] * orders["quantity"] - orders["discount"]
    orders["net"] = orders["gross"] - orders["tax"]
    day = orders["placed_at"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None).dt.normalize()
    orders["rate"] = _rates(orders["currency"], day, rates)
    shipped = frame(
        "SELECT s.warehouse_id AS place, s.shipped_at AS at, l.order_line_id AS line_id,"
        " l.quantity AS units FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id"
    )
    returned = frame(
        "SELECT r.warehouse_id AS place, r.received_at AS at, l.order_line_id AS line_id,"
        " l.quantity AS units, l.refund FROM sales_return r"
        " JOIN sales_return_line l ON l.return_id = r.id"
    )
    pool = frame(
        "SELECT a.id AS account_id, p.warehouse_id, p.priority FROM channel_account a"
        " JOIN stock_pool_warehouse p ON p.stock_pool_id = a.stock_pool_id"
    )
    orders["place"] = _homes(orders, pool, moves)
    raw = Raw(places, moves, transit, charges, shipped, returned, orders)
    _days(moves, "occurred_at", "from_place", "from_on", zones)
    _days(moves, "occurred_at", "to_place", "to_on", zones)
    _days(raw.transit, "occurred_at", "place", "on", zones)
    _days(charges, "occurred_at", "place", "on", zones)
    _days(shipped, "at", "place", "on", zones)
    _days(returned, "at", "place", "on", zones)
    _days(orders, "placed_at", "place", "on", zones)
    return raw


def stock_value(raw: Raw, place: int, on: date) -> float:
    """Value in one warehouse at the end of a day."""
    moves, day = raw.moves, pd.Timestamp(on)
    inside = moves["from_place"] == moves["to_place"]
    came = moves[(moves["to_place"] == place) & (moves["to_on"] <= day) & ~inside]["value"].sum()
    went = moves[(moves["from_place"] == place) & (moves["from_on"] <= day) & ~inside][
        "value"
    ].sum()
    late = raw.charges[(raw.charges["place"] == place) & (raw.charges["on"] <= day)]
    return float(came - went + late["value_to_stock"].astype(float).sum())


def in_transit_value(raw: Raw, place: int, on: date) -> float:
    """Value on its way to one warehouse at the end of a day."""
    found = raw.transit
    return float(
        found[(found["place"] == place) & (found["on"] <= pd.Timestamp(on))]["signed"].sum()
    )


def cost_of_sales(raw: Raw, place: int, first: date, last: date) -> float:
    """Cost of what left to customers less what came back."""
    moves = raw.moves
    left = moves[(moves["from_place"] == place) & (moves["to_kind"] == "customer")]
    back = moves[(moves["to_place"] == place) & (moves["from_kind"] == "customer")]
    late = raw.charges[raw.charges["place"] == place]
    return float(
        _within(left, "from_on", first, last)["value"].sum()
        - _within(back, "to_on", first, last)["value"].sum()
        + _within(late, "on", first, last)["value_to_sold"].astype(float).sum()
    )


def sales(raw: Raw, place: int, first: date, last: date) -> float:
    """Shipped less returned, without tax, in base currency at the rate of the order's day."""
    lines = raw.orders.set_index("line_id")
    out = _within(raw.shipped[raw.shipped["place"] == place], "on", first, last)
    out = out.join(lines[["net", "quantity", "rate"]], on="line_id")
    back = _within(raw.returned[raw.returned["place"] == place], "on", first, last)
    back = back.join(lines[["net", "gross", "rate"]], on="line_id")
    refunds = back["refund"].astype(float) * back["net"] / back["gross"] * back["rate"]
    return float((out["net"] * out["units"] / out["quantity"] * out["rate"]).sum() - refunds.sum())


def orders(raw: Raw, place: int, first: date, last: date) -> tuple[int, int]:
    """All orders and the short ones, each at the home of its first line."""
    first_lines = raw.orders.sort_values("line_no").drop_duplicates("id")
    found = _within(first_lines[first_lines["place"] == place], "on", first, last)
    return len(found), int(found["stocked_out"].sum())


def dead_value(raw: Raw, place: int, on: date) -> float:
    """Value of units older than 90 days in pools that sold nothing for 90 days."""
    day, edge = pd.Timestamp(on), pd.Timestamp(on - timedelta(days=DEAD_DAYS))
    inside = raw.moves["from_place"] == raw.moves["to_place"]
    moves = raw.moves[~inside]
    total = 0.0
    came = moves[(moves["to_place"] == place) & (moves["to_on"] <= day)]
    went = moves[(moves["from_place"] == place) & (moves["from_on"] <= day)]
    late = raw.charges[(raw.charges["place"] == place) & (raw.charges["on"] <= day)]
    late_by_sku = late.groupby("sku_id")["value_to_stock"].apply(lambda v: v.astype(float).sum())
    gone = dict(iter(went.groupby("sku_id")))
    for sku, arrived in came.groupby("sku_id"):
        left = gone.get(sku, went.iloc[:0])
        units = arrived["quantity"].sum() - left["quantity"].sum()
        value = arrived["value"].sum() - left["value"].sum() + late_by_sku.get(sku, 0.0)
        sold = left[left["to_kind"] == "customer"]["from_on"]
        if units <= 0 or (len(sold) and sold.max() > edge):
            continue
        fresh = arrived[arrived["from_kind"].isin(["supplier", "in_transit"])]
        young = fresh[fresh["to_on"] > edge]["quantity"].sum()
        total += value * max(units - young, 0) / units
    return float(total)


def _homes(orders: pd.DataFrame, pool: pd.DataFrame, moves: pd.DataFrame) -> pd.Series:
    came = moves[moves["to_place"].notna() & (moves["from_place"] != moves["to_place"])]
    carried = set(zip(came["sku_id"], came["to_place"].astype(int), strict=True))
    served = {
        account: part.sort_values(["priority", "warehouse_id"])["warehouse_id"].tolist()
        for account, part in pool.groupby("account_id")
    }
    homes = []
    first_sku = orders.sort_values("line_no").drop_duplicates("id").set_index("id")["sku_id"]
    for account, order in zip(orders["account_id"], orders["id"], strict=True):
        places = served[account]
        known = [place for place in places if (first_sku[order], place) in carried]
        homes.append((known or places)[0])
    return pd.Series(homes, index=orders.index)


def _rates(currencies: pd.Series, days: pd.Series, rates: pd.DataFrame) -> pd.Series:
    left = pd.DataFrame({"currency": currencies, "day": days.astype("datetime64[ns]")})
    left = left.reset_index().sort_values("day")
    right = rates.assign(day=pd.to_datetime(rates["on_day"]).astype("datetime64[ns]"))
    right = right.rename(columns={"from_currency": "currency"}).sort_values("day")
    joined = pd.merge_asof(left, right[["currency", "day", "rate"]], on="day", by="currency")
    return joined.set_index("index")["rate"].reindex(currencies.index)


def _days(frame: pd.DataFrame, at: str, place: str, name: str, zones: dict[int, str]) -> None:
    frame[name] = pd.NaT
    for number, zone in zones.items():
        rows = frame[place] == number
        local = frame.loc[rows, at].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
        frame.loc[rows, name] = local
    frame[name] = pd.to_datetime(frame[name])


def _within(frame: pd.DataFrame, name: str, first: date, last: date) -> pd.DataFrame:
    return frame[(frame[name] >= pd.Timestamp(first)) & (frame[name] <= pd.Timestamp(last))]
