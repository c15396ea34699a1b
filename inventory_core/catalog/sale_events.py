"""Sale events as a company plans with them: its own entries over those that come with the program.

Decides which date of an event holds: an entry of a known kind takes the place of the program's date
in its year, and one for a country only there. Decides nothing about what an event sells.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import select

from inventory_core.catalog.changes import Check, change_record, record_creation
from inventory_core.catalog.codes import clean_text, code_key
from inventory_core.catalog.fields import check_country, check_day, check_flag, check_member
from inventory_core.catalog.sale_event_dates import program_events
from inventory_core.db.bulk import insert_rows
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.channels import sale_event
from inventory_core.errors import Conflict, Invalid
from inventory_core.office.actors import Actor, Permission, require
from inventory_core.vocabulary import SaleEventKind

LONGEST_DAYS = 60


class Feast(NamedTuple):
    """An event under the name that models know it by, and the first day of each time it takes
    place; without a country everywhere.
    """

    name: str
    days: tuple[date, ...]
    country: str = ""


Feasts = tuple[Feast, ...]


@dataclass(frozen=True, slots=True)
class NewSaleEvent:
    """A sale from `starts_on` to `ends_on`, both included; no country: everywhere."""

    key: str
    kind: SaleEventKind
    starts_on: date
    ends_on: date
    name_zh: str = ""
    name_en: str = ""
    country: str | None = None


@dataclass(frozen=True, slots=True)
class SaleEvent:
    """One event as it is planned with; without an id it comes with the program."""

    kind: SaleEventKind
    starts_on: date
    ends_on: date
    name_zh: str = ""
    name_en: str = ""
    country: str | None = None
    id: int | None = None
    version: int = 0
    guessed: bool = False


_CHECKS: Mapping[str, Check] = {
    "kind": partial(check_member, members=SaleEventKind, field="kind"),
    "starts_on": partial(check_day, field="starts_on"),
    "ends_on": partial(check_day, field="ends_on"),
    "name_zh": partial(clean_text, field="name", most=120),
    "name_en": partial(clean_text, field="name", most=120),
    "country": check_country,
    "active": partial(check_flag, field="active"),
}


def create_sale_events(tx: Writing, actor: Actor, events: Sequence[NewSaleEvent]) -> dict[str, int]:
    """Enter events, each once by its key; a known kind without a name takes the usual one."""
    require(actor, Permission.CATALOG_EDIT)
    rows = {new.key: _checked(new) for new in events}
    made = insert_rows(
        tx, sale_event, list(rows.values()), returning=("id", "key"), skip_existing=True
    )
    fresh = {row.key: row.id for row in made}
    record_creation(tx, actor, "sale_event", fresh)
    known = tx.rows(select(sale_event).where(sale_event.c.key.in_(list(rows))))
    for row in known:
        if any(row._mapping[name] != value for name, value in rows[row.key].items()):
            raise Conflict("key_reused", key=row.key)
    return {row.key: row.id for row in known}


def change_sale_event(
    tx: Writing, actor: Actor, event_id: int, changes: Mapping[str, Any], *, version: int
) -> int:
    """Write the checked changes; `active` False removes it. Answers the new version."""
    require(actor, Permission.CATALOG_EDIT)
    rows = tx.rows(select(sale_event).where(sale_event.c.id == event_id))
    if rows:
        after = {**rows[0]._mapping, **changes}
        _refuse_disorder(after["starts_on"], after["ends_on"])
        _refuse_nameless(after["name_zh"], after["name_en"])
    return change_record(tx, actor, sale_event, event_id, changes, version=version, checks=_CHECKS)


def sale_events(conn: Reading, first: int, last: int) -> list[SaleEvent]:
    """Every event that begins in these years, in order: the company's, and the program's."""
    own = _own(conn, first, last)
    replaced = {(event.kind, event.starts_on.year) for event in own if not event.country}
    usual = [
        SaleEvent(event.kind, event.starts_on, event.ends_on, guessed=event.guessed)
        for year in range(first, last + 1)
        for event in program_events(year)
        if (event.kind, year) not in replaced
    ]
    return sorted([*own, *usual], key=lambda event: (event.starts_on, event.kind, event.id or 0))


def own_feasts(conn: Reading) -> Feasts:
    """The company's entries by the name under which models know them; () where there are none.

    Events of one's own with the same name are one event that comes again.
    """
    found: dict[tuple[str, str], set[date]] = defaultdict(set)
    for event in _own(conn, date.min.year, date.max.year):
        found[_feast_name(event), event.country or ""].add(event.starts_on)
    return tuple(
        Feast(name, tuple(sorted(days)), country) for (name, country), days in sorted(found.items())
    )


def feasts_in(feasts: Feasts, country: str) -> Feasts:
    """The entries as they hold in one country ("": where none has entries of its own).

    One for the country takes the place of one for everywhere in its year.
    """
    there = {feast.name: feast.days for feast in feasts if feast.country == country}
    everywhere = {feast.name: feast.days for feast in feasts if not feast.country}
    return tuple(
        Feast(name, _replaced(everywhere.get(name, ()), there.get(name, ())), country)
        for name in sorted({*there, *everywhere})
    )


def times_seen(events: Sequence[SaleEvent], event: SaleEvent, first: date, before: date) -> int:
    """How often the event took place, where it holds, from `first` until the day `before`."""
    same = [one for one in events if _feast_name(one) == _feast_name(event)]
    there = [one.starts_on for one in same if one.country == event.country]
    everywhere = [one.starts_on for one in same if one.country is None]
    days = _replaced(tuple(everywhere), tuple(there))
    return sum(first <= day < before for day in days)


def _feast_name(event: SaleEvent) -> str:
    if event.kind is SaleEventKind.OWN:
        return f"own_{code_key(event.name_en or event.name_zh)}"
    return event.kind.value


def _replaced(days: tuple[date, ...], by: tuple[date, ...]) -> tuple[date, ...]:
    years = {day.year for day in by}
    return tuple(sorted({*by, *(day for day in days if day.year not in years)}))


def _own(conn: Reading, first: int, last: int) -> list[SaleEvent]:
    columns = [sale_event.c[name] for name in SaleEvent.__dataclass_fields__ if name != "guessed"]
    rows = conn.rows(
        select(*columns)
        .where(sale_event.c.active)
        .where(sale_event.c.starts_on.between(date(first, 1, 1), date(last, 12, 31)))
        .order_by(sale_event.c.id)
    )
    return [SaleEvent(**{**row._mapping, "kind": SaleEventKind(row.kind)}) for row in rows]


def _checked(new: NewSaleEvent) -> dict[str, Any]:
    names = ("kind", "starts_on", "ends_on", "name_zh", "name_en", "country")
    row = {name: _CHECKS[name](getattr(new, name)) for name in names}
    _refuse_disorder(row["starts_on"], row["ends_on"])
    if new.kind is not SaleEventKind.OWN and not (row["name_zh"] or row["name_en"]):
        row["name_en"] = new.kind.value
    _refuse_nameless(row["name_zh"], row["name_en"])
    return {"key": new.key, **row}


def _refuse_disorder(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is None or ends_on is None or ends_on < starts_on:
        raise Invalid("days_out_of_order", field="ends_on")
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise Invalid("sale_event_too_long", field="ends_on", most=LONGEST_DAYS)


def _refuse_nameless(name_zh: str, name_en: str) -> None:
    if not (name_zh.strip() or name_en.strip()):
        raise Invalid("sale_event_without_name", field="name")
