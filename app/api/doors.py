"""Everything of the web that is not a screen, put together: pages, API, and the gate before them.

Decides which addresses exist outside the screens; the server adds the screens themselves.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from app.api.errors import add_handlers
from app.api.gate import MEGABYTE, Gate, Rules
from app.api.pages import Pages
from app.api.public import router
from app.api.ways_in import WaysIn
from app.companies import Companies
from app.screens.registry import first_screen

# Streamlit's own limit (`server.maxUploadSize` in .streamlit/config.toml) and its envelope. Not
# read from there: asking Streamlit before its `App` exists would fix a configuration without ours.
MOST_UPLOAD_BYTES = 201 * MEGABYTE
_FILES = Path(__file__).parent.parent / "web" / "public"


def routes(served: Companies) -> list[BaseRoute]:
    """Pages, their files, and the API."""
    return [
        *Pages(WaysIn(served), served.settings.secure_cookies).routes(),
        Mount("/web", StaticFiles(directory=_FILES)),
        Mount("/api", api()),
    ]


def api() -> FastAPI:
    """The API alone. No page of documentation is served: its files would come from outside."""
    built = FastAPI(title="Yiben", docs_url=None, redoc_url=None, openapi_url=None)
    add_handlers(built)
    built.include_router(router)
    return built


def gate(served: Companies, policy: str) -> Middleware:
    """The gate, with the content policy of the screens behind it."""
    rules = Rules(
        find_session=WaysIn(served).find_session,
        home_of=lambda found: f"/{first_screen(found.actor.roles)}",
        policy=policy,
        secure=served.settings.secure_cookies,
        most_upload_bytes=MOST_UPLOAD_BYTES,
    )
    return Middleware(Gate, rules=rules)
