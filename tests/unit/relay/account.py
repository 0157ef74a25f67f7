"""Somebody at the door of a relay: signs in, mistypes, shows codes and source keys."""

import base64
from dataclasses import dataclass, field

import pyotp

from cencomm.wire.accounts import CreateAccount, SignedIn, SignIn
from cencomm.wire.second_factor import RECOVERY_LETTERS, SwitchOnTotp, recovery_verifier
from tests.fakes.served_relay import Answer, Relay

RIGHT, WRONG = b"p" * 32, b"x" * 32
SECRET = bytes(range(20))
RECOVERY = tuple(letter * 20 for letter in RECOVERY_LETTERS[:10])


@dataclass
class Visitor:
    relay: Relay
    handle: bytes = b"h" * 16
    source: bytes | None = field(default=None)

    async def open_account(self) -> None:
        asked = CreateAccount(handle=self.handle, salt=b"s" * 16, profile=1, sign_in_secret=RIGHT)
        assert (await self.relay.ask("POST", "/v1/accounts", asked)).status == 200

    async def tries(self, secret: bytes = RIGHT, code: str | None = None) -> Answer:
        asked = SignIn(handle=self.handle, sign_in_secret=secret, code=code, source=self.source)
        return await self.relay.ask("POST", "/v1/sign-in", asked)

    async def signs_in(self, code: str | None = None) -> SignedIn:
        signed_in = (await self.tries(code=code)).read(SignedIn)
        self.source = signed_in.source or self.source
        return signed_in

    async def mistypes(self, times: int) -> list[str]:
        return [(await self.tries(WRONG)).code for _ in range(times)]

    def code(self, steps: int = 0) -> str:
        """What the authenticator shows, so many steps of 30 s from now."""
        return str(pyotp.TOTP(base64.b32encode(SECRET).decode()).at(self.relay.clock.now + 30 * steps))

    async def switches_on(self, token: str) -> Answer:
        """With the code of the step before, so that the present one is good for the next act."""
        asked = SwitchOnTotp(
            sign_in_secret=RIGHT, secret=SECRET, code=self.code(-1), recovery=tuple(map(recovery_verifier, RECOVERY))
        )
        return await self.relay.ask("POST", "/v1/account/totp", asked, token=token)
