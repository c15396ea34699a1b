"""The plain pages outside the screens: sign in, one-time link, sign out, other company.

Decides what a visitor without a session sees and how one becomes a session. Every word in a page
is escaped; no script runs on any of them. A fresh token is made at every way in.
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.api.errors import STATUS_OF
from app.api.gate import same_origin
from app.api.ways_in import Way, WaysIn
from app.cookies import COOKIE_NAME, cookie_header, dead_cookie_header, read_ticket
from app.i18n import best_language, says, t
from inventory_core.errors import Forbidden, NotFound, YibenError
from inventory_core.office.passwords import FEWEST_BYTES

_FOLDER = Path(__file__).parent.parent / "web"


@dataclass(frozen=True, slots=True)
class Pages:
    """The handlers; `ways` does the work in the database."""

    ways: WaysIn
    secure: bool

    def routes(self) -> list[Route]:
        """Every page with its address."""
        return [
            Route("/signin", self.signin, methods=["GET", "POST"]),
            Route("/link/{company}/{token}", self.link, methods=["GET", "POST"]),
            Route("/signout", self.signout, methods=["GET", "POST"]),
            Route("/company/{company}", self.company, methods=["GET"]),
        ]

    async def signin(self, request: Request) -> Response:
        """Name and password for a session."""
        language = _language(request)
        target = safe_target(request.query_params.get("next", ""))
        wanted = request.query_params.get("company", "")
        if request.method == "GET":
            return await self._signin_page(language, target, wanted)
        form = await request.form()
        name, password = str(form.get("name", "")), str(form.get("password", ""))
        wanted = str(form.get("company", "")) or wanted
        try:
            way = await run_in_threadpool(
                self.ways.sign_in, wanted, name, password, _address(request)
            )
        except YibenError as error:
            return await self._signin_page(language, target, wanted, name=name, error=error)
        return self._let_in(way, target)

    async def link(self, request: Request) -> Response:
        """A one-time link: look at it, then set the password that it allows."""
        language = _language(request)
        company, token = request.path_params["company"], request.path_params["token"]
        error: YibenError | None = None
        name = ""
        try:
            purpose = await run_in_threadpool(self.ways.look_at_link, company, token)
        except YibenError as dead:
            words = says(_as_dead_link(dead), language=language)
            return _page(
                "notice",
                language,
                status=410,
                title=t("door.link", language=language),
                words=words,
                action="/signin",
                label=t("door.sign_in", language=language),
            )
        if request.method == "POST":
            form = await request.form()
            name = str(form.get("name", ""))
            password = str(form.get("password", ""))
            if password != str(form.get("again", "")):
                error = YibenError("passwords_differ")
            else:
                try:
                    way = await run_in_threadpool(
                        self.ways.use_link, company, token, name, password, _address(request)
                    )
                    return self._let_in(way, "/")
                except YibenError as refused:
                    error = refused
        return _link_page(language, purpose.purpose, purpose.name, name, error)

    async def signout(self, request: Request) -> Response:
        """End the session. By GET only from our own pages, else after one more click."""
        language = _language(request)
        if request.method == "GET" and not _from_our_pages(request):
            return _page(
                "notice",
                language,
                title=t("shell.sign_out", language=language),
                words=t("door.sign_out_sure", language=language),
                action="/signout",
                label=t("shell.sign_out", language=language),
                method="post",
            )
        ticket = read_ticket(request.cookies.get(COOKIE_NAME))
        if ticket is not None:
            await run_in_threadpool(self.ways.sign_out, ticket)
        answer = RedirectResponse("/signin", 303)
        answer.headers["Set-Cookie"] = dead_cookie_header(secure=self.secure)
        return answer

    async def company(self, request: Request) -> Response:
        """Another company on this server: straight in where the same person is proven there."""
        wanted = request.path_params["company"]
        ticket = read_ticket(request.cookies.get(COOKIE_NAME))
        if ticket is None or not _from_our_pages(request):
            return RedirectResponse("/", 303)
        try:
            way = await run_in_threadpool(
                self.ways.change_company, ticket, wanted, _address(request)
            )
        except Forbidden:
            return RedirectResponse(f"/signin?company={quote(wanted)}", 303)
        except NotFound:
            return RedirectResponse("/", 303)
        return self._let_in(way, "/")

    def _let_in(self, way: Way, target: str) -> Response:
        answer = RedirectResponse(target, 303)
        answer.headers["Set-Cookie"] = cookie_header(
            way.ticket, expires_at=way.expires_at, secure=self.secure
        )
        return answer

    async def _signin_page(
        self,
        language: str,
        target: str,
        company: str,
        *,
        name: str = "",
        error: YibenError | None = None,
    ) -> Response:
        slugs = await run_in_threadpool(self.ways.slugs)
        chosen = company if company in slugs else await run_in_threadpool(self.ways.usual)
        ready = await run_in_threadpool(self.ways.has_owner, chosen)
        return _page(
            "signin",
            language,
            status=200 if error is None else _status(error),
            title=t("door.sign_in", language=language),
            action=f"/signin?next={quote(target, safe='')}",
            name_label=t("door.name", language=language),
            name=name,
            password_label=t("door.password", language=language),
            label=t("door.sign_in", language=language),
            raw_companies=_company_choice(slugs, chosen, language),
            words="" if ready else t("door.no_owner_yet", language=language),
            error="" if error is None else _words(error, language),
        )


def safe_target(target: str) -> str:
    """Where to go after signing in: a path of our own, never another host."""
    parts = urlsplit(target)
    own = target.startswith("/") and not target.startswith(("//", "/\\"))
    if not own or parts.scheme or parts.netloc or "\\" in target or not target.isprintable():
        return "/"
    return "/" if parts.path in {"/signin", "/signout"} else target


def _link_page(
    language: str, purpose: str, known_name: str, name: str, error: YibenError | None
) -> Response:
    chooses = purpose == "owner"
    words = t(f"door.{purpose}_words", language=language, name=known_name)
    return _page(
        "link",
        language,
        status=200 if error is None else _status(error),
        title=t("door.welcome", language=language),
        words=words,
        name_label=t("door.name", language=language),
        name=name if chooses else known_name,
        raw_locked="" if chooses else "readonly",
        password_label=t("door.password_new", language=language),
        again_label=t("door.password_again", language=language),
        rule=t("shell.password_rule", language=language, fewest=FEWEST_BYTES),
        label=t("door.continue", language=language),
        error="" if error is None else _words(error, language),
    )


def _page(
    template_name: str, language: str, /, *, status: int = 200, **values: str
) -> HTMLResponse:
    """A page with every value escaped; only names that begin with `raw_` are our own markup."""
    template = Template((_FOLDER / f"{template_name}.html").read_text(encoding="utf-8"))
    values.setdefault("method", "get")
    shown = {n: v if n.startswith("raw_") else escape(v) for n, v in values.items()}
    body = template.safe_substitute(shown, language=language)
    return HTMLResponse(body, status)


def _company_choice(slugs: tuple[str, ...], chosen: str, language: str) -> str:
    if len(slugs) < 2:
        return f'<input type="hidden" name="company" value="{escape(chosen)}">'
    options = "".join(
        f'<option value="{escape(slug)}"{" selected" if slug == chosen else ""}>'
        f"{escape(company_words(slug, language))}</option>"
        for slug in slugs
    )
    label = escape(t("shell.company", language=language))
    return f'<label>{label}<select name="company">{options}</select></label>'


def company_words(slug: str, language: str) -> str:
    """What a company is called before anybody may read its name."""
    key = f"shell.company_{slug}"
    found = t(key, language=language)
    return slug if found == key else found


def _words(error: YibenError, language: str) -> str:
    """A page is no Markdown: the escapes of `says` are taken out, HTML is escaped by the page."""
    return t(f"error.{error.code}", language=language, **dict(error.params))


def _status(error: YibenError) -> int:
    return 429 if error.code == "too_many_attempts" else STATUS_OF.get(type(error), 400)


def _as_dead_link(error: YibenError) -> YibenError:
    return YibenError("link_dead") if isinstance(error, NotFound) else error


def _language(request: Request) -> str:
    return best_language(request.headers.get("accept-language", ""))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _from_our_pages(request: Request) -> bool:
    if request.headers.get("sec-fetch-site") is not None:
        return request.headers["sec-fetch-site"] == "same-origin"
    return request.headers.get("origin") is not None and same_origin(request.headers)
