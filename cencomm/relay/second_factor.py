"""The second factor: TOTP of RFC 6238, each time step once, and recovery codes, each once (D2)."""

import base64
import hmac

import pyotp
from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.relay.errors import CodeNeeded, WrongSignIn
from cencomm.relay.queries import second_factors as queries
from cencomm.relay.queries.second_factors import SecondFactor
from cencomm.wire.second_factor import TOTP_DIGITS, TOTP_STEP_SECONDS, recovery_verifier

DRIFT_STEPS = 1  # RFC 6238 section 5.2: a code typed at the end of its step, a clock that is half a minute off
NEVER = -1


def matching_step(secret: bytes, code: str, *, now: int, after: int) -> int:
    """The time step whose code this is, later than `after` (RFC 6238 section 5.2: a code counts once).

    Raises:
        WrongSignIn: none near `now` is.
    """
    generator = pyotp.HOTP(base64.b32encode(secret).decode(), digits=TOTP_DIGITS)
    present = now // TOTP_STEP_SECONDS
    steps = range(max(0, present - DRIFT_STEPS), present + DRIFT_STEPS + 1)
    right = [step for step in steps if hmac.compare_digest(generator.at(step), code) and step > after]
    if not right:
        raise WrongSignIn
    return right[0]


def require_code(connection: Connection, account: AccountId, code: str | None, *, now: int) -> None:
    """The account has no second factor, or `code` is right and was never used; it is used up with this transaction.

    Raises:
        CodeNeeded: there is none in the request.
        WrongSignIn: it is wrong, of another time, or was used.
    """
    factor = queries.find_second_factor(connection, account)
    if factor is None:
        return
    if code is None:
        raise CodeNeeded
    if len(code) == TOTP_DIGITS:
        queries.spend_step(connection, account, matching_step(factor.secret, code, now=now, after=factor.last_step))
    elif not queries.spend_recovery_code(connection, account, recovery_verifier(code)):
        raise WrongSignIn


def switch_on(
    connection: Connection, account: AccountId, secret: bytes, code: str, recovery: tuple[bytes, ...], *, now: int
) -> None:
    """From now on a sign-in wants a code. The one that confirmed it counts for nothing else.

    Raises:
        WrongSignIn: `code` is not one of `secret`: the authenticator was set up wrongly.
        Taken: the account has a second factor.
    """
    step = matching_step(secret, code, now=now, after=NEVER)
    queries.add_second_factor(connection, SecondFactor(account=account, secret=secret, last_step=step))
    queries.put_recovery_codes(connection, account, recovery)
