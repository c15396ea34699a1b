"""Lists of whole numbers on their way into SQL. Decides only how fast they are written as text.

Commands send columns as arrays, most of them ids and quantities. The driver looks at every element
four times in Python; numbers need no quotes, so that one join does. All other lists stay its own.
"""

from psycopg.abc import Buffer
from psycopg.types.array import ListDumper

NUMBERS = frozenset({int})
NUMBERS_AND_HOLES = frozenset({int, type(None)})


class QuickListDumper(ListDumper):
    """PostgreSQL's text for a list: `{1,NULL,-3}`; the element's type is chosen as ever."""

    def dump(self, obj: list[object]) -> Buffer | None:
        kinds = frozenset(map(type, obj))
        if kinds == NUMBERS:
            return f"{{{','.join(map(str, obj))}}}".encode()
        if kinds == NUMBERS_AND_HOLES:
            return f"{{{','.join('NULL' if one is None else str(one) for one in obj)}}}".encode()
        return super().dump(obj)
