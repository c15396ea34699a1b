"""Why a transfer pays, by which way, and why so many units: the sums as a planner writes them.

Draws the trace of a suggestion; every number shown stands in it, and nothing is decided here.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from app.i18n import day, md, money, number, percent, plain, t


def draw_worth(trace: dict[str, Any]) -> None:
    """The sum of the benefit, the ways beside each other, and what they stand on."""
    _why(trace)
    _ways(trace)
    _notes(trace)


def _why(trace: dict[str, Any]) -> None:
    """The sum of the benefit, line by line, as a planner would write it down."""
    base, cost, donor = trace["base_currency"], trace["cost"], trace["donor"]
    receiver = trace["receiver"]
    margin = receiver["unit_margin"]
    st.markdown(f"##### {md('sending.why', net=_money(trace['net'], base))}")
    lines = [
        (
            t(
                "sending.gain_line",
                units=number(receiver["avoided"], 1),
                margin="—" if margin is None else _money(margin, base, 2),
            ),
            Decimal(receiver["gained"]),
        )
    ]
    units = trace["quantity"]["sent"]
    if receiver.get("unit_goods"):
        label = t(
            "sending.goods_line", units=number(units), cost=_money(receiver["unit_goods"], base, 2)
        )
        lines.append((label, Decimal(receiver["goods_saved"])))
    if donor is not None:
        days = max(0, donor["wait_days"] - donor["wait_days_there"])
        saved, risk = Decimal(donor["holding_saved"]), Decimal(donor["risk"])
        lines.append((t("sending.holding_line", days=number(days)), saved))
        lines.append((t("sending.risk_line", origin=trace["from"]), -risk))
    freight = Decimal(cost["unit_freight"]) * units
    removal = Decimal(cost["unit_removal"]) * units
    lines.append((t("sending.freight_line", price=_money(cost["unit_freight"], base, 2)), -freight))
    duty = Decimal(cost.get("unit_duty", 0)) * units
    lines += [
        (t(f"sending.{name}_line"), -amount)
        for name, amount in (
            ("duty", duty),
            ("removal", removal),
            ("fixed", Decimal(cost["fixed"])),
        )
        if amount
    ]
    body = "\n".join(f"| {plain(label)} | {_signed(value, base)} |" for label, value in lines)
    total = _money(trace["net"], base)
    st.markdown(
        f"| | {plain(base)} |\n|:--|--:|\n{body}\n| **{md('sending.net')}** | **{plain(total)}** |"
    )


def _ways(trace: dict[str, Any]) -> None:
    base, ways = trace["base_currency"], trace["ways"]
    if len(ways) < 2:
        return
    heads = [md(f"sending.{name}") for name in ("way", "days", "arrival", "costs", "net")]
    body = "\n".join(
        f"| {plain(t('ship.' + one['ship_method']))} | {number(one['days'])}"
        f" | {day(date.fromisoformat(one['arrives_on']), year=False)}"
        f" | {plain(_money(one['cost'], base))} | {plain(_money(one['net'], base))} |"
        for one in ways
    )
    st.markdown(f"| {' | '.join(heads)} |\n|:--|--:|--:|--:|--:|\n{body}")


def _cost_notes(cost: dict[str, Any], base: str) -> list[str]:
    """What the freight of one unit is made of, and where the share of duty comes from."""
    notes = []
    if parts := cost.get("freight"):
        made_of = " + ".join(
            t(
                f"sending.freight_per_{part['per']}",
                rate=_money(part["rate"], base, 2),
                amount=number(Decimal(part["amount"]), 3),
            )
            for part in parts
        )
        notes.append(md("sending.note_freight", made_of=made_of))
    if cost.get("duty_share"):
        share = percent(Decimal(cost["duty_share"]), 1)
        notes.append(md(f"sending.note_duty_{cost['duty_source']}", share=share))
    return notes


def _notes(trace: dict[str, Any]) -> None:
    cost = trace["cost"]
    notes = [
        md(
            "sending.note_losses",
            order=day(date.fromisoformat(trace["receiver"]["order_arrives_on"])),
            without=number(trace["receiver"]["lost_without"]["expected"], 1),
            with_it=number(trace["receiver"]["lost_with"]["expected"], 1),
        ),
        *_bought_words(trace),
        md(f"sending.source_{cost['source']}"),
        *_cost_notes(cost, trace["base_currency"]),
    ]
    if trace["donor"] is not None:
        notes.append(
            md(
                "sending.note_donor",
                origin=trace["from"],
                position=number(trace["donor"]["inventory_position"]),
                up_to=number(trace["donor"]["order_up_to"]),
            )
        )
    else:
        notes.append(md("sending.note_hub"))
    notes += [md(f"sending.assumed_{name}") for name in trace["assumed"]]
    st.markdown("\n".join(f"- {note}" for note in notes))


def _up_to_level(quantity: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [
        (t("sending.up_to"), number(quantity["order_up_to"])),
        (t("sending.position"), number(quantity["inventory_position"])),
        (t("replenish.sum_lost"), number(quantity["lost_before_arrival"])),
    ]
    if units := quantity.get("expiring", 0):
        lines.append((t("replenish.sum_expiring"), number(units)))
    return lines


def _bought_words(trace: dict[str, Any]) -> list[str]:
    """What the purchase beside it would be if nothing were sent."""
    bought = trace.get("bought")
    if bought is None or trace["donor"] is not None:
        return []
    if bought["alone"] > bought["beside"]:
        alone, beside = number(bought["alone"]), number(bought["beside"])
        return [md("sending.note_bought", alone=alone, beside=beside)]
    return [md("sending.note_bought_later")]


def draw_need(trace: dict[str, Any], beside: int | None) -> None:
    """Why so many units; `beside`: units that are bought as well."""
    quantity = trace["quantity"]
    st.markdown(f"##### {md('replenish.why_quantity', quantity=number(quantity['sent']))}")
    because = quantity.get("because", "level")
    lines = _up_to_level(quantity) if because == "level" else []
    lines += [
        (
            t("sending.missing" if lines else f"sending.missing_{because}"),
            number(quantity["missing"]),
        ),
        (t("sending.free", origin=trace["from"]), number(quantity["free"])),
    ]
    if quantity["carton_quantity"]:
        lines.append((t("sending.carton"), number(quantity["carton_quantity"])))
    body = "\n".join(f"| {plain(label)} | {value} |" for label, value in lines)
    st.markdown(
        f"| | {md('replenish.units')} |\n|:--|--:|\n{body}\n"
        f"| **{md('sending.sent')}** | **{number(quantity['sent'])}** |"
    )
    if beside:
        st.caption(md("sending.rest", quantity=number(beside)))


def _money(amount: str | Decimal, currency: str, digits: int = 0) -> str:
    return money(Decimal(amount), currency, digits=digits)


def _signed(value: Decimal, currency: str) -> str:
    words = plain(_money(abs(value), currency))
    return f"− {words}" if value < 0 else f"+ {words}"
