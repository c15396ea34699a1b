"""No text without somebody who asks for it: what was said once and is said no more goes."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from app.i18n import catalogue
from tests.tidy.source import ROOT, modules, nodes

# Asked for by words that come with the data: an act of the audit, a field or a value of an error.
BY_DATA = ("act.", "field.", "reason.", "span.")
_PAGES = (".html", ".js")


@cache
def _said() -> frozenset[str]:
    """Every word that the code holds, those inside its statements too."""
    whole = {
        node.value
        for module in modules()
        for node in nodes(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    quoted = {word for one in whole for word in re.findall(r"'(\w+)'", one)}
    return frozenset(whole | quoted)


@cache
def _put_together() -> tuple[re.Pattern[str], ...]:
    """Keys that are made from a name: f"replenish.reason_{code}"."""
    return tuple(re.compile(one) for one in sorted(set(_patterns())))


def _patterns() -> Iterator[str]:
    for module in modules():
        for node in nodes(module):
            if not isinstance(node, ast.JoinedStr):
                continue
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)"
                for part in node.values
            ]
            if re.match(r"[a-z_]+\\\.", parts[0]):
                yield "".join(parts)


def _known(word: str) -> bool:
    """A name of ours, a number, or what stands in a folder of ours."""
    plain = word.lstrip("_")
    if word in _said() or plain in _said() or word.isdigit():
        return True
    return any((ROOT / "notebooks").rglob(f"{word.rpartition('/')[2]}.*"))


def _asked(key: str, pages: str) -> bool:
    said = _said()
    if key in said or key in pages or key.startswith(BY_DATA):
        return True
    ends = (place for place, letter in enumerate(key) if letter == "_")
    if any(key[:end] in said and key[end:] in said for end in ends):
        return True
    matches = (one.fullmatch(key) for one in _put_together())
    return any(all(map(_known, found.groups())) for found in matches if found)


def test_every_text_is_asked_for() -> None:
    files = [path for path in (ROOT / "app").rglob("*") if path.suffix in _PAGES]
    pages = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [key for key in sorted(catalogue("en")) if not _asked(key, pages)] == []


def test_a_text_that_nobody_asks_for_is_found() -> None:
    assert not _asked("replenish.reason_of_the_moon", "")
    assert not _asked("replenish.stamp_of_old", "")
    assert _asked("replenish.reason_out_of_stock", "")
