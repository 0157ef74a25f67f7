"""Devices of members who are in a channel already, and have no leaf there themselves (rules C5, C6, ADR 0030).

The ledger knows no devices, so the relay is asked which ones members have. It is a hint: the key package that the relay
hands out says whose device it is, certified by the member's own identity key, and is judged like every newcomer's.
"""

from collections import Counter
from collections.abc import Sequence

from cencomm.client.channel.session import ChannelSession
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import NoSession, Refusal
from cencomm.errors import Unavailable
from cencomm.ids import OperationId
from cencomm.ledger.certificate import CertificateMemo
from cencomm.wire.devices import FurtherDevice
from cencomm.wire.limits import MAX_LEAVES_PER_IDENTITY


async def further_devices(mailbox: Mailbox, operation: OperationId) -> tuple[FurtherDevice, ...]:
    """What the relay lists; nothing where it does not say: no revocation waits for a hint.

    Raises:
        NoSession: the sign-in has ended.
        BadAnswer: the answer is no list of devices.
    """
    try:
        return (await mailbox.relay.further_devices(operation)).devices
    except NoSession:
        raise
    except (Refusal, Unavailable):
        return ()


def without_leaf(
    session: ChannelSession, devices: Sequence[FurtherDevice], certificates: CertificateMemo
) -> list[FurtherDevice]:
    """Listed devices that have no leaf in the channel, of accounts that have one, and room for another (C5).

    Who has no leaf at all is absent, and added because the ledger says so.
    """
    present = [certificates.verify(leaf.credential) for leaf in session.leaves()]
    leaves = Counter(certificate.account for certificate in present)
    taken = {(certificate.account, certificate.device) for certificate in present}
    return [
        one
        for one in devices
        if (one.account, one.device) not in taken and 0 < leaves[one.account] < MAX_LEAVES_PER_IDENTITY
    ]
