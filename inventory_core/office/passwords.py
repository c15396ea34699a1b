"""Passwords: what is accepted and how it is kept. Decides length and hash; knows no person.

Argon2id with the library's parameters (RFC 9106, low-memory profile). Length is counted in bytes of
the text as typed after NFKC, so that the same password typed on two keyboards is one password.
"""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from inventory_core.errors import Invalid

FEWEST_BYTES = 8
MOST_BYTES = 1024
_HASHER = PasswordHasher()
# Verified where a name is unknown, so that the answer takes as long as for a known one. Salt and
# digest are zeros: the work is the same, and no program makes a hash at its start (0.15 s).
_NOBODYS_HASH = (
    f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)


def hash_password(password: str) -> str:
    """The text to keep; refuses what is too short or too long."""
    length = len(_as_bytes(password))
    if length < FEWEST_BYTES:
        raise Invalid("password_too_short", field="password", fewest=FEWEST_BYTES)
    if length > MOST_BYTES:
        raise Invalid("password_too_long", field="password", most=MOST_BYTES)
    return _HASHER.hash(_as_bytes(password))


def password_matches(kept_hash: str, password: str) -> bool:
    """Whether this is the password; takes the same time where there is none to compare with."""
    given = _as_bytes(password)
    if len(given) > MOST_BYTES:
        return False
    try:
        _HASHER.verify(kept_hash or _NOBODYS_HASH, given)
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept_hash)


def needs_new_hash(kept_hash: str) -> bool:
    """Whether the parameters have grown since this hash was made."""
    return _HASHER.check_needs_rehash(kept_hash)


def _as_bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
