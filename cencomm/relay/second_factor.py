"""The second factor: TOTP of RFC 6238, each time step once, and recovery codes, each once (D2)."""

from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.relay.queries import second_factors as queries
from cencomm.relay.queries.second_factors import SecondFactor
from cencomm.site.one_time_code import NEVER, matching_step
from cencomm.site.refusals import CodeNeeded, WrongSignIn
from cencomm.wire.second_factor import TOTP_DIGITS, recovery_verifier


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
