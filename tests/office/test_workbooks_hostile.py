"""Hostile and broken files are refused by name and never end the program."""

import io
import random
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from inventory_core.errors import Invalid
from inventory_core.office import workbooks_guard
from inventory_core.office.workbooks_guard import check_file
from inventory_core.office.workbooks_sheets import open_sheet
from inventory_core.office.workbooks_writing import Sheet, write_parquet, write_workbook
from tests.office.files import COLUMNS, ROWS, cells, workbook, write, zipped


def understated(content: bytes) -> bytes:
    """The same archive, whose directory says that its entry is small."""
    at = content.index(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", 1000) + content[at + 28 :]


BOMB = zipped({"xl/workbook.xml": b"\0" * (80 * 1024**2)})
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "file_empty"),
    "blank": (b"\n\n  \n", "file_empty"),
    "bomb, declared": (BOMB, "file_unpacks_too_large"),
    "bomb, understated": (understated(BOMB), "file_unpacks_too_large"),
    "macros": (zipped({"xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"}), "file_has_macros"),
    "path": (zipped({"../evil": b"x", "xl/workbook.xml": b"x"}), "file_damaged"),
    "encrypted": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "file_encrypted",
    ),
    "cut": (workbook([["a"], [1]])[:-200], "file_damaged"),
    "document": (zipped({"word/document.xml": b"x"}), "file_kind_unknown"),
    "picture": (b"\x89PNG\r\n\x1a\n", "file_kind_unknown"),
    "program": (b"\x7fELF\x02\x01\x01\x00\x00\x01", "file_kind_unknown"),
    "parquet": (b"PAR1 something PAR1", "file_damaged"),
    "laughs": (
        zipped({"xl/workbook.xml": b'<!DOCTYPE l [<!ENTITY a "ha">]><workbook>&a;</workbook>'}),
        "sheet_not_readable",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    content, code = REFUSED[name]
    with pytest.raises(Invalid) as caught:
        cells(write(tmp_path, "stock.xlsx", content))
    assert caught.value.code == code
    assert caught.value.params["file"] == "stock.xlsx"


def test_a_sheet_that_spans_the_whole_grid_ends_the_child_and_not_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = workbook([["a"]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    sheet = entries["xl/worksheets/sheet1.xml"].decode()
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    entries["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", far).encode()
    started = time.monotonic()
    with pytest.raises(Invalid, match="sheet_not_readable"):
        cells(write(tmp_path, "a.xlsx", zipped(entries)))
    assert time.monotonic() - started < 60


def mutations(good: bytes, chance: random.Random) -> Callable[[], bytes]:
    def one() -> bytes:
        data = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(max(1, len(data)))
            act = chance.randrange(4)
            if act == 0 and data:
                data[at] = chance.randrange(256)
            elif act == 1:
                del data[at : at + chance.randint(1, 40)]
            elif act == 2:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
            else:
                data = data[: max(1, at)]
        return bytes(data)

    return one


KNOWN_REFUSALS = {
    "file_damaged",
    "file_empty",
    "file_encrypted",
    "file_encoding_mixed",
    "file_kind_unknown",
    "file_quote_open",
    "file_too_wide",
    "file_unpacks_too_large",
    "sheet_not_readable",
}


@pytest.mark.parametrize("kind", ["csv", "gb18030", "utf-16", "parquet", "xlsx"])
def test_broken_files_are_read_or_refused_and_never_crash(tmp_path: Path, kind: str) -> None:
    text = "sku,名称,n\n" + "".join(f'00{n},"茶, 壶 {n}",{n}\n' for n in range(30))
    good = {
        "csv": text.encode(),
        "gb18030": text.encode("gb18030"),
        "utf-16": text.encode("utf-16"),
        "parquet": write_parquet(COLUMNS, ROWS),
        "xlsx": write_workbook([Sheet("S", COLUMNS, ROWS)]),
    }[kind]
    mutate = mutations(good, random.Random(7))
    path = tmp_path / "a"
    refused: set[str] = set()
    for _ in range(60):
        path.write_bytes(mutate())
        try:
            found = check_file(path)
            if found in (workbooks_guard.FileKind.XLSX, workbooks_guard.FileKind.XLS):
                _, _, batches = open_sheet(path)  # in this process: as quick as the child is slow
                list(batches)
            else:
                cells(path)
        except Invalid as error:
            refused.add(error.code)
    assert refused <= KNOWN_REFUSALS
