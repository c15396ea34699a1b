"""Exchange rates as of a day. Decides which known rate holds on a day; never guesses one.

The rate of a day is the latest one recorded on or before it: the direct pair or its inverse,
whichever is newer (the direct one on a tie), else the way through the base currency. A posting
keeps the rate and its day, so recording a better rate later changes nothing that was posted.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import text

from inventory_core.catalog.codes import at_row
from inventory_core.catalog.fields import check_day, check_decimal
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.catalog import exchange_rate
from inventory_core.errors import Invalid, Refused
from inventory_core.money import check_currency
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.office.audit import record_audit
from inventory_core.office.company import read_company

RATE_PLACES = 10
_UNIT = Decimal(1).scaleb(-RATE_PLACES)


@dataclass(frozen=True, slots=True)
class NewRate:
    """One unit of `from_currency` was worth `rate` units of `to_currency` on that day."""

    from_currency: str
    to_currency: str
    on_day: date
    rate: Decimal
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate and the day it was recorded for, which may be earlier than the day asked for."""

    rate: Decimal
    on_day: date


# From currency, to currency, day.
Wanted = tuple[str, str, date]


def record_rates(
    tx: Writing, actor: Actor, rates: Sequence[NewRate], *, import_id: int | None = None
) -> int:
    """Record rates; a rate of the same pair and day is replaced. Answers how many are kept."""
    require(actor, Permission.CATALOG_EDIT)
    by_key: dict[Wanted, dict[str, Any]] = {}
    for row_no, new in enumerate(rates, 1):
        with at_row(row_no):
            row = _checked(new)
        row["import_id"] = import_id
        by_key[row["from_currency"], row["to_currency"], row["on_day"]] = row
    rows = [by_key[key] for key in sorted(by_key)]
    key_columns = ("from_currency", "to_currency", "kind", "on_day")
    insert_rows(
        tx, exchange_rate, rows, replace_on=key_columns, replace=("rate", "source", "import_id")
    )
    if rows:
        newest = rows[-1]
        details = {"count": len(rows), "from": newest["from_currency"], "rate": newest["rate"]}
        pair = f"{newest['from_currency']}/{newest['to_currency']}"
        record_audit(tx, actor, "rates_recorded", ("rate", pair), details)
    return len(rows)


def rate_on(conn: Reading, from_currency: str, to_currency: str, on: date) -> Rate:
    """The rate that holds on a day, or Refused saying which pair and day nobody recorded."""
    wanted = (from_currency, to_currency, on)
    found = rates_for(conn, {wanted})
    if wanted not in found:
        refuse_missing(wanted)
    return found[wanted]


def rates_on(conn: Reading, currencies: Collection[str], to: str, on: date) -> dict[str, Rate]:
    """Rates of several currencies into one on a day; a currency without a rate is left out."""
    found = rates_for(conn, {(currency, to, on) for currency in currencies})
    return {currency: rate for (currency, _, _), rate in found.items()}


def refuse_missing(wanted: Wanted) -> None:
    """Say which rate must be recorded before the act can go on."""
    from_currency, to_currency, on = wanted
    raise Refused("rate_missing", from_currency=from_currency, to_currency=to_currency, on=on)


def rates_for(conn: Reading, wanted: Collection[Wanted]) -> dict[Wanted, Rate]:
    """Every rate asked for that is known, with one query for all of them."""
    found = {key: Rate(Decimal(1), key[2]) for key in wanted if key[0] == key[1]}
    open_keys = [key for key in wanted if key[0] != key[1]]
    if not open_keys:
        return found
    base = read_company(conn).base_currency
    legs = {key for f, t, on in open_keys for key in ((f, t, on), (f, base, on), (base, t, on))}
    known = _latest(conn, {leg for leg in legs if leg[0] != leg[1]})
    for key in open_keys:
        rate = known.get(key) or _through(known, key, base)
        if rate is not None:
            # Rounded once, at the end: an inverse inside a way through the base stays exact.
            found[key] = Rate(rate.rate.quantize(_UNIT, ROUND_HALF_UP), rate.on_day)
    return found


def _through(known: dict[Wanted, Rate], key: Wanted, base: str) -> Rate | None:
    from_currency, to_currency, on = key
    first = known.get((from_currency, base, on))
    second = known.get((base, to_currency, on))
    if first is None or second is None:
        return None
    return Rate(first.rate * second.rate, min(first.on_day, second.on_day))


def _latest(conn: Reading, wanted: Collection[Wanted]) -> dict[Wanted, Rate]:
    """For each pair and day the newer of direct and inverse."""
    keys = sorted(wanted)
    rows = conn.rows(
        _LATEST,
        {
            "from_currencies": [key[0] for key in keys],
            "to_currencies": [key[1] for key in keys],
            "days": [key[2] for key in keys],
        },
    )
    found: dict[Wanted, Rate] = {}
    for row in rows:
        rate = row.rate if row.direct else 1 / row.rate
        found[row.from_currency, row.to_currency, row.day] = Rate(rate, row.on_day)
    return found


_LATEST = text("""
SELECT w.from_currency, w.to_currency, w.day, best.rate, best.on_day, best.direct
FROM unnest(CAST(:from_currencies AS text[]), CAST(:to_currencies AS text[]),
            CAST(:days AS date[])) AS w(from_currency, to_currency, day)
CROSS JOIN LATERAL (
    (SELECT rate, on_day, true AS direct FROM exchange_rate
     WHERE from_currency = w.from_currency AND to_currency = w.to_currency
       AND kind = 'spot' AND on_day <= w.day ORDER BY on_day DESC LIMIT 1)
    UNION ALL
    (SELECT rate, on_day, false FROM exchange_rate
     WHERE from_currency = w.to_currency AND to_currency = w.from_currency
       AND kind = 'spot' AND on_day <= w.day ORDER BY on_day DESC LIMIT 1)
    ORDER BY on_day DESC, direct DESC LIMIT 1
) AS best
""")


def _checked(new: NewRate) -> dict[str, Any]:
    from_currency = check_currency(new.from_currency, field="from_currency")
    to_currency = check_currency(new.to_currency, field="to_currency")
    if from_currency == to_currency:
        raise Invalid("currencies_equal", field="to_currency", value=to_currency)
    if check_day(new.on_day, field="on_day") is None:
        raise Invalid("not_a_day", field="on_day", value="")
    rate = check_decimal(new.rate, field="rate", least=_UNIT, most=10**9, places=RATE_PLACES)
    return {
        "from_currency": from_currency,
        "to_currency": to_currency,
        "kind": "spot",
        "on_day": new.on_day,
        "rate": rate,
        "source": new.source,
    }
