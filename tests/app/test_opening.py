"""The last one to leave stops the server; the terminal speaks the reader's language."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.commands.imports import sales
from app.opening import (
    leave_server,
    opened_company,
    ready_server,
    terminal_language,
    using_server,
)
from inventory_core.db.companies import (
    OWN_COMPANY,
    SAMPLE_COMPANY,
    create_company_database,
    current_company,
    list_companies,
    remember_company,
)
from inventory_core.db.embedded import find_cluster, is_running, stop_embedded
from inventory_core.errors import NotFound, Refused
from inventory_core.settings import Settings


@pytest.fixture
def settings(test_root: Path) -> Iterator[Settings]:
    folder = test_root / f"opening-{uuid.uuid4().hex[:8]}"
    yield Settings(data_folder=folder)
    if (folder / "pw").exists():
        stop_embedded(find_cluster(folder))
    shutil.rmtree(folder, ignore_errors=True)


def test_a_first_command_finds_a_company_of_ones_own_and_the_last_one_stops_the_server(
    settings: Settings,
) -> None:
    with using_server(settings) as first:
        with opened_company(settings=settings) as opened:
            assert opened.slug == OWN_COMPANY
            assert list_companies(opened.server) == [OWN_COMPANY]
        with using_server(settings) as second:
            leave_server(settings, second)
            assert is_running(find_cluster(settings.data_folder))
        leave_server(settings, first)
    assert not is_running(find_cluster(settings.data_folder))


def test_a_company_that_does_not_exist_is_said(settings: Settings) -> None:
    with pytest.raises(NotFound, match="company_unknown"), opened_company("nobody", settings):
        pass


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "YIBEN_LANGUAGE": "en"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_terminal_speaks_chinese_or_english(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("YIBEN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == expected


@pytest.mark.slow
def test_a_file_goes_into_the_sample_only_by_name_and_a_named_company_is_remembered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("YIBEN_DATA_FOLDER", str(settings.data_folder))
    file = tmp_path / "mine.csv"
    file.write_text("Order No,SKU,Qty,Date,Price (GBP)\n1,CUP,2,2026-01-03,4.20\n")
    create_company_database(ready_server(settings), SAMPLE_COMPANY)
    remember_company(settings.data_folder, SAMPLE_COMPANY)
    with pytest.raises(Refused, match="sample_not_named"):
        sales(file)
    sales(file, currency="GBP", company=OWN_COMPANY)
    assert current_company(settings.data_folder) == OWN_COMPANY
    with opened_company(settings=settings) as opened, opened.database.reading() as conn:
        assert opened.slug == OWN_COMPANY
        assert conn.scalar(text("SELECT sum(quantity) FROM sales_line")) == 2
    sales(file, company=SAMPLE_COMPANY)
    assert current_company(settings.data_folder) == SAMPLE_COMPANY
