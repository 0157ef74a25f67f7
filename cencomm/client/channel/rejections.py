"""Rejections as other members read them: verified, of this channel's current generation, by entitled devices.

A relay can withhold them and cannot make one up. What follows from them, whoever asks for them decides: a restart
(C11), or adding a device again (C9, C10).
"""

from collections.abc import Iterable

from cencomm.client.mailbox import Mailbox
from cencomm.errors import ProtocolError
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.rejection import Rejection, verify_rejection
from cencomm.ledger.replay import Ledger, NotEntitled


async def read_rejections(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> list[Rejection]:
    """Those that count at the newest ledger that we hold, the oldest first.

    Raises:
        Unavailable, AccessDenied: the relay does not answer, or not to us.
    """
    ledger = mailbox.operation(operation).ledger
    generation = ledger.channels[channel].generation
    answer = await mailbox.relay.rejections(operation, channel, generation)
    said = list(_verified(reversed(answer.rejections)))
    place = (operation, channel, generation)
    return [one for one in said if (one.operation, one.channel, one.generation) == place and _counts(ledger, one)]


def _verified(encoded: Iterable[bytes]) -> Iterable[Rejection]:
    for one in encoded:
        try:
            yield verify_rejection(one)
        except ProtocolError:
            continue  # not said by the device that it names: the relay's invention


def _counts(ledger: Ledger, rejection: Rejection) -> bool:
    certificate = rejection.certificate
    try:
        member = ledger.entitled(rejection.channel, certificate.identity_key, at=ledger.sequence)
    except NotEntitled:
        return False
    ended = ledger.has_ended(certificate.account, certificate.device, at=ledger.sequence)
    return member.account == certificate.account and not ended
