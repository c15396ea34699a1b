"""What nobody foresaw, noted once with a number that a person can read out.

Decides that the reader sees the number and the log keeps the rest; never shows a trace.
"""

import secrets

import structlog

_LOG = structlog.get_logger("yiben.app")
_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"


def note_problem(error: Exception, *, where: str) -> str:
    """Write the failure to the log under a fresh number and return the number."""
    number = "".join(secrets.choice(_LETTERS) for _ in range(8))
    _LOG.error("unexpected failure", number=number, where=where, exc_info=error)
    return number
