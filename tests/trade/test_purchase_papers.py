"""The order as the supplier gets it: Excel and PDF, Chinese and English, the same figures."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.office.workbooks import read_table
from inventory_core.trade.offers import change_offer
from inventory_core.trade.purchase_orders import (
    LineChange,
    NewPurchaseLine,
    NewPurchaseOrder,
    change_lines,
    create_purchase_orders,
)
from inventory_core.trade.purchase_papers import (
    WORDS,
    OrderPaper,
    order_facts,
    order_workbook,
    read_order_paper,
)
from inventory_core.trade.purchase_papers_pdf import order_pdf
from inventory_core.vocabulary import Language
from tests.trade.world import NOW, TODAY, make_world

D = Decimal


def _paper(database: Database) -> OrderPaper:
    world = make_world(database)
    with database.writing() as tx:
        code = {"supplier_sku": "台灯-9 <b>&"}
        change_offer(tx, SYSTEM, world.offers["LAMP"], code, version=1)
        lines = [
            NewPurchaseLine(1, world.skus["LAMP"], 1200, D("1.855")),
            NewPurchaseLine(2, world.skus["CABLE"], 50, D(2)),
        ]
        new = NewPurchaseOrder(
            "po",
            world.supplier,
            world.hub,
            "USD",
            TODAY,
            lines,
            expected_on=date(2026, 4, 1),
            note="请用原包装 =SUM(A1)",
        )
        [made] = create_purchase_orders(tx, SYSTEM, [new], now=NOW)
        cancel = [LineChange(2, cancel=True)]
        change_lines(tx, SYSTEM, made.id, cancel, version=made.version, now=NOW)
        return read_order_paper(tx, made.id)


def test_both_languages_have_the_same_words() -> None:
    assert set(WORDS[Language.EN]) == set(WORDS[Language.ZH])


def test_the_paper_holds_what_is_still_wanted(database: Database) -> None:
    paper = _paper(database)
    assert [line.sku_code for line in paper.lines] == ["LAMP"]
    assert paper.total == D(2226)
    assert paper.price_digits == 3
    facts = dict(order_facts(paper, Language.EN))
    assert facts["Delivery expected"] == "2026-04-01"
    assert facts["Deliver to"] == "深圳仓 · CN"


@pytest.mark.parametrize("language", list(Language))
def test_the_workbook_reads_back_with_the_same_figures(
    database: Database, tmp_path: Path, language: Language
) -> None:
    paper = _paper(database)
    path = tmp_path / "order.xlsx"
    path.write_bytes(order_workbook(paper, language))
    table = read_table(path, sheet=WORDS[language]["lines"])
    rows = [row for batch in table.batches for row in batch.to_pylist()]
    values = [str(value) for row in rows for value in row.values() if value is not None]
    assert "台灯-9 <b>&" in values
    assert any("2226" in value for value in values)
    assert any("1.855" in value for value in values)


@pytest.mark.parametrize("language", list(Language))
def test_the_pdf_says_it_in_the_readers_language(database: Database, language: Language) -> None:
    paper = _paper(database)
    pages = PdfReader(io.BytesIO(order_pdf(paper, language))).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert WORDS[language]["title"] in text
    for said in (paper.order.number, "LAMP", "1.855", "2,226.00", "宁波光明", "<b>&"):
        assert said in text


def test_a_long_order_runs_over_pages(database: Database) -> None:
    paper = _paper(database)
    many = tuple(replace(paper.lines[0], line_no=n) for n in range(1, 121))
    content = order_pdf(replace(paper, lines=many), Language.ZH)
    assert len(PdfReader(io.BytesIO(content)).pages) > 2
