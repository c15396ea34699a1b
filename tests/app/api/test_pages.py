"""The ways in and out, by plain HTTP."""

import re

import pytest
from sqlalchemy import text

from app.api.pages import safe_target
from app.cookies import COOKIE_NAME
from inventory_core.clock import utc_now
from inventory_core.office.actors import SYSTEM
from inventory_core.office.links import ensure_owner_link
from inventory_core.office.people import invite_person
from inventory_core.office.sessions import begin_attempt
from inventory_core.vocabulary import Role
from tests.app.conftest import ORIGIN
from tests.people import OWNER, PASSWORD

FROM_US = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}


def enter(client, name: str = OWNER, password: str = PASSWORD, target: str = "/"):
    return client.post(
        f"/signin?next={target}", data={"name": name, "password": password}, headers=FROM_US
    )


def test_the_right_password_gives_a_cookie_that_scripts_cannot_read(visitor) -> None:
    answer = enter(visitor(), target="/replenish%3Fsku%3DA")
    assert (answer.status_code, answer.headers["location"]) == (303, "/replenish?sku=A")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE_NAME}=")
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=Lax", "Path=/", "Expires="))


def test_a_planted_cookie_is_worth_nothing_after_signing_in(visitor, desk) -> None:
    planted = f"{desk.slug}.planted-by-somebody-else"
    client = visitor()
    client.cookies.set(COOKIE_NAME, planted)
    answer = enter(client)
    given = re.search(f"{COOKIE_NAME}=([^;]+)", answer.headers["set-cookie"])
    assert given is not None
    assert given.group(1) != planted
    client.cookies.clear()
    client.cookies.set(COOKIE_NAME, planted)
    assert client.get("/people").status_code == 401


def test_a_wrong_password_and_an_unknown_name_look_the_same(visitor) -> None:
    known = enter(visitor(), password="wrong password")
    unknown = enter(visitor(), name="wrong", password="wrong password")
    assert (known.status_code, unknown.status_code) == (403, 403)
    assert known.text.replace(f'value="{OWNER}"', "") == unknown.text.replace('value="wrong"', "")
    assert "set-cookie" not in known.headers


def test_the_eleventh_try_in_a_minute_must_wait_whoever_it_is_for(visitor, desk) -> None:
    for _ in range(9):
        desk.database.write(
            lambda tx: begin_attempt(tx, name="nobody", address="testclient", now=utc_now())
        )
    assert enter(visitor(), name="nobody", password="wrong password").status_code == 403
    assert enter(visitor(), name="nobody", password="wrong password").status_code == 429
    assert enter(visitor()).status_code == 429


def test_signing_in_from_a_foreign_page_is_refused(visitor) -> None:
    answer = visitor().post(
        "/signin",
        data={"name": OWNER, "password": PASSWORD},
        headers={"origin": "http://evil.example"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_session_everywhere(visitor) -> None:
    client = visitor(Role.READER)
    held = dict(client.cookies)
    foreign = client.get("/signout", headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 200
    assert client.get("/people").status_code == 200
    assert client.get("/signout", headers=FROM_US).status_code == 303
    client.cookies.update(held)
    assert client.get("/people").status_code == 401


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:1", "x",
     "/a\r\nSet-Cookie: b=c", "/\t/evil.example", "/signin?next=/", ""],
)  # fmt: skip
def test_after_signing_in_nobody_is_sent_to_another_host(target: str) -> None:
    assert safe_target(target) == "/"


def test_an_invitation_lets_its_person_in_once(visitor, desk) -> None:
    made = desk.database.write(
        lambda tx: invite_person(tx, SYSTEM, "<b>Mei</b>", now=utc_now(), roles=[Role.BUYER])
    )
    path, client = f"/link/{desk.slug}/{made.token}", visitor()
    page = client.get(path)
    assert page.status_code == 200
    assert "<b>Mei" not in page.text
    form = {"name": "Somebody else", "password": PASSWORD, "again": "different"}
    assert client.post(path, data=form, headers=FROM_US).status_code == 400
    answer = client.post(path, data={**form, "again": PASSWORD}, headers=FROM_US)
    assert answer.status_code == 303
    assert client.get("/api/me").json()["name"] == "<b>Mei</b>"
    assert client.get(path).status_code == 410


def test_the_first_owner_chooses_a_name_and_a_password(visitor, desk) -> None:
    def without_owner(tx):
        tx.execute(text("UPDATE person SET active = false"))
        return ensure_owner_link(tx, utc_now())

    token = desk.database.write(without_owner)
    assert "owner-link.txt" in visitor().get("/signin").text
    client = visitor()
    form = {"name": "Li Wei", "password": PASSWORD, "again": PASSWORD}
    path = f"/link/{desk.slug}/{token}"
    assert client.post(path, data=form, headers=FROM_US).status_code == 303
    assert client.get("/api/me").json()["roles"] == ["owner"]


def test_an_invented_link_opens_nothing(visitor, desk) -> None:
    nobody = visitor()
    for path in ("nowhere/x", f"{desk.slug}/x", "x/%00", f"{desk.slug}/%ff%00"):
        assert nobody.get(f"/link/{path}").status_code == 410, path


def test_a_name_typed_into_the_form_comes_back_as_text(visitor) -> None:
    answer = enter(visitor(), name='"><script>alert(1)</script>', password="wrong password")
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_the_page_speaks_the_language_of_the_browser(visitor) -> None:
    assert "登录" in visitor().get("/signin", headers={"accept-language": "zh-CN"}).text
    assert "Sign in" in visitor().get("/signin", headers={"accept-language": "de"}).text
