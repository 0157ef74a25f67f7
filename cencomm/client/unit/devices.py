"""The devices that members have in our channels: which are past their certificate, which have long been silent (C6).

Nothing ends by itself: a device that looks idle may be read on every day. The unit sees the list and decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cencomm.client.account.device import CERTIFICATE_SECONDS
from cencomm.client.channel.enactment import enact_everywhere
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.unit.act import act
from cencomm.client.unit.cosigning import Asked
from cencomm.client.vault.journal import decode_message, message_prefix
from cencomm.errors import UsageError
from cencomm.ids import AccountId, DeviceId, OperationId

IDLE_SECONDS = 30 * 24 * 3600  # longer than any leave between two shifts
MIN_PREFIX = 4  # digits of a device id


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDevice:
    """A device that has a leaf in one of our channels. `seen_at` is when it last wrote, else when it was certified."""

    account: AccountId
    device: DeviceId
    not_after: int
    seen_at: int

    def has_expired(self, *, now: int) -> bool:
        return self.not_after < now

    def is_idle(self, *, now: int) -> bool:
        return self.seen_at + IDLE_SECONDS < now


async def seen_devices(mailbox: Mailbox, operation: OperationId) -> tuple[SeenDevice, ...]:
    """Every device with a leaf in our channels of the operation; our own too."""
    wrote: dict[bytes, int] = {}
    for _, value in await mailbox.store.scan(message_prefix(operation)):
        message = decode_message(value)
        wrote[message.certificate] = max(wrote.get(message.certificate, 0), message.envelope.body.written_at)
    found: dict[tuple[AccountId, DeviceId], SeenDevice] = {}
    for (owner, _), session in mailbox.sessions.items():
        if owner != operation:
            continue
        for leaf in session.leaves():
            certificate = mailbox.certificates.verify(leaf.credential)
            issued = certificate.not_after - CERTIFICATE_SECONDS
            found[certificate.account, certificate.device] = SeenDevice(
                account=certificate.account,
                device=certificate.device,
                not_after=certificate.not_after,
                seen_at=max(issued, wrote.get(leaf.credential, 0)),
            )
    return tuple(found[key] for key in sorted(found))


async def end_device(mailbox: Mailbox, operation: OperationId, account: AccountId, device: DeviceId) -> Asked | None:
    """The device belongs to nobody any more. The entry goes alone and first (L3); then it is removed where we are.

    Returns:
        None when it is done; else it waits for the second signature that the policy asks for (L5).

    Raises:
        UsageError: it is the device that this runs on.
        LedgerRefused: it has ended already.
    """
    if device == mailbox.device.device:
        raise UsageError("this is the computer that you work on: end it from another one")
    asked = await act(mailbox, operation, lambda known: coordination.end_device(known, account, device))
    if asked is None:
        await enact_everywhere(mailbox, operation)
    return asked


def choose_device(devices: Sequence[SeenDevice], account: AccountId, typed: str) -> DeviceId:
    """The account's device whose id begins with the digits that somebody typed.

    Raises:
        UsageError: none does, or several do.
    """
    wanted = typed.lower()
    own = [one.device for one in devices if one.account == account]
    fitting = [device for device in own if len(wanted) >= MIN_PREFIX and device.hex().startswith(wanted)]
    if len(fitting) != 1:
        listed = ", ".join(device.hex()[:8] for device in own) or "none"
        raise UsageError(f"give the first digits of one of their devices in your channels: {listed}")
    return fitting[0]
