"""What a file is and whether it may be opened at all. Decides kinds and limits; reads no cell.

The kind is read from the content, never from the name. A workbook is a zip: its size is checked as
declared and as it really unpacks, before any parser sees it.
"""

import struct
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path

from inventory_core.errors import Invalid

MOST_FILE_BYTES = 512 * 1024 * 1024
MOST_UNPACKED_BYTES = 2 * 1024**3
# Sheets of repeated short rows pack about 20 to 1; a bomb packs 1,000 to 1.
MOST_PACKING = 200
PACKING_CHECKED_FROM_BYTES = 32 * 1024 * 1024
MOST_ZIP_ENTRIES = 5_000
CHUNK_BYTES = 1024 * 1024

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The stream of an encrypted Office file, in the UTF-16 of the OLE directory.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


class FileKind(StrEnum):
    """What can be read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    PARQUET = "parquet"


def check_file(path: Path, *, file_name: str = "") -> FileKind:
    """The kind of the file at `path`; Invalid where it is none of ours, or dangerous."""
    name = file_name or path.name
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(8)
            stream.seek(max(0, size - 4))
            end = stream.read(4)
    except OSError as error:
        raise Invalid("file_not_readable", file=name, reason=error.strerror or "") from error
    if size == 0:
        raise Invalid("file_empty", file=name)
    if size > MOST_FILE_BYTES:
        raise Invalid("file_too_large", file=name, most_megabytes=MOST_FILE_BYTES // 1024**2)
    if start[:4] == b"PAR1":
        if end != b"PAR1":
            raise Invalid("file_damaged", file=name)
        return FileKind.PARQUET
    if start == _OLE_MARK:
        return _kind_of_ole(path, name)
    if start[:2] == b"PK":
        return _kind_of_zip(path, name)
    if start[:5] == b"%PDF-" or start[:4] in (
        b"\x89PNG",
        b"Rar!",
        b"7z\xbc\xaf",
        b"\x1f\x8b\x08\x00",
    ):
        raise Invalid("file_kind_unknown", file=name)
    return FileKind.CSV


def _kind_of_ole(path: Path, name: str) -> FileKind:
    if _ENCRYPTED_STREAM in path.read_bytes():
        raise Invalid("file_encrypted", file=name)
    return FileKind.XLS


def _kind_of_zip(path: Path, name: str) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries, name)
            _check_real_sizes(path, entries, name)
            names = {entry.filename for entry in entries}
            kind = archive.read("mimetype")[:60] if "mimetype" in names else b""
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise Invalid("file_damaged", file=name) from error
    except (struct.error, zlib.error) as error:
        raise Invalid("file_damaged", file=name) from error
    if any(each.casefold().endswith("vbaproject.bin") for each in names):
        raise Invalid("file_has_macros", file=name)
    if "xl/workbook.xml" in names:
        return FileKind.XLSX
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return FileKind.ODS
    raise Invalid("file_kind_unknown", file=name)


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    """What the archive says about itself."""
    if len(entries) > MOST_ZIP_ENTRIES:
        raise Invalid("file_unpacks_too_large", file=name)
    declared = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if declared > MOST_UNPACKED_BYTES:
        raise Invalid("file_unpacks_too_large", file=name)
    if declared > PACKING_CHECKED_FROM_BYTES and declared > packed * MOST_PACKING:
        raise Invalid("file_unpacks_too_large", file=name)
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Invalid("file_encrypted", file=name)
        if entry.filename.startswith(("/", "\\")) or ".." in Path(entry.filename).parts:
            raise Invalid("file_damaged", file=name)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Invalid("file_damaged", file=name)


def _check_real_sizes(path: Path, entries: list[zipfile.ZipInfo], name: str) -> None:
    """What really comes out: an entry that unpacks to more than it declares is refused."""
    with path.open("rb") as stream:
        for entry in entries:
            stream.seek(entry.header_offset)
            header = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
            stream.seek(header[9] + header[10], 1)
            if entry.compress_type == zipfile.ZIP_STORED:
                continue
            left = entry.compress_size
            unpacked = 0
            unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
            while left > 0 and not unpacker.eof:
                packed = stream.read(min(CHUNK_BYTES, left))
                if not packed:
                    raise Invalid("file_damaged", file=name)
                left -= len(packed)
                while packed:
                    unpacked += len(unpacker.decompress(packed, CHUNK_BYTES * 8))
                    packed = unpacker.unconsumed_tail
                    if unpacked > entry.file_size:
                        raise Invalid("file_unpacks_too_large", file=name)
            if unpacked != entry.file_size:
                raise Invalid("file_damaged", file=name)
