"""The shell in a real browser: the way in and out, what is refused, and what cannot harm."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from app.cookies import COOKIE_NAME
from app.i18n import catalogue
from inventory_core.clock import utc_now
from inventory_core.office.actors import SYSTEM
from inventory_core.office.people import deactivate_person, invite_person
from inventory_core.office.sessions import end_sessions
from inventory_core.vocabulary import Role
from tests.browser import Served, settled
from tests.people import OWNER, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAYLOADS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror='window.hit=1'>",
    "[go](javascript:window.hit=1)",
    "![x](http://evil.example/x.png)",
    "http://evil.example :material/home: $x^2$ :red[x]",
    "`code` **bold** # head | a | b |",
    "'\"><svg/onload=window.hit=1>",
    "=cmd|' /C calc'!A0",
)


def sign_in(page: Page, name: str = OWNER, password: str = PASSWORD) -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")


def test_signing_in_leads_to_what_was_asked_for_and_signing_out_ends_it(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(running_app)
    page.goto("/settings")
    assert "/signin" in page.url
    sign_in(page, password="wrong password")
    expect(page.locator(".error")).to_have_text("Name or password is wrong.")
    sign_in(page)
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    assert page.url.endswith("/settings")
    cookie = next(one for one in page.context.cookies() if one["name"] == COOKIE_NAME)
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")

    settled(page)
    page.get_by_role("button", name=OWNER).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("input[name=password]")).to_be_visible()
    assert COOKIE_NAME not in [one["name"] for one in page.context.cookies()]
    page.goto("/settings")
    assert "/signin" in page.url


def test_whoever_is_sent_away_is_out_with_the_next_click(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    database = running_app.database
    page = open_page(running_app, Role.READER, Role.ANALYST)
    page.goto("/settings")
    settled(page)
    gone = running_app.person(Role.READER, Role.ANALYST)
    database.write(lambda tx: deactivate_person(tx, SYSTEM, gone, now=utc_now()))
    page.get_by_role("button", name="analyst-reader").click()
    page.get_by_text("中文").click()
    expect(page.locator("input[name=password]")).to_be_visible()


def test_a_screen_without_the_right_says_who_can_grant_it(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(running_app, Role.READER)
    page.goto("/people")
    expect(page.get_by_text("An owner can grant it under People")).to_be_visible()
    expect(page.locator("[data-testid=stSidebarNavLink]", has_text="People")).to_have_count(0)


def test_an_invited_person_comes_in_through_the_link_on_the_screen(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(running_app, Role.OWNER, language="zh")
    page.goto("/people")
    settled(page)
    page.get_by_role("button", name="邀请人员").click()
    page.get_by_label("姓名").fill("王芳")
    page.get_by_role("button", name="生成链接").dblclick()
    link = page.locator("[data-testid=stCode]").inner_text().strip()
    count = text("SELECT count(*) FROM person WHERE name = '王芳'")
    with running_app.database.reading() as conn:
        assert conn.scalar(count) == 1

    other = open_page(running_app, language="zh")
    other.goto(link)
    other.fill("input[name=password]", PASSWORD)
    other.fill("input[name=again]", PASSWORD)
    other.click("button[type=submit]")
    settled(other)
    expect(other.get_by_role("button", name="王芳")).to_be_visible()


def test_names_that_attack_are_only_names(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    for payload in PAYLOADS:
        running_app.database.write(
            lambda tx, name=payload: invite_person(
                tx, SYSTEM, name, now=utc_now(), roles=[Role.READER]
            )
        )
    page = open_page(running_app, Role.OWNER)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for number in range(len(PAYLOADS)):
        page.goto(f"/people?person={number}")
        settled(page)
        table = page.locator("[data-testid=stDataFrame]").first
        # Its cells are painted after the run has settled; a click before that picks nothing.
        expect(table.locator("[role=gridcell]").first).to_be_attached(timeout=30_000)
        table.click(position={"x": 18, "y": 35 * (number + 1) + 17})
        settled(page)
        expect(page.locator("[data-testid=stHeading]")).to_have_count(3)
    assert page.evaluate("window.hit") is None
    own = (running_app.address, "data:", "blob:", "ws:" + running_app.address.partition(":")[2])
    assert [url for url in asked if not url.startswith(own)] == []
    assert page.locator("main a[href^=http]").count() == 0


def test_a_session_that_ends_takes_the_files_with_it(
    running_app: Served, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(running_app, Role.OWNER)
    page.goto("/people")
    settled(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    address = started.value.url
    saved = tmp_path / "audit.csv"
    started.value.save_as(saved)
    assert saved.read_bytes().startswith("\ufeff".encode())
    running_app.database.write(lambda tx: end_sessions(tx, running_app.person(Role.OWNER)))
    assert page.request.get(address).status == 401


def test_a_narrow_screen_shows_everything_without_scrolling_sideways(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(running_app, Role.OWNER, width=390, height=844)
    for address in ("/signin", "/people", "/settings"):
        page.goto(address)
        page.wait_for_selector("h1")
        if address != "/signin":
            settled(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, address


def test_a_form_on_a_phone_stands_in_pairs_in_the_order_of_reading(
    running_app: Served, open_page: Callable[..., Page]
) -> None:
    words = catalogue("en")
    page = open_page(running_app, Role.OWNER, width=390, height=844)
    page.goto("/catalog?part=calendar")
    settled(page)
    page.get_by_role("button", name=words["calendar.new_event"]).click()
    form = page.get_by_role("dialog")
    form.wait_for()
    fields = [form.get_by_text(words[f"calendar.{name}"], exact=True) for name in ("from", "to")]
    first, last = (field.bounding_box() for field in fields)
    assert first is not None
    assert last is not None
    assert first["y"] == last["y"]
    assert first["x"] < last["x"]
    save = form.get_by_role("button", name=words["shell.save"]).bounding_box()
    assert save is not None
    assert save["y"] + save["height"] <= 844
