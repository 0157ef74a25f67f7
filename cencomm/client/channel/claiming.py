"""Key packages of those who are to be added: claimed from the relay, which may refuse some of them (rule C8)."""

from collections.abc import Sequence

from cencomm.client.channel.session import ChannelSession
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import AgainstRule, NoKeyPackage, NoSession, NotFound, Refusal
from cencomm.ids import AccountId
from cencomm.wire.devices import ClaimKeyPackages
from cencomm.wire.limits import MAX_CLAIM_ACCOUNTS


async def claim(mailbox: Mailbox, session: ChannelSession, accounts: Sequence[AccountId]) -> list[bytes]:
    """Key packages of these accounts' devices. Whoever has none, or is refused, is added once that changed.

    No refusal is raised: an add that has to wait is no reason for a removal to wait with it (C4).

    Raises:
        NoSession: the sign-in has ended.
        Unavailable: the relay cannot be reached.
    """
    packages: list[bytes] = []
    for start in range(0, len(accounts), MAX_CLAIM_ACCOUNTS):
        packages += await _claim_some(mailbox, session, accounts[start : start + MAX_CLAIM_ACCOUNTS])
    return packages


async def _claim_some(mailbox: Mailbox, session: ChannelSession, wanted: Sequence[AccountId]) -> list[bytes]:
    """One request. Refused for somebody whom it does not name, it is made again in halves: each is refused alone."""
    if not wanted:
        return []
    named: frozenset[AccountId] = frozenset()
    try:
        request = ClaimKeyPackages(accounts=tuple(wanted))
        answer = await mailbox.relay.claim(session.operation, session.channel, request)
    except NoSession:
        raise
    except NoKeyPackage as without:
        named = frozenset(without.details.accounts or ())
    except (AgainstRule, NotFound):
        pass
    except Refusal:  # a quota, or the relay cannot: halves would fare no better
        return []
    else:
        return [package.key_package for package in answer.packages]
    rest = [account for account in wanted if account not in named]
    if len(rest) < len(wanted):
        return await _claim_some(mailbox, session, rest)
    if len(wanted) == 1:
        return []
    half = len(wanted) // 2
    return [
        *await _claim_some(mailbox, session, wanted[:half]),
        *await _claim_some(mailbox, session, wanted[half:]),
    ]
