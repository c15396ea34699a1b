"""What orders cost is said only as far as it is known: no rate, no sum of nothing."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.i18n import catalogue
from inventory_core.db.engine import Reading
from inventory_core.planning.worklist import suggestion_figures
from inventory_core.vocabulary import Role
from tests.app.screens.test_forecasts_learning import drawn
from tests.browser import Served
from tests.desk.deciding import a_proposal, propose
from tests.trade.world import make_world

EN = catalogue("en")


def figures(conn: Reading) -> tuple[int, list[str] | None]:
    row = conn.rows(suggestion_figures())[0]
    return row.unpriced, row.without_rate


@pytest.mark.parametrize("known", [True, False])
def test_cash_is_no_sum_of_what_has_no_value(desk: Served, known: bool) -> None:
    world = make_world(desk.database)
    mug, lamp = list(world.skus)[:2]
    without = {"amount_base": None}
    first = a_proposal(world, mug, **({} if known else without))
    propose(desk.database, world, first, a_proposal(world, lamp, **without))
    desk.database.write(lambda tx: tx.execute(text("UPDATE forecast_run SET current = true")))
    with desk.database.reading() as conn:
        assert figures(conn) == ((1 if known else 2), ["USD"])
    test = drawn(desk, "", Role.BUYER, screen="replenish")
    [cash] = [one.value for one in test.metric if one.label == EN["replenish.cash"]]
    assert cash.endswith("1,534") if known else cash == "—"
    assert any("USD" in one.value for one in test.warning)


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        (["sea"], "CNY 3,067, and CNY 250 soon after, by sea"),
        (["sea", "air"], "CNY 3,067, and CNY 500 soon after"),
        ([], "CNY 3,067;"),
    ],
)
def test_cash_needed_names_what_is_due_at_once_when_all_is_ordered(
    desk: Served, ways: list[str], words: str
) -> None:
    world = make_world(desk.database)
    drafts = [a_proposal(world, sku) for sku in list(world.skus)[:2]]
    for place, way in enumerate(ways):
        follows = {"quantity": 60, "supplier": "NB", "ship_method": way, "amount_base": "250.00"}
        drafts[place] = replace(drafts[place], trace={**drafts[place].trace, "follows": follows})
    propose(desk.database, world, *drafts)
    desk.database.write(lambda tx: tx.execute(text("UPDATE forecast_run SET current = true")))
    test = drawn(desk, "", Role.BUYER, screen="replenish")
    told = " ".join(one.value for one in test.markdown).replace("\u00a0", " ")
    assert words in told
    [cash] = [one.value for one in test.metric if one.label == EN["replenish.cash"]]
    assert cash.endswith("3,067"), "the figure itself is what the orders of today cost"
