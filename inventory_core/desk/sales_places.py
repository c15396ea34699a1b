"""Which channel, warehouse, currency and clock a file of sales speaks of. Decides what is assumed.

What the file names is looked up, or made where it does not exist yet; what neither the file nor
the caller names is assumed, and the report says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from inventory_core.catalog.codes import clean_code, code_key
from inventory_core.catalog.listings import NewAccount, create_accounts
from inventory_core.catalog.locations import NewWarehouse, create_warehouses, warehouses
from inventory_core.clock import zone
from inventory_core.db.engine import Reading, Writing
from inventory_core.db.schema.channels import channel_account
from inventory_core.desk.imports_columns import NOTHING_SAID, ColumnsSaid, Matched
from inventory_core.desk.imports_habits import Habits
from inventory_core.desk.imports_runs import Note
from inventory_core.desk.sales_statements import CODES_IN_FILE
from inventory_core.desk.sales_sums import RowSpan
from inventory_core.errors import Invalid
from inventory_core.money import check_currency, currency_signs
from inventory_core.office.actors import Actor
from inventory_core.office.company import read_company
from inventory_core.vocabulary import WarehouseId, WarehouseKind

DEFAULT_CHANNEL = "imported"
DEFAULT_WAREHOUSE = "MAIN"
_PLATFORM = "other"


@dataclass(frozen=True, slots=True)
class SalesOptions:
    """What the file does not say. Empty: warehouse the first one, the company's currency and zone.

    `day_first` says how 03/04/2026 is to be read where the dates of the file leave it open;
    `each_row` what a row stands for, None while nobody has said it; `said` which header is which
    column where its name is not known.
    """

    warehouse: str = ""
    channel: str = DEFAULT_CHANNEL
    currency: str = ""
    time_zone: str = ""
    create_skus: bool = True
    day_first: bool | None = None
    each_row: RowSpan | None = None
    sheet: str = ""
    said: ColumnsSaid = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Places:
    """Ids by the codes in the file; `warehouse_id` is where a line belongs that names none."""

    account_ids: Mapping[str, int]
    currencies: Mapping[str, str]
    warehouse_ids: Mapping[str, int]
    warehouse_id: int
    notes: Sequence[Note] = field(default_factory=tuple)


def with_currency_of_header(options: SalesOptions, matched: Matched) -> SalesOptions:
    """A header like "Unit price (GBP)" says the currency as an option does; Invalid where both
    do and differ.
    """
    said = matched.stated.get("currency", "")
    if not said:
        return options
    given = check_currency(options.currency) if options.currency else said
    if given != said:
        raise Invalid("currency_differs", header=said, given=given)
    return replace(options, currency=said)


def habits_of(options: SalesOptions) -> Habits:
    """How the file's cells are to be read; a sign of any other currency than the stated one is
    refused, since nobody says what such an amount is worth.
    """
    signs = currency_signs(check_currency(options.currency)) if options.currency else frozenset()
    return Habits(day_first=options.day_first, signs=signs)


def clock_zone(conn: Reading, options: SalesOptions) -> str:
    """The time zone of the file's clock: as stated, else the channel's, else the company's."""
    if options.time_zone:
        return zone(options.time_zone).key
    key = code_key(options.channel)
    statement = select(channel_account.c.time_zone).where(channel_account.c.code_key == key)
    return conn.scalar(statement) or read_company(conn).time_zone


def find_places(tx: Writing, actor: Actor, options: SalesOptions, *, import_id: int) -> Places:
    """Look up or make the channels and warehouses of the judged lines."""
    rows = tx.rows(CODES_IN_FILE)
    notes: list[Note] = []
    named = [row.code for row in rows if row.kind == "warehouse"]
    warehouse_ids, default_id = _warehouses(tx, actor, options, named, notes, import_id)
    channels = {row.code: row.currency for row in rows if row.kind == "channel"}
    account_ids, currencies = _accounts(
        tx, actor, options, channels, [default_id], notes, import_id
    )
    return Places(account_ids, currencies, warehouse_ids, default_id, tuple(notes))


def _warehouses(
    tx: Writing,
    actor: Actor,
    options: SalesOptions,
    named: Sequence[str],
    notes: list[Note],
    import_id: int,
) -> tuple[dict[str, int], WarehouseId]:
    known = {code_key(place.code): place for place in warehouses(tx) if place.active}
    wanted = [*named, *([options.warehouse] if options.warehouse else [])]
    if not known and not wanted:
        wanted = [DEFAULT_WAREHOUSE]
    missing = {code_key(code): clean_code(code) for code in wanted if code_key(code) not in known}
    time_zone = clock_zone(tx, options)
    made = create_warehouses(
        tx,
        actor,
        [NewWarehouse(code, code, WarehouseKind.OWN, None, time_zone) for code in missing.values()],
        import_id=import_id,
    )
    notes.extend(Note("warehouse_assumed", {"code": code}) for code in made)
    ids = {key: place.id for key, place in known.items()}
    ids |= {code_key(code): made_id for code, made_id in made.items()}
    if options.warehouse or not known:
        default = ids[code_key(options.warehouse or wanted[-1])]
    else:
        first = next(iter(known.values()))
        default = first.id
        notes.append(Note("warehouse_taken", {"code": first.code}))
    return {code: ids[code_key(code)] for code in named}, default


def _accounts(
    tx: Writing,
    actor: Actor,
    options: SalesOptions,
    channels: Mapping[str, str | None],
    served_from: Sequence[WarehouseId],
    notes: list[Note],
    import_id: int,
) -> tuple[dict[str, int], dict[str, str]]:
    """Ids and currencies by channel code; a new channel takes the currency of its lines."""
    by_key = {code_key(code): code for code in channels}
    table = channel_account.c
    known = {
        row.code_key: row
        for row in tx.rows(
            select(table.code_key, table.id, table.currency).where(table.code_key.in_(by_key))
        )
    }
    stated = check_currency(options.currency) if options.currency else ""
    base = read_company(tx).base_currency
    time_zone = clock_zone(tx, options)
    new = []
    for key, code in by_key.items():
        if key not in known:
            currency = stated or channels[code] or base
            new.append(NewAccount(code, code, _PLATFORM, currency, time_zone, "", served_from))
            if not stated and channels[code] is None:
                notes.append(Note("currency_assumed", {"code": code, "currency": base}))
    made = create_accounts(tx, actor, new, import_id=import_id)
    notes.extend(Note("channel_assumed", {"code": code}) for code in made)
    ids = {row.code_key: row.id for row in known.values()}
    ids |= {code_key(code): made_id for code, made_id in made.items()}
    currencies = {key: stated or row.currency for key, row in known.items()}
    currencies |= {code_key(each.code): each.currency for each in new}
    return (
        {code: ids[code_key(code)] for code in channels},
        {code: currencies[code_key(code)] for code in channels},
    )
