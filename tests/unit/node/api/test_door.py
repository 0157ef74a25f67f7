"""Who gets in at a node's API, as what, and what never opens the door: the attacks by name."""

import json
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientPayloadError

from cencomm.errors import UsageError
from cencomm.node.api import edge
from cencomm.node.api.app import routes_of
from cencomm.node.api.kind import ApiKind
from cencomm.node.api.route import Answer, Call, Door, Nothing, Route
from cencomm.node.records.tables import MESSAGES
from cencomm.site.cookies import SESSION_COOKIE, SOURCE_COOKIE
from cencomm.site.origin import ForeignOrigin, require_own_origin
from cencomm.site.pace import FREE_TRIES
from cencomm.site.people.accounts import add_token
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import DAY_SECONDS, Permission, Role
from tests.unit.node.api.clock import StandingClock
from tests.unit.node.api.visitor import Visitor

OWN_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def test_the_first_sign_in_sets_up_an_authenticator_and_nothing_else_is_allowed_before(visitor: Visitor) -> None:
    await visitor.is_added()
    me = (await visitor.sign_in()).document

    assert (me["session"], me["purpose_needed"]) == ("setup", True)
    assert (await visitor.get("/v1/records")).code == "authenticator_needed"
    assert (await visitor.get("/v1/openapi.json")).status == 200
    codes = (await visitor.set_up()).document["recovery_codes"]
    assert len(codes) == 10
    assert (await visitor.get("/v1/me")).document["session"] == "browser"
    assert (await visitor.get("/v1/records")).document["total"] == 0
    assert (await visitor.get("/v1/authenticator")).code == "not_found"  # the secret is shown once


async def test_signing_in_again_takes_a_code(visitor: Visitor, clock: StandingClock) -> None:
    await visitor.is_added()
    await visitor.set_up()
    visitor.cookies.clear()
    clock.now += 30

    assert (await visitor.sign_in()).code == "code_needed"
    assert (await visitor.sign_in(code=visitor.code())).document["role"] == "analyst"


async def test_signing_out_ends_the_session_and_drops_the_cookie(visitor: Visitor) -> None:
    await visitor.is_added()
    await visitor.set_up()

    reply = await visitor.ask("DELETE", "/v1/session")

    assert reply.status == 204
    assert any(one.startswith(f'{SESSION_COOKIE}=""') and "Max-Age=0" in one for one in reply.set_cookies)
    assert (await visitor.get("/v1/me")).code == "no_session"


async def test_session_fixation_a_planted_cookie_is_not_what_signs_in(visitor: Visitor) -> None:
    """Whatever session cookie the browser had before, the session gets a token of its own."""
    await visitor.is_added()
    planted = "A" * 43
    visitor.cookies[SESSION_COOKIE] = planted
    first = await visitor.sign_in()
    setup = first.cookies[SESSION_COOKIE]
    visitor.secret = (await visitor.get("/v1/authenticator")).document["secret"]
    done = await visitor.ask("POST", "/v1/authenticator", body={"code": visitor.code()})

    assert len({planted, setup, done.cookies[SESSION_COOKIE]}) == 3
    for old in (planted, setup):
        assert (await visitor.get("/v1/me", headers={"Cookie": f"{SESSION_COOKIE}={old}"})).code == "no_session"


async def test_cookies_are_for_this_host_over_tls_alone_and_for_no_script(visitor: Visitor) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Strict: over plain HTTP no browser takes or sends them, but to loopback."""
    await visitor.is_added()
    await visitor.sign_in()
    visitor.secret = (await visitor.get("/v1/authenticator")).document["secret"]
    reply = await visitor.ask("POST", "/v1/authenticator", body={"code": visitor.code()})

    assert {one.partition("=")[0] for one in reply.set_cookies} == {SESSION_COOKIE, SOURCE_COOKIE}
    for cookie in reply.set_cookies:
        attributes = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= attributes
        assert not any(one.startswith("Domain") for one in attributes)


async def test_csrf_another_sites_page_neither_acts_nor_signs_anybody_in(visitor: Visitor) -> None:
    await visitor.is_added()
    await visitor.sign_in(headers=OWN_ORIGIN)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        assert (await visitor.sign_in(headers=headers)).code == "foreign_origin", headers
        assert (await visitor.ask("DELETE", "/v1/session", headers=headers)).code == "foreign_origin", headers
    assert (await visitor.get("/v1/me", headers=OWN_ORIGIN)).status == 200


async def test_csrf_another_sites_page_makes_no_entry_in_the_log(visitor: Visitor) -> None:
    await visitor.is_added()
    await visitor.set_up()

    assert (await visitor.get("/v1/records", headers={"Sec-Fetch-Site": "cross-site"})).code == "foreign_origin"
    assert (await visitor.get("/v1/me", headers={"Sec-Fetch-Site": "none"})).status == 200  # typed by its owner


async def test_csrf_a_form_cannot_sign_anybody_in(visitor: Visitor) -> None:
    """A form of another site sends text/plain or form data, which is not read; JSON it cannot send unasked."""
    await visitor.is_added()
    body = json.dumps({"name": "ana", "password": visitor.password})
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        url = visitor.server.make_url("/v1/session")
        async with visitor.http.post(url, data=body, headers={"Content-Type": content_type}) as answer:
            assert answer.status == 400


def test_an_own_origin_is_the_scheme_and_host_that_were_asked() -> None:
    require_own_origin({"Origin": "https://node.example"}, method="POST", host="node.example", secure=True)
    with pytest.raises(ForeignOrigin):
        require_own_origin({"Origin": "http://node.example"}, method="POST", host="node.example", secure=True)


async def test_enumeration_a_name_that_nobody_has_is_answered_like_a_wrong_password(visitor: Visitor) -> None:
    await visitor.is_added()
    replies = []
    for name in ("ana", "nobody"):
        tried = [await visitor.ask("POST", "/v1/session", body={"name": name, "password": "x"}) for _ in range(4)]
        replies.append([(one.status, one.body, sorted(one.headers)) for one in tried])

    assert replies[0] == replies[1]
    assert replies[0][FREE_TRIES][0] == 429


async def test_d6_who_is_locked_is_told_when_to_try_again(visitor: Visitor) -> None:
    for _ in range(FREE_TRIES):
        await visitor.ask("POST", "/v1/session", body={"name": "ana", "password": "x"})

    reply = await visitor.ask("POST", "/v1/session", body={"name": "ana", "password": "x"})

    assert (reply.code, reply.headers["Retry-After"]) == ("locked", "60")


async def test_nobody_reads_without_a_session(visitor: Visitor) -> None:
    for route in routes_of(visitor.room):
        if route.door is Door.OPEN:
            continue
        path = route.path.replace("{record}", "1").replace("{number}", "1")
        assert (await visitor.ask(route.method, path, body={})).code == "no_session", route.path


async def test_a_token_that_we_never_gave_opens_nothing(visitor: Visitor) -> None:
    for token in ("", "x", "A" * 43, "A" * 44, "é" * 43):
        assert (await visitor.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).code == "no_session", token


@pytest.mark.usefixtures("seized")
async def test_a_token_in_the_address_opens_nothing(ana: Visitor) -> None:
    """Addresses stand in histories and logs of proxies: what is there is never looked at as a token."""
    token, ana.token = ana.token, None

    for name in ("token", "access_token", "session"):
        assert (await ana.get(f"/v1/records?{name}={token}")).code == "no_session"


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_reaches_what_it_is_for(visitor: Visitor, role: Role) -> None:
    await visitor.has_token("somebody", role)
    reached = {}
    for path in ("/v1/records", "/v1/export?recipient=x&format=json", "/v1/log", "/v1/people"):
        reply = await visitor.get(path)
        reached[path.split("?", maxsplit=1)[0]] = reply.status == 200 or reply.code

    denied = "not_entitled"
    analyst = role in {Role.ANALYST, Role.EXPORTER}
    assert reached == {
        "/v1/records": analyst or denied,
        "/v1/export": role is Role.EXPORTER or denied,
        "/v1/log": role is Role.AUDITOR or denied,
        "/v1/people": role is Role.ADMINISTRATOR or denied,
    }


@pytest.mark.usefixtures("seized")
async def test_e5_personal_data_is_looked_at_for_a_purpose_or_not_at_all(eve: Visitor) -> None:
    counted_by_name = "/v1/statistics?text=valise"
    for path in ("/v1/records", "/v1/records/1", "/v1/records/1/files/1", "/v1/export?recipient=x", counted_by_name):
        assert (await eve.get(path, purpose=False)).code == "purpose_needed", path
        assert (await eve.get(path, headers={"Cencomm-Purpose": "curiosity"})).code == "malformed", path


def test_a_route_that_shows_records_without_a_trace_cannot_be_written_down() -> None:
    async def handler(_call: Call, _asked: Nothing) -> Answer:
        return Answer()

    for more in ({"needs": Permission.READ}, {"needs": Permission.EXPORT}, {"nominal": True}):
        with pytest.raises(UsageError):
            Route(method="GET", path="/v1/x", summary="", handler=handler, asked=Nothing, **more)
    Route(method="GET", path="/v1/x", summary="", handler=handler, asked=Nothing, needs=Permission.READ, deed=Deed.OPEN)


async def test_an_oversize_body_is_not_read(visitor: Visitor) -> None:
    reply = await visitor.ask("POST", "/v1/session", body={"name": "a", "password": "x" * edge.MAX_BODY_BYTES})

    assert (reply.status, reply.code) == (413, "too_large")


async def test_an_oversize_body_without_a_length_is_not_read(visitor: Visitor) -> None:
    async def endless() -> Any:
        while True:
            yield b" " * 4096

    headers = {"Content-Type": "application/json"}
    try:
        async with visitor.http.post(visitor.server.make_url("/v1/session"), data=endless(), headers=headers) as answer:
            assert answer.status == 413
    except (ClientConnectionError, ClientPayloadError):
        pass  # the server closed the line while more was coming


async def test_a_body_that_is_no_sign_in_is_refused(visitor: Visitor) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"", b"{}", b"[]", b'{"name": 1, "password": "x"}', b"{" * 4000, b"\xff"):
        async with visitor.http.post(visitor.server.make_url("/v1/session"), data=body, headers=headers) as answer:
            assert answer.status == 400, body


async def test_errors_are_told_in_the_callers_language(visitor: Visitor) -> None:
    french = await visitor.get("/v1/me", headers={"Accept-Language": "fr"})
    english = await visitor.get("/v1/me", headers={"Accept-Language": "xx, de;q=0.1, en;q=0.9"})

    assert (french.error.message, english.error.message) == ("Se connecter de nouveau.", "Sign in again.")
    assert french.code == english.code == "no_session"


async def test_what_is_not_there_has_the_same_shape(ana: Visitor) -> None:
    assert (await ana.get("/nowhere")).code == "not_found"
    assert (await ana.ask("PATCH", "/v1/records")).code == "not_found"
    assert (await ana.get("/v1/records/1/files/..%2f..%2fnode.key")).code == "malformed"


async def test_a_defect_shows_nothing_of_itself(ana: Visitor) -> None:
    async def broken(connection: Any) -> None:
        await connection.exec_driver_sql(f"ALTER TABLE {MESSAGES.name} RENAME TO gone")

    await ana.room.database.transact(broken)
    reply = await ana.get("/v1/records")

    assert reply.status in {500, 503}
    assert b"messages" not in reply.body
    assert b"SELECT" not in reply.body


async def test_every_answer_carries_the_headers(ana: Visitor) -> None:
    for path in ("/v1/me", "/v1/records", "/v1/openapi.json", "/nowhere"):
        headers = (await ana.get(path)).headers

        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Server"] == "cencomm"
        assert "Access-Control-Allow-Origin" not in headers


class TestNonNominal:
    """A store without personal data, as CEN's."""

    @pytest.fixture
    def kind(self) -> ApiKind:
        return ApiKind(name="cen", nominal=False, inactive_days=30, routes=())

    async def test_a_password_is_enough_and_no_purpose_is_asked(self, visitor: Visitor) -> None:
        await visitor.is_added()

        me = (await visitor.sign_in()).document

        assert (me["session"], me["purpose_needed"]) == ("browser", False)
        assert (await visitor.get("/v1/me", purpose=False)).status == 200


async def test_a_browser_session_ends_after_30_idle_minutes_and_after_12_hours(
    visitor: Visitor, clock: StandingClock
) -> None:
    """As docs/api.md promises."""
    await visitor.is_added()
    await visitor.set_up()
    for _ in range(24):
        clock.now += 30 * 60 - 1
        assert (await visitor.get("/v1/me")).status == 200
    clock.now += 30

    assert (await visitor.get("/v1/me")).code == "no_session"  # 12 hours and a few seconds, never idle

    await visitor.sign_in(code=visitor.code())
    clock.now += 30 * 60
    assert (await visitor.get("/v1/me")).code == "no_session"


async def test_e15_a_program_of_somebody_inactive_gets_in_no_more(ana: Visitor, clock: StandingClock) -> None:
    ana.token = (await add_token(ana.room.desk, "ana", "nightly export", days=90, now=clock())).text
    clock.now += 25 * DAY_SECONDS - 1
    assert (await ana.get("/v1/records")).status == 200
    clock.now += 1

    assert (await ana.get("/v1/records")).code == "inactive"


async def test_e15_whoever_will_be_inactive_within_ten_days_is_reminded(visitor: Visitor, clock: StandingClock) -> None:
    await visitor.has_token("ana", Role.ANALYST)
    await visitor.is_added("bob")
    clock.now += 6 * DAY_SECONDS
    assert not (await visitor.get("/v1/me")).document["inactive_soon"]

    visitor.token = None
    clock.now += 9 * DAY_SECONDS

    assert (await visitor.sign_in("bob")).document["inactive_soon"]
