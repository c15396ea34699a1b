"""The ways to a session, over all companies of the server. Opens the transactions of the pages.

Decides in which company a name is looked up and when a person of one company is the same person in
another: the same name with the very same salted hash, which only a copy can have.
"""

from dataclasses import dataclass
from datetime import datetime

from app.companies import Companies
from app.cookies import Ticket
from inventory_core.clock import utc_now
from inventory_core.db.engine import Database
from inventory_core.errors import Forbidden, NotFound
from inventory_core.office.actors import Permission
from inventory_core.office.links import LinkPurpose, has_owner, look_at_link, use_link
from inventory_core.office.owners import adopt_owner, credential_of, open_for_credential
from inventory_core.office.sessions import (
    Session,
    SignedIn,
    begin_attempt,
    find_session,
    sign_in,
    sign_out,
)


@dataclass(frozen=True, slots=True)
class Way:
    """A fresh ticket for the browser."""

    ticket: Ticket
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WaysIn:
    """What the pages may do."""

    companies: Companies

    def slugs(self) -> tuple[str, ...]:
        """All companies of the server."""
        return self.companies.slugs()

    def usual(self) -> str:
        """The company that is meant where none is named."""
        return self.companies.usual()

    def has_owner(self, slug: str) -> bool:
        """Whether the company has been taken over by its first owner."""
        with self._door(slug).reading() as conn:
            return has_owner(conn)

    def find_session(self, ticket: Ticket) -> Session | None:
        """Whose ticket this is, now."""
        try:
            with self.companies.door(ticket.company).reading() as conn:
                return find_session(conn, ticket.token, now=utc_now())
        except NotFound:
            return None

    def sign_in(self, slug: str, name: str, password: str, address: str) -> Way:
        """A session for the right password; the try is counted before it is judged."""
        slug = slug if slug in self.slugs() else self.usual()
        door, now = self._door(slug), utc_now()
        attempt_id = door.write(lambda tx: begin_attempt(tx, name=name, address=address, now=now))
        signed = door.write(
            lambda tx: sign_in(
                tx, attempt_id=attempt_id, name=name, password=password, address=address, now=now
            )
        )
        return _way(slug, signed)

    def look_at_link(self, slug: str, token: str) -> LinkPurpose:
        """What a one-time link opens."""
        with self._door(slug).reading() as conn:
            return look_at_link(conn, token, now=utc_now())

    def use_link(self, slug: str, token: str, name: str, password: str, address: str) -> Way:
        """Set the password once; a first owner owns the other companies without owner as well."""
        now = utc_now()
        door = self._door(slug)
        purpose = self.look_at_link(slug, token)
        signed = door.write(
            lambda tx: use_link(tx, token, name=name, password=password, address=address, now=now)
        )
        if purpose.purpose == "owner":
            with door.reading() as conn:
                credential = credential_of(conn, signed.actor)
            for other in self.slugs():
                if other != slug:
                    self._door(other).write(lambda tx: adopt_owner(tx, credential))
        return _way(slug, signed)

    def sign_out(self, ticket: Ticket) -> None:
        """End one session."""
        try:
            self.companies.door(ticket.company).write(lambda tx: sign_out(tx, ticket.token))
        except NotFound:
            return

    def change_company(self, ticket: Ticket, wanted: str, address: str) -> Way:
        """A session in another company; Forbidden where the person is not proven there."""
        found = self.find_session(ticket)
        if found is None:
            raise Forbidden("session_ended")
        with self.companies.door(ticket.company).reading() as conn:
            credential = credential_of(conn, found.actor)
        door, now = self._door(wanted), utc_now()
        if found.actor.may(Permission.PEOPLE_MANAGE):
            door.write(lambda tx: adopt_owner(tx, credential))
        signed = door.write(
            lambda tx: open_for_credential(tx, credential, address=address, now=now)
        )
        self.sign_out(ticket)
        return _way(wanted, signed)

    def _door(self, slug: str) -> Database:
        return self.companies.door(slug)


def _way(slug: str, signed: SignedIn) -> Way:
    return Way(Ticket(slug, signed.token), signed.expires_at)
