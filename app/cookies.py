"""The one cookie of the house. Decides its name, its shape and its flags; verifies nothing.

Its value names the company and carries the session's token: `main.3fX…`. HttpOnly, SameSite=Lax,
Path=/; Secure where the settings say that TLS ends before us.
"""

from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie

COOKIE_NAME = "yiben_session"
MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser presents: which company, and a token that only its database can judge."""

    company: str
    token: str

    def __str__(self) -> str:
        return f"{self.company}.{self.token}"


def read_ticket(value: str | None) -> Ticket | None:
    """The ticket in a cookie's value, or None where it has not even the shape of one."""
    if not value or len(value) > MOST_CHARACTERS or "." not in value:
        return None
    company, _, token = value.partition(".")
    return Ticket(company, token) if company and token else None


def ticket_from_header(cookie_header: str) -> Ticket | None:
    """The ticket in a raw `Cookie` header."""
    try:
        jar: SimpleCookie = SimpleCookie(cookie_header)
    except CookieError:
        return None
    return read_ticket(jar[COOKIE_NAME].value) if COOKIE_NAME in jar else None


def cookie_header(ticket: Ticket, *, expires_at: datetime, secure: bool) -> str:
    """The `Set-Cookie` value that hands the ticket to the browser."""
    expires = expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return f"{COOKIE_NAME}={ticket}; Expires={expires}{_flags(secure)}"


def dead_cookie_header(*, secure: bool) -> str:
    """The `Set-Cookie` value that takes it away."""
    return f"{COOKIE_NAME}=; Max-Age=0{_flags(secure)}"


def _flags(secure: bool) -> str:
    return "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
