"""What an order is expected to cost: the part of the reasons about chances.

Every number stands in the suggestion's trace; this module only chooses words and places.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from app import session
from app.i18n import day, md, money, number, percent, plain, prose, t
from inventory_core.money import currency_digits

SHOWN_OPTIONS = 6
LEAST_SHOWN = Decimal("0.5")


def draw_costs(trace: dict[str, Any]) -> None:
    """What was weighed against what, the order taken first."""
    found = trace.get("order_cost")
    if not found or found["candidates"][0]["cost"] is None:
        return
    base = trace["cost"]["base_currency"]
    digits = currency_digits(base)
    st.markdown(f"##### {md('replenish.costs', currency=base)}")
    several = len({one["offer_id"] for one in found["candidates"]}) > 1
    shown = [{**one, "other": _other(one)} for one in found["candidates"][:SHOWN_OPTIONS]]
    # Fees of low cover and what will never sell: a column only where there is any.
    other = ["other"] if any(Decimal(one["other"] or 0) >= LEAST_SHOWN for one in shown) else []
    heads = ["option", "unit_total", "extra", "lost_margin", *other, "expected_cost"]
    rows = []
    for place, one in enumerate(shown):
        cells = [
            _option_words(one, several),
            _figure(one["unit_total"], digits),
            *(_figure(one[name], 0) for name in ("extra", "lost_margin", *other, "cost")),
        ]
        rows.append(f"| {' | '.join(f'**{c}**' if place == 0 else c for c in cells)} |")
    titles = " | ".join(md(f"replenish.head_{name}") for name in heads)
    st.markdown(f"| {titles} |\n|:--|{'--:|' * (len(heads) - 1)}\n" + "\n".join(rows))
    jump = found.get("jump")
    if jump and jump["saving"] and not cut_by_limits(trace):
        st.markdown(f":small[{_jump_words(jump, base)}]")
    st.caption(_words(trace, found, base))


def _other(one: dict[str, Any]) -> str | None:
    """Low-cover fees and what is left over for good; a plan of before this was counted has none."""
    if one["low_fee"] is None:
        return None
    return str(Decimal(one["low_fee"]) + Decimal(one.get("left_over") or 0))


def order_notes(trace: dict[str, Any]) -> list[str]:
    """That an order does not pay, and what is due at once when it has been placed."""
    base, notes = trace["cost"]["base_currency"], []
    brings = (trace.get("order_cost") or {}).get("brings")
    if brings is not None and Decimal(brings) < 0:
        taken = trace["order_cost"]["candidates"][0]
        notes.append(
            md(
                "replenish.note_loses",
                amount=money(-Decimal(brings), base, digits=0),
                quantity=number(taken["quantity"]),
                unsold=number(round(float(taken["unsold_units"]))),
            )
        )
    if follows := trace.get("follows"):
        amount = follows["amount_base"]
        notes.append(
            md(
                "replenish.note_follows",
                quantity=number(follows["quantity"]),
                method=t(f"ship_method.{follows['ship_method']}"),
                supplier=follows["supplier"],
                arrives=day(date.fromisoformat(follows["arrives_on"])),
                amount="—" if amount is None else money(Decimal(amount), base, digits=0),
            )
        )
    return notes


def _jump_words(jump: dict[str, Any], base: str) -> str:
    """What a price break ties up, what it saves and when the cash is back, or what it costs."""
    saving = Decimal(jump["saving"])
    if saving <= 0:
        key = "replenish.jump_dear"
    else:
        key = "replenish.jump_taken" if jump["taken"] else "replenish.jump_offered"
    return md(
        key,
        to=number(jump["to_quantity"]),
        from_=number(jump["from_quantity"]),
        cash=money(Decimal(jump["extra_cash"]), base, digits=0),
        saving=money(abs(saving), base, digits=0),
        days=number(jump["payback_days"]),
        cover=number(jump["cover_days"]),
    )


def _option_words(one: dict[str, Any], several: bool) -> str:
    words = f"{number(one['quantity'])} · {t('ship.' + one['ship_method'])}"
    return f"{words} · {plain(one['supplier'])}" if several else words


def _figure(value: str | None, digits: int) -> str:
    return "—" if value is None else number(Decimal(value), digits)


def _words(trace: dict[str, Any], found: dict[str, Any], base: str) -> str:
    """How the table is to be read, and what is assumed in it."""
    sentences = [
        md(
            "replenish.costs_words",
            courses=number(found["courses"]),
            usual=money(Decimal(found["usual_unit"]), base),
            rate=percent(float(trace["cost"]["holding_rate_year"]), 0),
            line=money(Decimal(found["order_line_cost"]), base, digits=0),
        )
    ]
    if found["unit_margin"] is None:
        sentences.append(md("replenish.costs_no_margin"))
    else:
        sentences.append(
            md("replenish.costs_margin", margin=money(Decimal(found["unit_margin"]), base))
        )
    sentences.append(md(f"replenish.costs_rule_{found['rule']}"))
    paying = trace["policy"].get("paying")
    if paying:
        sentences.append(
            md(
                "replenish.costs_level_pays",
                level=percent(trace["policy"]["service_level"], 0),
                margin=money(Decimal(paying["margin"]), base),
                holding=money(Decimal(paying["holding"]), base),
            )
        )
    if cut_by_limits(trace):
        sentences.append(
            md("replenish.costs_before_limits", quantity=number(trace["quantity"]["ordered"]))
        )
    fees = found["age_fees"]
    if fees:
        sentences.append(
            md(
                "replenish.costs_fees",
                aged=money(Decimal(fees["aged_fee"]), fees["currency"]),
                days=number(fees["aged_after_days"]),
                low=money(Decimal(fees["low_fee"]), fees["currency"]),
                cover=number(fees["low_cover_days"]),
            )
        )
        if Decimal(fees.get("storage_fee") or 0):
            fee = money(Decimal(fees["storage_fee"]), fees["currency"])
            sentences.append(md("replenish.costs_storage", fee=fee))
    if found.get("assumed"):
        comma = "、" if session.current().language == "zh" else ", "
        fields = comma.join(t(f"assumed.{name}") for name in found["assumed"])
        sentences.append(md("replenish.costs_assumed", fields=fields))
    return prose(*sentences)


def landed_words(trace: dict[str, Any]) -> str:
    """What the landed cost holds beside the price, and from how many receipts that is known."""
    cost = trace["cost"]
    if "freight_share" not in cost or cost["unit_landed"] is None:
        return ""
    stated = Decimal(cost["unit_freight"] or 0)
    if stated:
        freight = t("replenish.freight_stated", amount=money(stated, cost["freight_currency"]))
    else:
        freight = _share_words("freight", cost["freight_share"])
    parts = (freight, _share_words("duty", cost["duty_share"]))
    comma = ";" if session.current().language == "zh" else "; "
    return md("replenish.landed_parts", parts=comma.join(parts))


def _share_words(kind: str, share: dict[str, Any] | None) -> str:
    if share is None:
        return t(f"replenish.{kind}_none")
    return t(
        f"replenish.{kind}_{share['source']}",
        share=percent(float(share["rate"]), 1),
        count=number(share.get("receipts", 0)),
    )


def expiry_words(trace: dict[str, Any]) -> list[str]:
    """What lies there and is no supply: expired already, or expiring before it sells."""
    notes = []
    expired = trace["position"].get("expired", 0)
    if expired:
        notes.append(md("replenish.note_expired", units=number(expired)))
    for last, units in (trace.get("lots") or {"spoils": []})["spoils"]:
        on = day(date.fromisoformat(last))
        if units >= 1:
            notes.append(md("replenish.note_expiring", units=number(int(units)), day=on))
    return notes


def cut_by_limits(trace: dict[str, Any]) -> bool:
    """Whether a shared limit made the order another one than the one that was weighed."""
    weighed = trace["order_cost"]["candidates"][0]["quantity"]
    return bool(weighed != trace["quantity"]["ordered"])
