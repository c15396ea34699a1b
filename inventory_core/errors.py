"""The tree of failures, drawn first. Decides the six kinds of "no"; never a sentence or a status.

    YibenError
    ├── Invalid       the request itself is wrong: a field, a cell, a row (say which)
    ├── NotFound      what it names does not exist, or not for this actor
    ├── Forbidden     the actor may not do this
    ├── Conflict      it clashes with what happened since: same key, other request; stale revision
    ├── Refused       understood and allowed, but a rule of the trade says no: no stock
    └── Unavailable   try again later: the database or an outside system does not answer

Each error carries a code and parameters. The edge (`app/`) turns the code into a sentence in the
reader's language (`app/locale/*.json`, key `error.<code>`) and into an HTTP status.
"""

from collections.abc import Mapping


class YibenError(Exception):
    """Base of every failure that a person may be told about."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code


class Invalid(YibenError):
    """The request is malformed; `params` name the field, cell or row and what to do."""


class NotFound(YibenError):
    """The thing named does not exist, or not for this actor."""


class Forbidden(YibenError):
    """The actor lacks the permission named in `params`."""


class Conflict(YibenError):
    """The request clashes with something that happened before it."""


class Refused(YibenError):
    """A rule of the trade forbids it now."""


class Unavailable(YibenError):
    """Something this needs does not answer; the same request may be sent again."""
