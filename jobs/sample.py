"""The sample company: eighteen months of a seller, played through the core's own commands.

Decides the order of a day and of a week: deliveries, orders, parcels, then what the buyer does.
One transaction a day under the played clock, so that the book says when each thing became known.
The same seed, last day and size give the same facts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from inventory_core.clock import as_utc
from inventory_core.db.engine import Database, Writing
from inventory_core.db.played_clock import play_at
from inventory_core.db.schema.seeds import VIRTUAL_LOCATIONS
from inventory_core.insight.kpis_snapshot import snapshot_kpis
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.ledger import Line, NewOperation, post
from inventory_core.trade.orders import fill_backorders
from inventory_core.vocabulary import LocationKind, OperationKind
from jobs.sample_branches import Branches
from jobs.sample_buyer import Buyer
from jobs.sample_care import Care
from jobs.sample_network import CODES
from jobs.sample_selling import Selling
from jobs.sample_sending import Sending
from jobs.sample_setup import set_up
from jobs.sample_shelf import read_shelf
from jobs.sample_stage import LAST_ZONE, Stage
from jobs.sample_supply import Supply
from jobs.sample_world import make_world

SEED = 7
DAYS = 550
ORDERS = 40_000
FEWEST_DAYS = 30
BUYING_WEEKDAY, MOVING_WEEKDAY = 0, 3
BOOKED_IN_AT_HOUR = 9.5

# Told after each step: what is done, how many steps of how many, the day played.
Progress = Callable[[str, int, int, date | None], None]


@dataclass(frozen=True, slots=True)
class Played:
    """What was played."""

    first_on: date
    last_on: date
    orders: int


def play_sample_company(
    database: Database,
    *,
    now: datetime,
    seed: int = SEED,
    progress: Progress | None = None,
    days: int = DAYS,
    orders: int = ORDERS,
) -> Played:
    """Play into an empty, migrated database; the last day is the last one over everywhere."""
    assert days >= FEWEST_DAYS, "a shorter play has no deliveries"
    tell = progress or (lambda _step, _done, _of, _day: None)
    world = make_world(last_on=last_day(now), days=days, orders=orders, seed=seed)
    tell("setup", 0, days, None)
    with database.writing() as tx:
        numbers = set_up(tx, world, seed=seed)
    play = _Play(Stage(world, numbers, seed))
    with database.writing() as tx:
        play.open(tx)
    for day in range(days):
        with database.writing() as tx:
            play.day(tx, day)
        tell("day", day + 1, days, world.days[day])
    tell("kpis", days, days, None)
    with database.writing() as tx:
        snapshot_kpis(tx, world.days[0] - timedelta(days=1), world.days[-1], now=now)
    return Played(world.days[0], world.days[-1], play.selling.accepted)


def last_day(now: datetime) -> date:
    """The last day that is over in every zone where the company works."""
    return as_utc(now).astimezone(LAST_ZONE).date() - timedelta(days=1)


class _Play:
    """The parts of the play and the order in which they act."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._sending = Sending(stage)
        self.selling = Selling(stage, self._sending)
        self._supply = Supply(stage)
        self._branches = Branches(stage)
        self._care = Care(stage)
        self._buyer = Buyer(stage.world, stage.numbers.terms, seed=stage.seed)

    def open(self, tx: Writing) -> None:
        """First stock, the evening before the first day."""
        stage = self._stage
        play_at(tx, stage.end(-1))
        supplier = VIRTUAL_LOCATIONS[LocationKind.SUPPLIER]
        opening = self._buyer.opening()
        operations = []
        for code in CODES:
            place = stage.numbers.warehouses[code]
            lines = [
                Line(
                    stage.numbers.skus[good],
                    supplier,
                    place,
                    quantity,
                    value=stage.world.goods[good].cost_cny * quantity,
                )
                for good, where, quantity in opening
                if where == code
            ]
            operations.append(
                NewOperation(
                    f"sample/opening/{code}",
                    OperationKind.OPENING,
                    stage.at(-1, code, 9),
                    lines,
                    reason="opening stock",
                )
            )
        post(tx, SYSTEM, operations)

    def day(self, tx: Writing, day: int) -> None:
        """One day, from the morning's deliveries to the evening's parcels."""
        stage = self._stage
        play_at(tx, stage.end(day))
        came = self._supply.play(tx, day)
        arrived = self._branches.play(tx, day)
        if came or arrived:
            morning = max(stage.at(day, code, BOOKED_IN_AT_HOUR) for code in came | arrived)
            self._sending.filled(day, fill_backorders(tx, SYSTEM, None, now=morning))
        self.selling.play(tx, day)
        self._care.play(tx, day)
        weekday = stage.date(day).weekday()
        if weekday == BUYING_WEEKDAY:
            shelf = read_shelf(tx, stage)
            self._supply.order(tx, day, self._buyer.purchases(day, shelf, stage.sold))
        if weekday == MOVING_WEEKDAY:
            shelf = read_shelf(tx, stage)
            self._branches.send(tx, day, self._buyer.moves(day, shelf, stage.sold))
