"""Texts, numbers and dates in the reader's language. Decides how a value looks; draws nothing.

    t(key, **params)    the sentence for plain places: table cells, select boxes, files
    md(key, **params)   the same with every text parameter escaped, for all that Streamlit reads as
                        Markdown: markdown, captions, labels of buttons and metrics, messages
    prose(*sentences)   whole sentences one after another
    plain(text)         one piece of data escaped for Markdown
    number money percent day moment    values; None becomes a dash
    says(error)         the sentence for an error of the tree

Texts stand in `locale/<area>.{en,zh}.json`, flat, the same keys and placeholders in both. Which
language is read, and the company's time zone, come from a source that `session` sets; every
function also takes `language=` for places without a reader's session (pages, files, mails).
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from inventory_core.errors import YibenError
from inventory_core.money import currency_digits

LANGUAGES = ("zh", "en")
DASH = "—"
_FOLDER = Path(__file__).parent / "locale"
_LOCALES = {"zh": Locale.parse("zh_Hans_CN"), "en": Locale.parse("en_GB")}
_NO_BREAK = "\u00a0"

_language_source: Callable[[], str] = lambda: "en"  # noqa: E731
_zone_source: Callable[[], str] = lambda: "UTC"  # noqa: E731


def set_sources(*, language: Callable[[], str], time_zone: Callable[[], str]) -> None:
    """Say where the reader's language and the company's time zone come from."""
    global _language_source, _zone_source
    _language_source, _zone_source = language, time_zone


def reader_language() -> str:
    """The language of whoever reads now: `zh` or `en`."""
    return _language_source()


def reader_zone() -> str:
    """The time zone in which moments are shown: the company's."""
    return _zone_source()


def prose(*sentences: str, language: str = "") -> str:
    """Whole sentences one after another, empty ones left out: Chinese puts no space between."""
    between = "" if (language or reader_language()) == "zh" else " "
    return between.join(filter(None, sentences))


def in_language(*, en: int, zh: int) -> int:
    """What differs by the reader's language beside words: the width of a column, say."""
    return zh if reader_language() == "zh" else en


def t(key: str, /, *, language: str = "", **params: object) -> str:
    """The sentence behind `key`; numbers among the parameters are formatted."""
    chosen = language or reader_language()
    sentence = catalogue(chosen).get(key)
    if sentence is None:
        return key
    shown = {name: _Counting(_shown(value, chosen)) for name, value in params.items()}
    return sentence.format_map(_Known(shown))


def md(key: str, /, *, language: str = "", **params: object) -> str:
    """Like `t`, safe where Markdown is read: text parameters are escaped."""
    safe = {n: plain(v) if isinstance(v, str) else v for n, v in params.items()}
    return t(key, language=language, **safe)


def says(error: YibenError, *, language: str = "") -> str:
    """The sentence for an error, by `error.<code>`; text parameters are escaped for Markdown."""
    chosen = language or reader_language()
    key = f"error.{error.code}"
    if key not in catalogue(chosen):
        return t("error.unknown_code", language=chosen, code=error.code)
    return md(key, language=chosen, **error_words(error, chosen))


def error_words(error: YibenError, language: str) -> dict[str, object]:
    """What an error speaks of, in words: closed lists have names, sequences become a list."""
    return {name: _param_words(name, value, language) for name, value in error.params.items()}


def plain(text: object) -> str:
    """Data as harmless Markdown: no link, image, colour, icon, formula or markup survives."""
    escaped = _MARKUP.sub(r"\\\1", " ".join(str(text).splitlines()))
    # Addresses, e-mails, emoji and icons are recognised after escapes are resolved; an invisible
    # word joiner behind the character that starts them keeps the text readable and dead.
    return _LIVELY.sub(lambda found: found.group(0) + "\u2060", escaped)


_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&^=-])")
_LIVELY = re.compile(r":(?=\S)|@(?=\S)|\bwww(?=\.)", re.IGNORECASE)


def number(value: float | Decimal | None, digits: int = 0, *, language: str = "") -> str:
    """1234.5 → 1,234 (or with `digits` after the point)."""
    if value is None or value != value:
        return DASH
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    # A small minus that rounds to nothing is nothing.
    shown = 0 if abs(value) < 0.5 * 10**-digits else value
    return str(format_decimal(shown, format=pattern, locale=_locale(language)))


def percent(value: float | Decimal | None, digits: int = 1, *, language: str = "") -> str:
    """0.037 → 3.7%."""
    if value is None or value != value:
        return DASH
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return str(format_percent(value, format=pattern, locale=_locale(language)))


def money(
    amount: Decimal | float | None,
    currency: str,
    *,
    digits: int | None = None,
    compact: bool = False,
    language: str = "",
) -> str:
    """CNY 72,566: the code, never a sign that two currencies share; `compact` for large figures."""
    if amount is None or amount != amount:
        return DASH
    places = currency_digits(currency) if digits is None else digits
    if compact and not -10_000 < amount < 10_000:
        short = format_compact_decimal(amount, fraction_digits=2, locale=_locale(language))
        return f"{currency}{_NO_BREAK}{short}"
    return f"{currency}{_NO_BREAK}{number(amount, places, language=language)}"


def day(value: date | None, *, language: str = "", year: bool = True) -> str:
    """22 Nov 2026 / 2026-11-22; without year where the context says it."""
    if value is None:
        return DASH
    chosen = language or reader_language()
    patterns = {"en": ("d MMM y", "d MMM"), "zh": ("y-MM-dd", "M月d日")}
    return str(format_date(value, patterns[chosen][0 if year else 1], locale=_locale(chosen)))


def moment(value: datetime | None, *, language: str = "", time_zone: str = "") -> str:
    """A moment in the company's time zone, to the minute."""
    if value is None:
        return DASH
    chosen = language or reader_language()
    patterns = {"en": "d MMM y, HH:mm", "zh": "y-MM-dd HH:mm"}
    zone = ZoneInfo(time_zone or _zone_source())
    return str(format_datetime(value, patterns[chosen], tzinfo=zone, locale=_locale(chosen)))


def country(code: str, *, language: str = "") -> str:
    """DE → Germany / 德国; a code that is no country stays as it is."""
    return str(_locale(language).territories.get(code, code))


def best_language(wanted: str) -> str:
    """The first of ours in a browser's list such as `zh-CN,zh;q=0.9,en;q=0.8`; else English."""
    for part in wanted.split(","):
        name = part.split(";")[0].strip().lower()[:2]
        if name in LANGUAGES:
            return name
    return "en"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every text of one language, from all areas."""
    texts: dict[str, str] = {}
    for path in sorted(_FOLDER.glob(f"*.{language}.json")):
        texts.update(json.loads(path.read_text(encoding="utf-8")))
    return texts


class _Counting(str):
    """A parameter with the words that it counts: `{count:unit|units}` is 1 unit, 2 units."""

    def __format__(self, words: str) -> str:
        if not words:
            return str(self)
        one, many = words.split("|")
        return f"{self} {one if self == '1' else many}"


class _Known(dict[str, _Counting]):
    """A missing parameter shows its name instead of breaking the screen."""

    def __missing__(self, name: str) -> _Counting:
        return _Counting("{" + name + "}")


def _locale(language: str) -> Locale:
    return _LOCALES[language or reader_language()]


def _shown(value: object, language: str) -> str:
    """A parameter inside a sentence."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return number(value, language=language)
    if isinstance(value, float | Decimal):
        decimals = max(0, -int(Decimal(str(value)).normalize().as_tuple().exponent))
        return number(value, min(decimals, 6), language=language)
    if isinstance(value, datetime):
        return moment(value, language=language)
    if isinstance(value, date):
        return day(value, language=language)
    return str(value)


def _param_words(name: str, value: object, language: str) -> object:
    """Closed lists inside errors have names of their own: a permission, a field."""
    if isinstance(value, str):
        return catalogue(language).get(f"{name}.{value}", value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value)
    return value
