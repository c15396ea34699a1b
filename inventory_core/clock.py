"""Time and time-ordered ids. Decides what a business day is; never reads time for a decision.

Commands receive `now` as an argument; only the edges (`app/`, `jobs/`) call `utc_now`. Times are
aware UTC and end in `_at`; days are business days of a warehouse or company and end in `_on`.
"""

import os
import time
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inventory_core.errors import Invalid


def utc_now() -> datetime:
    """The present as aware UTC. For the edges only."""
    return datetime.now(UTC)


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; refuses a time without zone, because guessing one moves stock."""
    if moment.tzinfo is None:
        raise Invalid("time_without_zone", value=moment.isoformat())
    return moment.astimezone(UTC)


def zone(name: str) -> ZoneInfo:
    """The time zone called `name` in the IANA list."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid("unknown_time_zone", value=name) from error


def business_day(moment: datetime, zone_name: str) -> date:
    """The calendar day at `moment` in the zone where the work is done."""
    return as_utc(moment).astimezone(zone(zone_name)).date()


def new_id() -> UUID:
    """A UUID of version 7: unique, and ordered by the time it was made.

    Made by whoever starts an act, kept, and sent again on a retry: it is the idempotency key.
    Layout of RFC 9562, section 5.7 (PostgreSQL's own uuidv7() exists only from version 18).
    """
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= ((chance >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= chance & ((1 << 62) - 1)
    return UUID(int=value)
