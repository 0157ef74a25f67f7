"""Somebody at a server's desk: types, mistypes, shows codes of an authenticator and the key of a known computer."""

import base64
from dataclasses import dataclass, field

import pyotp

from cencomm.secret import Secret
from cencomm.site.people.accounts import add_person
from cencomm.site.people.desk import Desk, SignedIn
from cencomm.site.people.letters import Letters
from cencomm.site.people.person import Role

NOW = 1_795_305_600
WRONG = "00000-00000-00000-00000"


@dataclass
class Visitor:
    desk: Desk
    name: str = "ana"
    now: int = NOW
    password: str = ""
    source: bytes | None = field(default=None)
    secret: Secret | None = field(default=None)
    recovery: tuple[Letters, ...] = ()

    async def is_added(self, role: Role = Role.ANALYST) -> "Visitor":
        self.password = (await add_person(self.desk, self.name, role, now=self.now)).text()
        return self

    async def sets_up(self) -> SignedIn:
        """The first sign-in: the authenticator."""
        session = (await self.tries(code=None)).session
        self.secret = self.desk.authenticator_secret(session)
        done = await self.desk.set_authenticator(session, self.code(), now=self.now)
        self.source, self.recovery = done.signed_in.source_key, done.recovery_codes
        return done.signed_in

    async def tries(self, password: str | None = None, code: str | None = "") -> SignedIn:
        shown = self.code() if code == "" else code
        typed = self.password if password is None else password
        return await self.desk.sign_in(self.name, typed, shown, source=self.source, now=self.now)

    def code(self) -> str:
        """What the authenticator shows now."""
        if self.secret is None:
            return "000000"
        return str(pyotp.TOTP(base64.b32encode(self.secret.expose()).decode()).at(self.now))
