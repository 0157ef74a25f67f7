"""Somebody at a node's API: a browser with cookies, or a program with a token. Answers are held against their shape."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
import pyotp
from aiohttp.test_utils import BaseTestServer
from msgspec import Struct

from cencomm.node.api.app import routes_of
from cencomm.node.api.refusals import Problem, ProblemAnswer
from cencomm.node.api.room import Room
from cencomm.node.api.route import AnyRoute
from cencomm.site.people.accounts import add_person, add_token
from cencomm.site.people.person import Role

LOOK = {"Cencomm-Purpose": "support_investigation"}


@dataclass(frozen=True)
class Reply:
    """What came back; a document was of the shape that the route promises."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    set_cookies: tuple[str, ...]

    @property
    def document(self) -> Any:
        assert self.status == 200, (self.status, self.body)
        return msgspec.json.decode(self.body)

    @property
    def error(self) -> Problem:
        assert self.status >= 400, (self.status, self.body)
        return msgspec.json.decode(self.body, type=ProblemAnswer).error

    @property
    def code(self) -> str:
        return self.error.code


@dataclass
class Visitor:
    http: aiohttp.ClientSession
    server: BaseTestServer
    room: Room
    token: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    password: str = ""
    secret: str = ""

    @classmethod
    @contextlib.asynccontextmanager
    async def at(cls, server: BaseTestServer, room: Room) -> AsyncIterator["Visitor"]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield cls(http, server, room)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        purpose: bool = True,
    ) -> Reply:
        """As a browser or program does; with a purpose unless told otherwise."""
        sent = {**(LOOK if purpose else {}), **(headers or {})}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        async with self.http.request(method, self.server.make_url(path), json=body, headers=sent) as answer:
            reply = Reply(
                answer.status,
                await answer.read(),
                answer.headers,
                {name: morsel.value for name, morsel in answer.cookies.items()},
                tuple(answer.headers.getall("Set-Cookie", ())),
            )
        self._conforms(method, answer.url.path, reply)
        return reply

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.ask("GET", path, **more)

    async def has_token(self, name: str, role: Role) -> None:
        """An account, and a program that acts for it."""
        await add_person(self.room.desk, name, role, now=self.room.clock())
        self.token = (await add_token(self.room.desk, name, "test", days=7, now=self.room.clock())).text

    async def is_added(self, name: str = "ana", role: Role = Role.ANALYST) -> None:
        self.password = (await add_person(self.room.desk, name, role, now=self.room.clock())).text()

    async def sign_in(self, name: str = "ana", code: str | None = None, **more: Any) -> Reply:
        body = {"name": name, "password": self.password, **({} if code is None else {"code": code})}
        return self._keep(await self.ask("POST", "/v1/session", body=body, **more))

    async def set_up(self) -> Reply:
        """The first sign-in, to its end."""
        await self.sign_in()
        self.secret = (await self.get("/v1/authenticator")).document["secret"]
        return self._keep(await self.ask("POST", "/v1/authenticator", body={"code": self.code()}))

    def code(self) -> str:
        return str(pyotp.TOTP(self.secret).at(self.room.clock()))

    def _keep(self, reply: Reply) -> Reply:
        self.cookies.update(reply.cookies)
        return reply

    def _conforms(self, method: str, path: str, reply: Reply) -> None:
        if reply.status >= 400:
            assert isinstance(reply.error, Problem)
            return
        route = self._route(method, path)
        if route is None or route.answers is None:
            return
        assert isinstance(msgspec.json.decode(reply.body, type=route.answers), Struct)

    def _route(self, method: str, path: str) -> AnyRoute | None:
        def fits(pattern: str) -> bool:
            parts, given = pattern.split("/"), path.split("/")
            return len(parts) == len(given) and all(
                one.startswith("{") or one == two for one, two in zip(parts, given, strict=True)
            )

        found = [one for one in routes_of(self.room) if one.method == method and fits(one.path)]
        return min(found, key=lambda one: one.path.count("{"), default=None)
