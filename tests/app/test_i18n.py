"""Texts exist in both languages, and values look as each language writes them."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.i18n import (
    DASH,
    best_language,
    catalogue,
    day,
    md,
    moment,
    money,
    number,
    percent,
    prose,
    t,
)
from app.i18n import plain as escaped
from forecasting.candidates import BLEND, candidate_models
from inventory_core.vocabulary import Language
from tests.tidy.source import ROOT, Module, modules, nodes

LOCALE = ROOT / "app" / "locale"
KINDS = {"Invalid", "NotFound", "Forbidden", "Conflict", "Refused", "Unavailable", "YibenError"}


def calls(*packages: str) -> Iterator[tuple[Module, ast.Call]]:
    """Every call that our own code makes, with the module that makes it."""
    for module in modules():
        if module.name.split(".")[0] in packages:
            yield from ((module, node) for node in nodes(module) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", "")


def test_every_text_exists_in_both_languages_with_the_same_placeholders() -> None:
    wrong = []
    for english in LOCALE.glob("*.en.json"):
        chinese = english.with_name(english.name.replace(".en.", ".zh."))
        pair = [json.loads(path.read_text(encoding="utf-8")) for path in (english, chinese)]
        wrong += [f"{english.name}: {key}" for key in pair[0].keys() ^ pair[1].keys()]
        for key in pair[0].keys() & pair[1].keys():
            fields = [
                sorted(set(re.findall(r"{(\w+)(?::\w[^{}|]*\|\w[^{}|]*)?}", texts[key])))
                for texts in pair
            ]
            if fields[0] != fields[1] or not all(texts[key].strip() for texts in pair):
                wrong.append(f"{english.name}: {key} {fields}")
    assert wrong == []
    assert len(list(LOCALE.glob("*.zh.json"))) == len(list(LOCALE.glob("*.en.json")))


def test_one_is_not_many() -> None:
    words = [t("imports.fact.skus_created", language="en", count=count) for count in (1, 0, 2_000)]
    assert words == [
        "1 SKU was made from the file.",
        "0 SKUs were made from the file.",
        "2,000 SKUs were made from the file.",
    ]
    assert t("imports.fact.skus_created", language="en") == "{count} SKUs were made from the file."


def test_no_text_asks_for_a_word_that_the_reader_of_texts_keeps_for_itself() -> None:
    """A text with `{language}` was looked up in a language of that name, and its key was shown."""
    for language in Language:
        taken = [key for key, text in catalogue(language).items() if "{language}" in text]
        assert taken == []


def test_chinese_sentences_have_chinese_marks() -> None:
    half = re.compile(r"[\u4e00-\u9fff][,;:!?(]|[,;:!?)][\u4e00-\u9fff]")
    assert [key for key, text in catalogue("zh").items() if half.search(text)] == []


def test_no_text_is_said_in_two_files() -> None:
    seen: dict[str, str] = {}
    wrong = []
    for path in sorted(LOCALE.glob("*.en.json")):
        for key in json.loads(path.read_text(encoding="utf-8")):
            if key in seen:
                wrong.append(f"{key}: {seen[key]} and {path.name}")
            seen[key] = path.name
    assert wrong == []


def test_every_error_code_in_the_source_has_a_sentence() -> None:
    known = set(catalogue("en"))
    silent = set()
    for module, call in calls("app", "connectors", "forecasting", "inventory_core", "jobs"):
        code = call.args[0] if call.args and name_of(call) in KINDS else None
        if isinstance(code, ast.Constant) and f"error.{code.value}" not in known:
            silent.add(f"{module.name}:{call.lineno} {code.value}")
    assert sorted(silent) == []


def test_every_key_that_the_screens_name_exists() -> None:
    known = set(catalogue("en"))
    missing = set()
    for module, call in calls("app"):
        key = call.args[0] if call.args and name_of(call) in {"t", "md"} else None
        if isinstance(key, ast.Constant) and key.value not in known:
            missing.add(f"{module.name}:{call.lineno} {key.value}")
    assert sorted(missing) == []


def test_sentences_stand_one_after_another_as_the_language_sets_them() -> None:
    assert prose("One.", "", "Two.", language="en") == "One. Two."
    assert prose("一。", "", "二。", language="zh") == "一。二。"


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (1234567, "1,234,567", "1,234,567"),
        (Decimal("-0.4"), "0", "0"),
        (None, DASH, DASH),
        (float("nan"), DASH, DASH),
    ],
)
def test_a_number_has_separators_and_no_value_is_a_dash(value, english, chinese) -> None:
    assert (number(value, language="en"), number(value, language="zh")) == (english, chinese)


def test_money_names_its_currency_and_has_its_digits() -> None:
    assert money(Decimal("72566.5"), "CNY", language="en") == "CNY\u00a072,566.50"
    assert money(Decimal(72566), "JPY", language="en") == "JPY\u00a072,566"
    assert money(Decimal(2_410_000), "CNY", compact=True, language="en") == "CNY\u00a02.41M"
    assert money(Decimal(2_410_000), "CNY", compact=True, language="zh") == "CNY\u00a0241万"
    assert money(None, "CNY", language="zh") == DASH


def test_days_and_moments_are_written_as_the_language_writes_them() -> None:
    when = datetime(2026, 11, 22, 0, 14, tzinfo=UTC)
    assert day(date(2026, 11, 22), language="en") == "22 Nov 2026"
    assert day(date(2026, 11, 22), language="zh", year=False) == "11月22日"
    assert moment(when, language="zh", time_zone="Asia/Shanghai") == "2026-11-22 08:14"
    assert moment(when, language="en", time_zone="UTC") == "22 Nov 2026, 00:14"
    assert percent(0.0374, language="en") == "3.7%"


def test_a_parameter_inside_a_sentence_is_formatted_and_escaped() -> None:
    said = md("error.person_name_taken", language="en", name="**x** [a](http://b.example)")
    assert "**x**" not in said
    assert "](" not in said
    assert t("people.sentence", language="en", active=1200, owners=1).count("1,200") == 1


@pytest.mark.parametrize(
    "text", ["http://a.example", "www.a.example", "a@b.example", ":smile:", ":material/home:"]
)
def test_nothing_that_comes_alive_by_itself_survives(text: str) -> None:
    assert text not in escaped(text)
    assert escaped(text).replace("\u2060", "").replace("\\", "") == text


@pytest.mark.parametrize("language", list(Language))
def test_every_candidate_of_a_forecast_has_a_name(language: Language) -> None:
    names = [model.name for model in candidate_models(4, 0, priced=True)]
    candidates = [*names, BLEND, "prophet_blend"]
    lacking = [name for name in candidates if f"forecasts.model_{name}" not in catalogue(language)]
    assert lacking == []


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de-DE,en;q=0.8", "en"), ("", "en"), ("fr", "en")],
)
def test_the_browser_says_which_language(wanted: str, language: str) -> None:
    assert best_language(wanted) == language


def test_every_act_of_the_audit_and_what_it_was_done_to_has_words() -> None:
    known = set(catalogue("en"))
    acts, kinds = {"created", "batch_created", "changed"}, set()
    for _, call in calls("inventory_core"):
        name, third = name_of(call), call.args[2] if len(call.args) > 2 else None
        if name in {"record_audit", "_audit"} and isinstance(third, ast.Constant):
            acts.add(third.value)
        if name == "record_audit" and ast.unparse(call.args[3]).startswith("('"):
            kinds.add(ast.unparse(call.args[3]).split("'")[1])
        if name in {"record_creation", "create_records"} and isinstance(third, ast.Constant):
            kinds.add(third.value)
    core = [module for module in modules() if module.name.startswith("inventory_core.")]
    for node in (node for module in core for node in nodes(module)):
        if isinstance(node, ast.Dict):
            told = zip(node.keys, node.values, strict=True)
            named = [value for key, value in told if getattr(key, "value", "") == "act"]
            acts |= {value.value for value in named if isinstance(value, ast.Constant)}
    assert {"goods_received", "suggestion_approved", "purchase_order_created"} <= acts
    parts = {act: act.split("_") for act in acts}
    silent = [
        act for act, words in parts.items()
        if not any(f"act.{'_'.join(words[n:])}" in known for n in range(len(words)))
    ]  # fmt: skip
    assert silent == []
    assert [kind for kind in sorted(kinds) if f"kind.{kind}" not in known] == []


def test_our_notebooks_have_a_name_in_both_languages() -> None:
    ours = sorted(
        f"notebooks.name.yiben/{one.stem}" for one in (ROOT / "notebooks").glob("*.ipynb")
    )
    assert ours
    for language in ("en", "zh"):
        named = [key for key in catalogue(language) if key.startswith("notebooks.name.")]
        assert sorted(named) == ours
