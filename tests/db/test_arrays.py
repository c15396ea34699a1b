"""Lists arrive in SQL as they were, whoever writes them down."""

from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.array import ListDumper
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import text

from inventory_core.db.arrays import QuickListDumper
from inventory_core.db.engine import Database

WHOLE = st.integers(-(2**63), 2**63 - 1)


class Size(IntEnum):
    LARGE = 3


def written(dumper: type[ListDumper], values: list[object]) -> bytes:
    made = dumper(list)
    made.sub_dumper = Int8Dumper(int)
    return bytes(made.dump(values) or b"")


@given(values=st.lists(st.one_of(st.none(), WHOLE)))
def test_a_list_of_numbers_is_written_as_the_driver_writes_it(values: list[object]) -> None:
    assert written(QuickListDumper, values) == written(ListDumper, values)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint[]", []),
        ("bigint[]", [None, None]),
        ("bigint[]", [0, -1, 2**62, None, -(2**63)]),
        ("bigint[]", [Size.LARGE, 1]),
        ("int[]", [1, 2]),
        ("bool[]", [True, None, False]),
        ("text[]", ["a,b", 'say "no"', "\\", "{}", "", "NULL", None, "码"]),
        ("bigint[][]", [[1, 2], [3, None]]),
    ],
)
def test_every_list_comes_back_as_it_was_sent(
    database: Database, kind: str, values: list[object]
) -> None:
    with database.reading() as conn:
        assert conn.scalar(text(f"SELECT CAST(:values AS {kind})"), {"values": values}) == values
