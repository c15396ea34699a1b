"""Several companies on one server: one person, several databases."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text

from app.api.ways_in import WaysIn
from app.companies import Companies
from app.cookies import Ticket
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.errors import Forbidden, NotFound
from inventory_core.office.links import ensure_owner_link, has_owner
from inventory_core.office.people import change_password
from inventory_core.settings import Settings
from tests.browser import copied_company
from tests.people import PASSWORD


@pytest.fixture
def two(server, admin, template, tmp_path) -> Iterator[tuple[WaysIn, list[str]]]:
    """Two companies that nobody owns yet."""
    with ExitStack() as stack:
        slugs = [stack.enter_context(copied_company(admin, template)) for _ in range(2)]
        settings = Settings(data_folder=tmp_path, served_companies=",".join(slugs))
        served = Companies(server, settings)
        yield WaysIn(served), slugs
        served.close()


def own(ways: WaysIn, slug: str, name: str = "Li Wei") -> Ticket:
    token = door(ways, slug).write(lambda tx: ensure_owner_link(tx, utc_now()))
    return ways.use_link(slug, str(token), name, PASSWORD, "127.0.0.1").ticket


def door(ways: WaysIn, slug: str) -> Database:
    return ways.companies.door(slug)


def test_the_first_owner_owns_every_company_without_owner_and_changes_between_them(two) -> None:
    ways, (here, there) = two
    ticket = own(ways, here)
    with door(ways, there).reading() as conn:
        assert has_owner(conn)
    way = ways.change_company(ticket, there, "127.0.0.1")
    found = ways.find_session(way.ticket)
    assert found is not None
    assert (way.ticket.company, found.actor.name) == (there, "Li Wei")
    assert ways.find_session(ticket) is None


def test_another_password_there_means_signing_in_there(two) -> None:
    ways, (here, there) = two
    ticket = own(ways, here)
    found = ways.find_session(ticket)
    assert found is not None
    door(ways, here).write(
        lambda tx: change_password(
            tx, found.actor, now=utc_now(), old=PASSWORD, new="another one", token=ticket.token
        )
    )
    with pytest.raises(Forbidden):
        ways.change_company(ticket, there, "127.0.0.1")
    assert ways.find_session(ticket) is not None
    assert ways.sign_in(there, "li wei", PASSWORD, "127.0.0.1").ticket.company == there


def test_a_namesake_in_another_company_is_somebody_else(two) -> None:
    ways, (here, there) = two
    own(ways, there)
    with door(ways, here).writing() as tx:  # the copy is undone: here nobody owns it yet
        tx.execute(text("DELETE FROM person_role"))
        tx.execute(text("UPDATE person SET name_key = 'gone' WHERE id <> 0"))
    ticket = own(ways, here)
    with pytest.raises(Forbidden):
        ways.change_company(ticket, there, "127.0.0.1")


def test_a_company_that_does_not_exist_opens_nothing(two) -> None:
    ways, (here, _) = two
    ticket = own(ways, here)
    with pytest.raises(NotFound):
        ways.change_company(ticket, "nowhere", "127.0.0.1")
    assert ways.find_session(Ticket("nowhere", ticket.token)) is None
    assert ways.find_session(ticket) is not None
