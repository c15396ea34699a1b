"""The name a person signs in with. Decides what is a name and when two are the same one."""

import unicodedata

from inventory_core.errors import Invalid

MOST_CHARACTERS = 120


def check_name(name: str) -> str:
    """The name as shown: NFKC, blanks joined; refuses empty, endless and unprintable ones."""
    shown = " ".join(unicodedata.normalize("NFKC", name).split())
    if not shown:
        raise Invalid("name_missing", field="name")
    if len(shown) > MOST_CHARACTERS:
        raise Invalid("name_too_long", field="name", most=MOST_CHARACTERS)
    if any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co"} for one in shown):
        raise Invalid("name_unprintable", field="name")
    return shown


def fold_name(name: str) -> str:
    """The key under which a name is found: case set aside. Never fails, whatever was typed."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(folded.encode("utf-8", "replace").decode().replace("\0", "").split())[:240]
