"""An uploaded file on disk, private and passing. Decides its limit and its place; reads no cell.

The core reads files by path, a spreadsheet in a process of its own. The folder goes away with the
session of the screen.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from app.i18n import md, reader_language

MOST_UPLOAD_MEGABYTES = 200
# A fixed sheet of ours: nothing that anybody gave goes into it.
_IN_CHINESE = Path(__file__).parent.parent / "web" / "uploader_zh.css"
ENDINGS = ("xlsx", "xls", "ods", "csv", "tsv", "txt", "parquet")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as uploaded: its name as data, its path on disk, and what makes it the same again."""

    name: str
    path: Path
    mark: str


def take_upload(name: str) -> Upload | None:
    """The uploader; the file once it is complete, until it is let go."""
    if reader_language() == "zh":
        st.html(_IN_CHINESE)
    given = st.file_uploader(
        md("imports.upload", most=MOST_UPLOAD_MEGABYTES),
        type=list(ENDINGS),
        key=f"upload_{name}_{_let_go().get(name, 0)}",
        max_upload_size=MOST_UPLOAD_MEGABYTES,
    )
    if given is None:
        return None
    kept: dict[str, Any] = st.session_state.setdefault("uploads", {})
    known = kept.get(name)
    if known is None or known[0] != given.file_id:
        folder = tempfile.TemporaryDirectory(prefix="yiben-upload-")
        path = Path(folder.name) / "file"
        content = given.getbuffer()
        path.write_bytes(content)
        upload = Upload(given.name, path, hashlib.sha256(content).hexdigest())
        # The folder's own object stays beside the record: it removes the folder when it goes.
        known = kept[name] = (given.file_id, upload, folder)
    return known[1]


def let_go(name: str) -> None:
    """The file is done with: the next run shows an empty uploader. Plain objects only, as acts may
    end between two words to Streamlit.
    """
    _let_go()[name] = _let_go().get(name, 0) + 1


def _let_go() -> dict[str, int]:
    found: dict[str, int] = st.session_state.setdefault("uploads_let_go", {})
    return found
