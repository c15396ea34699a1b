"""The ASGI entry: Streamlit's application with pages and API behind one gate. Nothing else.

uvicorn app.server:app --host 127.0.0.1 --port 8501 --no-server-header
"""

import base64
import hashlib
import re
from pathlib import Path

import streamlit
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from app.api.errors import add_handlers
from app.api.gate import MEGABYTE, Gate, Rules
from app.api.pages import Pages
from app.api.public import router
from app.api.ways_in import WaysIn
from app.companies import Companies, companies
from app.logs import set_up_logging
from app.screens.registry import first_screen

FOLDER = Path(__file__).parent
# Streamlit's own limit (`server.maxUploadSize` in .streamlit/config.toml) and its envelope. Not
# read from there: asking Streamlit before `App` exists would fix a configuration without ours.
MOST_UPLOAD_BYTES = 201 * MEGABYTE
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def build(served: Companies) -> streamlit.App:
    """The whole web application over the given companies."""
    set_up_logging(served.settings.log_format)
    ways = WaysIn(served)
    secure = served.settings.secure_cookies
    api = FastAPI(title="Yiben", docs_url=None, redoc_url=None)
    add_handlers(api)
    api.include_router(router)
    rules = Rules(
        find_session=ways.find_session,
        home_of=lambda found: f"/{first_screen(found.actor.permissions)}",
        policy=content_policy(),
        secure=secure,
        most_upload_bytes=MOST_UPLOAD_BYTES,
    )
    return streamlit.App(
        FOLDER / "main.py",
        routes=[
            *Pages(ways, secure).routes(),
            Mount("/web", StaticFiles(directory=FOLDER / "web" / "public")),
            Mount("/api", api),
        ],
        middleware=[Middleware(Gate, rules=rules)],
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
