"""A purchase order as PDF. Decides how the paper looks; what stands on it is in `purchase_papers`.

Latin text is set in Helvetica, everything else in STSong-Light, a font that every reader of PDF
knows, so that no font file has to travel with the program.
"""

import io
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from babel.numbers import format_decimal
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from inventory_core.money import currency_digits
from inventory_core.trade.purchase_papers import WORDS, OrderPaper, PaperLine, order_facts
from inventory_core.vocabulary import Language, PurchaseOrderState

CHINESE_FONT = "STSong-Light"
_INK, _GREY, _LINE = HexColor("#1d2424"), HexColor("#6b7472"), HexColor("#d9dedb")
# Pinyin letters are all of Latin Extended that the Chinese font draws.
_LATIN_IN_CHINESE_FONT = frozenset("āēěīńňōūǎǐǒǔǖǘǚǜǹł")
_WIDTHS = [10 * mm, 30 * mm, 28 * mm, 52 * mm, 20 * mm, 22 * mm, 24 * mm]
registerFont(UnicodeCIDFont(CHINESE_FONT))


def order_pdf(paper: OrderPaper, language: Language) -> bytes:
    """The order on A4, as many pages as it needs; the table's head is repeated on each."""
    words = WORDS[language]
    content = io.BytesIO()
    document = SimpleDocTemplate(
        content,
        pagesize=A4,
        title=f"{words['title']} {paper.order.number}",
        author=paper.buyer,
        leftMargin=12 * mm,
        rightMargin=12 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
    )
    parts: list[Any] = [_heading(words["title"], 20), Spacer(1, 5 * mm)]
    if paper.order.state is PurchaseOrderState.CANCELLED:
        parts += [_heading(words["cancelled"], 12), Spacer(1, 4 * mm)]
    parts += [_facts(order_facts(paper, language)), Spacer(1, 7 * mm), _lines(paper, language)]

    def number(canvas: Any, page: Any) -> None:
        canvas.setFont(CHINESE_FONT if language is Language.ZH else "Helvetica", 8)
        canvas.setFillColor(_GREY)
        canvas.drawRightString(198 * mm, 9 * mm, words["page"].format(page=page.page))
        canvas.drawString(12 * mm, 9 * mm, paper.order.number)

    document.build(parts, onFirstPage=number, onLaterPages=number)
    return content.getvalue()


def _heading(text: str, size: float) -> Paragraph:
    """A line above the tables, on their left edge: a frame is padded, a table is not."""
    heading = _words(text, size)
    heading.style.leftIndent = -6
    return heading


def _facts(facts: Sequence[tuple[str, str]]) -> Table:
    """Label and value, two pairs a row."""
    cells = [[_words(label, 8, grey=True), _words(value, 10)] for label, value in facts]
    if len(cells) % 2:
        cells.append([_words("", 8), _words("", 10)])
    rows = [left + right for left, right in zip(cells[::2], cells[1::2], strict=True)]
    style = [("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return Table(rows, colWidths=[28 * mm, 65 * mm, 28 * mm, 65 * mm], style=style)


def _lines(paper: OrderPaper, language: Language) -> Table:
    words = WORDS[language]
    left = ("line_no", "sku", "supplier_sku", "name")
    head = [_words(words[name], 8, grey=True) for name in left]
    head += [
        _words(label, 8, grey=True, right=True)
        for label in (
            words["quantity"],
            f"{words['unit_price']} {paper.order.currency}",
            f"{words['amount']} {paper.order.currency}",
        )
    ]
    body = [_line(paper, line, language) for line in paper.lines]
    amount = _number(paper.total, currency_digits(paper.order.currency), language)
    units = _number(Decimal(sum(line.quantity for line in paper.lines)), 0, language)
    foot = [_words(words["total"], 11), "", "", "", _words(units, 10, right=True), ""]
    foot.append(_words(amount, 11, right=True))
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK),
            ("LINEBELOW", (0, 1), (-1, -2), 0.4, _LINE),
            ("LINEABOVE", (0, -1), (-1, -1), 0.8, _INK),
            ("SPAN", (0, -1), (3, -1)),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return Table([head, *body, foot], colWidths=_WIDTHS, style=style, repeatRows=1)


def _line(paper: OrderPaper, line: PaperLine, language: Language) -> list[Any]:
    cartons = ""
    if line.cartons is not None and line.cartons == int(line.cartons):
        cartons = f" ({WORDS[language]['cartons']}: {int(line.cartons)})"
    digits = currency_digits(paper.order.currency)
    return [
        _words(str(line.line_no), 9),
        _words(line.sku_code, 9),
        _words(line.supplier_sku, 9),
        _words(line.name + cartons, 9),
        _words(_number(Decimal(line.quantity), 0, language), 9, right=True),
        _words(_number(line.unit_price, paper.price_digits, language), 9, right=True),
        _words(_number(line.amount, digits, language), 9, right=True),
    ]


def _number(value: Decimal, digits: int, language: Language) -> str:
    shape = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=shape, locale="zh_CN" if language == "zh" else "en_GB"))


def _words(text: str, size: float, *, grey: bool = False, right: bool = False) -> Paragraph:
    style = ParagraphStyle(
        "words",
        fontName="Helvetica",
        fontSize=size,
        leading=size * 1.35,
        textColor=_GREY if grey else _INK,
        wordWrap="CJK" if not text.isascii() else None,
        splitLongWords=1,
    )
    if right:
        style.alignment = TA_RIGHT
    return Paragraph(_in_fonts(text), style)


def _in_fonts(text: str) -> str:
    """The text with every run that Helvetica lacks set in the Chinese font."""
    runs = []
    for latin, characters in groupby(map(_drawable, text), key=_is_latin):
        run = escape("".join(characters))
        runs.append(run if latin else f'<font name="{CHINESE_FONT}">{run}</font>')
    return "".join(runs)


def _drawable(character: str) -> str:
    """A letter that neither font has loses its accent rather than vanish: ż becomes z."""
    if character < "\u0100" or character > "\u024f" or character in _LATIN_IN_CHINESE_FONT:
        return character
    return unicodedata.normalize("NFKD", character)[0]


def _is_latin(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
