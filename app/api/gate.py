"""The gate before everything: no session, no way in. Decides who is turned away before any code.

One piece of ASGI around screens, pages and API. An unsigned visit goes to the sign-in page with
`next=`, anything else unsigned gets 401, a WebSocket is refused before it opens. What changes
something must come from our own pages (Origin), bodies have a limit, every answer carries the
security headers. Rights beyond "is somebody" are judged by screens, routes and commands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.cookies import Ticket, ticket_from_header
from app.i18n import best_language, t
from app.problems import note_problem
from inventory_core.office.sessions import Session

MEGABYTE = 1024 * 1024
MOST_BODY_BYTES = 2 * MEGABYTE
UPLOAD_PATH = "/_stcore/upload_file/"
PUBLIC_PATHS = frozenset(
    {"/signin", "/api/health", "/_stcore/health", "/_stcore/host-config", "/favicon.png"}
)
PUBLIC_PREFIXES = ("/link/", "/web/", "/static/")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

FindSession = Callable[[Ticket], Session | None]
HomeOf = Callable[[Session], str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs from one installation to the next."""

    find_session: FindSession
    home_of: HomeOf
    policy: str
    secure: bool
    most_upload_bytes: int


class Gate:
    """The middleware itself; holds no state between requests."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        send = _with_headers(send, self.rules, cacheable=scope["path"].startswith("/static/"))
        refusal = await self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        limit = _body_limit(scope["path"], self.rules)
        if int(headers.get("content-length") or 0) > limit:
            await _too_large()(scope, receive, send)
            return
        counted = _Counted(receive, limit)
        try:
            await self.app(scope, counted, send)
        except _TooLarge:
            await _too_large()(scope, receive, send)

    async def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        path, method = scope["path"], scope["method"]
        if not headers.get("content-length", "0").isdigit():
            return JSONResponse({"code": "bad_request"}, 400)
        if method not in SAFE_METHODS and not same_origin(headers):
            return JSONResponse({"code": "foreign_origin"}, 403)
        if is_public(path):
            return None
        try:
            session = await self._session(headers)
        except Exception as error:
            number = note_problem(error, where="gate")
            return PlainTextResponse(
                t("error.web_without_database", language=_language(headers), number=number),
                503,
                headers={"Retry-After": "5"},
            )
        if session is None:
            if method == "GET" and "text/html" in headers.get("accept", ""):
                target = quote(_address(scope), safe="")
                return RedirectResponse(f"/signin?next={target}", 303)
            return JSONResponse({"code": "not_signed_in"}, 401)
        scope.setdefault("state", {})["session"] = session
        if path == "/" and method == "GET":
            return RedirectResponse(self.rules.home_of(session), 303)
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if same_origin(headers, needed=True) and await self._session(headers) is not None:
            await self.app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 4401})

    async def _session(self, headers: Headers) -> Session | None:
        ticket = ticket_from_header(headers.get("cookie", ""))
        if ticket is None:
            return None
        return await run_in_threadpool(self.rules.find_session, ticket)


def is_public(path: str) -> bool:
    """What may be asked for without a session."""
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_PREFIXES)


def same_origin(headers: Headers, *, needed: bool = False) -> bool:
    """Whether a browser says that this comes from our own pages.

    A browser always names the origin of what changes something; a program that names none carries
    no cookie it did not put there itself. A WebSocket must name it (`needed`).
    """
    origin = headers.get("origin")
    if origin is None:
        site = headers.get("sec-fetch-site", "none")
        return not needed and site in {"none", "same-origin"}
    return urlsplit(origin).netloc == headers.get("host")


class _TooLarge(Exception):
    """The body went on beyond its limit."""


class _Counted:
    """A receive channel that stops at its limit, whatever the header promised."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _TooLarge
        return message


def _body_limit(path: str, rules: Rules) -> int:
    return rules.most_upload_bytes if path.startswith(UPLOAD_PATH) else MOST_BODY_BYTES


def _language(headers: Headers) -> str:
    return best_language(headers.get("accept-language", ""))


def _too_large() -> Response:
    return JSONResponse({"code": "body_too_large"}, 413, headers={"Connection": "close"})


def _address(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return str(scope["path"]) + (f"?{query}" if query else "")


def _with_headers(send: Send, rules: Rules, *, cacheable: bool) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = rules.policy
            headers["X-Content-Type-Options"] = "nosniff"
            headers["X-Frame-Options"] = "DENY"
            headers["Referrer-Policy"] = "same-origin"
            headers["Permissions-Policy"] = "geolocation=(), microphone=(), payment=()"
            if not cacheable:
                headers.setdefault("Cache-Control", "no-store")
            if rules.secure:
                headers["Strict-Transport-Security"] = "max-age=31536000"
        await send(message)

    return wrapped
