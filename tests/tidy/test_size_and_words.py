"""Files, functions and names stay small and plain: rules worth writing are worth failing on."""

import ast
import re
import subprocess

from tests.tidy.source import ROOT, imported_names, modules, nodes

MOST_FILE_LINES = 300
MOST_FUNCTION_LINES = 60
NAMELESS_NAMES = {"service", "services", "utils", "util", "helpers", "helper", "manager", "common"}
# Our own concepts have one word each (ARCHITECTURE, "Words"); these are the words they replaced.
BANNED_NAMES = {"qty", "backordered_qty", "product_id", "item_id", "variant_id", "stock_move"}
# Built from pieces, so that this file does not contain what it forbids.
BANNED_TEXTS = ("unsafe_allow" + "_html", "verify=" + "False", "shell=" + "True")
MACHINE_WORDS = (
    "/".join(("", "work", "main")),
    "/".join(("", "work", "shared")),
    "/".join(("", "root", ".")),
    "sub" + "agent",
    "Clau" + "de",
)


def test_every_file_ends_within_300_lines() -> None:
    long = {
        module.name: len(module.text.splitlines())
        for module in modules()
        if len(module.text.splitlines()) > MOST_FILE_LINES
    }
    tests = {str(path): path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    long |= {
        name: len(text.splitlines())
        for name, text in tests.items()
        if len(text.splitlines()) > MOST_FILE_LINES
    }
    assert long == {}


def test_every_function_ends_within_60_lines() -> None:
    long = [
        f"{module.name}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for module in modules()
        for node in nodes(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert long == []


def test_every_module_opens_with_a_paragraph() -> None:
    silent = [
        module.name
        for module in modules()
        if module.text.strip() and not (ast.get_docstring(module.tree) or "").strip()
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    nameless = [m.name for m in modules() if m.name.rpartition(".")[2] in NAMELESS_NAMES]
    assert nameless == []


def test_imports_stand_at_the_top_and_hide_no_cycle() -> None:
    wrong = []
    for module in modules():
        wrong += [
            f"{module.name}:{line}"
            for name, line in imported_names(module)
            if "TYPE_CHECKING" in name
        ]
        for function in nodes(module):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                wrong += [
                    f"{module.name}:{node.lineno} imports inside a function"
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                ]
    assert wrong == []


def test_our_own_names_use_the_words_of_the_house() -> None:
    wrong = []
    for module in modules():
        if module.name.startswith("connectors"):
            continue
        for node in nodes(module):
            name = getattr(node, "name", None) or getattr(node, "arg", None)
            if isinstance(node, ast.Name):
                name = node.id
            if name in BANNED_NAMES:
                wrong.append(f"{module.name}:{getattr(node, 'lineno', 0)} {name}")
    assert wrong == []


def test_no_unsafe_text_and_no_word_of_one_machine_is_tracked() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        names = [str(m.path.relative_to(ROOT)) for m in modules()]
    else:
        names = listed.stdout.split("\n")
    wrong = []
    for name in filter(None, names):
        path = ROOT / name
        if not path.is_file() or path.suffix in {".png", ".parquet", ".xlsx", ".lock", ".ttf"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for banned in (*BANNED_TEXTS, *MACHINE_WORDS):
            if banned in text:
                wrong.append(f"{name}: {banned}")
    assert wrong == []


def test_the_lock_file_names_no_registry() -> None:
    assert not re.search(
        r"(?<!no-emit-)index-url|https?://", (ROOT / "requirements.lock").read_text()
    )
