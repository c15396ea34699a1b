"""The long form of the races: more threads, more kills, a hundred times more random work."""

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_core.db.engine import Database
from inventory_core.db.server import Server
from tests.journeys.conftest import server_folder
from tests.journeys.killing import ServerFolder
from tests.properties.test_book_and_oracle import STEPS, play
from tests.stock.scene import make_scene
from tests.trade.test_orders_race import killed_while_selling, no_deadlock

__all__ = ["server_folder"]


@pytest.mark.parametrize("threads", [8, 16, 32, 64])
def test_skewed_orders_never_deadlock_whatever_the_number_of_threads(
    database: Database, threads: int
) -> None:
    opened = Database(database.url, pool_size=threads)
    try:
        no_deadlock(make_scene(opened, skus=20, warehouses=1), threads=threads, each=200)
    finally:
        opened.dispose()


@pytest.mark.parametrize("kills", [5, 20])
def test_no_answered_order_is_lost_however_often_the_database_dies(
    server_folder: ServerFolder, kills: int
) -> None:
    killed_while_selling(server_folder, threads=32, each=200, kills=kills)


@settings(max_examples=2_000, deadline=None)
@given(steps=st.lists(STEPS, min_size=10, max_size=50))
def test_very_much_random_work_agrees_with_the_oracle(
    admin: psycopg.Connection, server: Server, template: str, steps: list[tuple]
) -> None:
    play(admin, server, template, steps)
