"""The ASGI entry: Streamlit's application with pages and API behind one gate. Nothing else.

uvicorn app.server:app --host 127.0.0.1 --port 8501 --no-server-header
"""

import base64
import hashlib
import re
from pathlib import Path

import streamlit

from app.api.doors import gate, routes
from app.companies import Companies, companies
from inventory_core.logs import set_up_logging

FOLDER = Path(__file__).parent
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def build(served: Companies) -> streamlit.App:
    """The whole web application over the given companies."""
    set_up_logging(served.settings.log_format)
    return streamlit.App(
        FOLDER / "main.py",
        routes=routes(served),
        middleware=[gate(served, content_policy())],
    )


def content_policy() -> str:
    """What a page of ours may load: nothing from outside, no inline script but Streamlit's own."""
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE.findall(page.read_text(encoding="utf-8"))
    )
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' 'wasm-unsafe-eval' {hashes}".rstrip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-src": "'self' blob:",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


app = build(companies())
