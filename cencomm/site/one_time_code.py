"""Codes of an authenticator: TOTP of RFC 6238, each time step once (D2)."""

import base64
import hmac

import pyotp

from cencomm.site.refusals import WrongSignIn
from cencomm.wire.second_factor import TOTP_DIGITS, TOTP_STEP_SECONDS

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


def provisioning_uri(secret: bytes, *, name: str, issuer: str) -> str:
    """What a QR code says to an authenticator. It is the secret itself: show it once, never log it."""
    totp = pyotp.TOTP(base64.b32encode(secret).decode(), digits=TOTP_DIGITS, interval=TOTP_STEP_SECONDS)
    return totp.provisioning_uri(name=name, issuer_name=issuer)
