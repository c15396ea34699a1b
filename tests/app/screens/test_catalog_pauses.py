"""Off sale on screen: what it is for while empty, then every pause with its channel and reason."""

from inventory_core.catalog.sale_pauses import NewPause, state_pauses
from inventory_core.office.actors import SYSTEM
from inventory_core.vocabulary import PauseReason, Role
from tests.app.screens.test_purchases_and_catalog import WORDS, opened
from tests.app.test_rights import words_of
from tests.browser import Served
from tests.trade.world import TODAY, make_world


def test_pauses_are_listed_in_words(desk: Served) -> None:
    code, sku_id = next(iter(make_world(desk.database).skus.items()))
    empty = opened(desk, "catalog", Role.BUYER, part="pauses")
    assert WORDS["catalog.no_pauses"].split(".")[0] in words_of(empty)
    with desk.database.writing() as tx:
        state_pauses(tx, SYSTEM, [NewPause(sku_id, TODAY, None, PauseReason.BUY_BOX_LOST)])
    test = opened(desk, "catalog", Role.BUYER, part="pauses", sku=code)
    [row] = test.dataframe[0].value.to_dict("records")
    assert row["sku"] == code
    assert row["account"] == WORDS["promotions.everywhere"]
    assert row["reason"] == WORDS["pauses.reason_buy_box_lost"]
    assert len(test.error) == 0
