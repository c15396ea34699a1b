"""A seller of lamps of whose lines something is said. Tests nothing."""

from datetime import timedelta
from typing import Any

from forecasting.history import demand_grid
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.demand_words import NewWord, Word, say_words, words_of
from inventory_core.vocabulary_planning import DemandWord, DemandWordReason
from tests.planning.seller import YESTERDAY, Seller, make_seller

DAYS = 140
LARGE, SMALL = 80, 7
ORDINARY, ONE_OFF, RULE = DemandWord.ORDINARY, DemandWord.ONE_OFF, DemandWord.RULE
AGAIN, PROJECT, OTHER = (
    DemandWordReason.COMES_AGAIN,
    DemandWordReason.PROJECT,
    DemandWordReason.OTHER,
)
LARGE_ON, SMALL_ON = YESTERDAY - timedelta(days=1), YESTERDAY - timedelta(days=30)


def lamp_seller(database: Database) -> Seller:
    """Sells one to three lamps a day; eighty the day before yesterday, which the rule leaves out,
    and seven a month ago, which it does not.
    """
    made = make_seller(database)
    units = [2, 1, 3] * 46 + [LARGE, 1]
    units[DAYS - 31] = SMALL
    made.sold("LAMP", units, last_on=YESTERDAY)
    made.sold("CABLE", [1] * DAYS, last_on=YESTERDAY)
    return made


def line(seller: Seller, units: int) -> int:
    """The line of so many units, as demand names it."""
    [[found]] = seller.rows("SELECT -id FROM sales_line WHERE quantity = :units", units=units)
    return int(found)


def say(seller: Seller, *words: NewWord, key: str = "k", actor: Actor = SYSTEM) -> list[Word]:
    return seller.database.write(lambda tx: say_words(tx, actor, words, key=key))


def bulk(seller: Seller, **asked: Any) -> float:
    """Units that are left out of all demand."""
    with seller.database.reading() as conn:
        return float(demand_grid(conn, through=YESTERDAY, **asked).bulk.sum())


def standing(seller: Seller, line_id: int) -> Word:
    with seller.database.reading() as conn:
        return words_of(conn, [line_id])[line_id]
