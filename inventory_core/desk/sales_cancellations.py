"""Which sold line a cancellation takes back. Decides pairs; the lines stay what the file said.

A cancellation takes back the latest earlier line of the same customer, SKU and quantity that no
other cancellation has taken; without one it stays open.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple

from inventory_core.db.engine import Writing
from inventory_core.desk.sales_statements import (
    CANCELLATION_CANDIDATES,
    MARK_CANCELLATIONS,
    MARK_CANCELLED,
)


class Candidate(NamedTuple):
    """A line that cancels, or one that may be cancelled, of one group."""

    group: Any
    id: int
    cancels: bool


def match_cancellations(candidates: Iterable[Candidate]) -> list[tuple[int, int]]:
    """Pairs (cancelling line, sold line); candidates by group in the order of time, sales first."""
    pairs = []
    for _, lines in groupby(candidates, key=lambda line: line.group):
        sold: list[int] = []
        for line in lines:
            if not line.cancels:
                sold.append(line.id)
            elif sold:
                pairs.append((line.id, sold.pop()))
    return pairs


def settle_cancellations(tx: Writing, sources: list[str]) -> int:
    """Match every open cancellation of these sources; answers how many found their line."""
    rows = tx.rows(CANCELLATION_CANDIDATES, {"sources": sources})
    pairs = match_cancellations(Candidate(tuple(row[:4]), row.id, row.cancels) for row in rows)
    if pairs:
        cancel_ids, sold_ids = (list(ids) for ids in zip(*pairs, strict=True))
        tx.execute(MARK_CANCELLATIONS, {"cancel_ids": cancel_ids, "sold_ids": sold_ids})
        tx.execute(MARK_CANCELLED, {"sold_ids": sold_ids})
    return len(pairs)
