"""The next Commit of a channel, written down before it leaves: what is left to do, as far as it can be done now (C6).

The relay's list of devices and its key packages are hints: whose they are, and who may be added, is judged here.
"""

from collections.abc import Mapping, Sequence

from cencomm.client.channel.claiming import claim
from cencomm.client.channel.enacting import Renewal, difference, stage, stage_what_fits
from cencomm.client.channel.founding import alone
from cencomm.client.channel.further_devices import without_leaf
from cencomm.client.channel.leaves import leaf_view
from cencomm.client.channel.newcomers import usable_packages
from cencomm.client.channel.patience import Patience, Place
from cencomm.client.channel.readmission import Unusable
from cencomm.client.channel.session import ChannelSession
from cencomm.client.mailbox import Mailbox
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.replay import Ledger
from cencomm.mls.key_package import KeyPackage
from cencomm.wire.devices import FurtherDevice


async def stage_group(mailbox: Mailbox, operation: OperationId, channel: ChannelId, *, adds: bool) -> None:
    """A group of the channel's new generation with everybody who can be added, our own other devices too (C11)."""
    ledger = mailbox.operation(operation).ledger
    session = alone(mailbox, operation, channel, ledger)
    wanted = sorted(ledger.entitled_accounts(channel, at=ledger.sequence)) if adds else ()
    packages = await claim(mailbox, session, wanted)
    now, certificates, entropy = mailbox.environment.clock(), mailbox.certificates, mailbox.environment.entropy
    usable = usable_packages(packages, session, ledger, removes=(), now=now, certificates=certificates)
    staged = stage_what_fits(session, ledger, adds=usable, removes=(), certificates=certificates, entropy=entropy)
    if staged is None:
        staged = stage(session, ledger, adds=(), removes=(), certificates=certificates, entropy=entropy)
    await mailbox.write({}, session=staged)


def worth_a_claim(
    mailbox: Mailbox, session: ChannelSession, devices: Sequence[FurtherDevice], patience: Patience
) -> list[FurtherDevice]:
    """Those without a leaf here that were not claimed for in vain of late."""
    now = mailbox.environment.clock()
    lacking = without_leaf(session, devices, mailbox.certificates)
    return [one for one in lacking if not patience.leaves_alone(_place(session, one), now=now)]


def _place(session: ChannelSession, one: FurtherDevice) -> Place:
    return session.operation, session.channel, one.account, one.device


async def stage_difference(
    mailbox: Mailbox,
    session: ChannelSession,
    ledger: Ledger,
    again: Sequence[Unusable],
    further: Sequence[FurtherDevice],
    patience: Patience,
    *,
    adds: bool,
) -> bool:
    """Whether there was anything to do that can be done now. A device goes `again` only as it comes (C6)."""
    left = difference(session, ledger, mailbox.certificates)
    owners = sorted({one.account for one in further})
    claimed = await claim(mailbox, session, (*left.absent, *owners) if adds else ())
    now, certificates = mailbox.environment.clock(), mailbox.certificates
    asking: dict[int, KeyPackage] = {}
    for one in again:
        offered = await claim(mailbox, session, (one.account,))
        fitting = usable_packages(offered, session, ledger, removes=(one.leaf,), now=now, certificates=certificates)
        own = [package for package in fitting if one.is_for(package)]
        if own and one.leaf not in left.unentitled:
            asking[one.leaf] = own[0]
    staged = await stage_adds(mailbox, session, ledger, claimed, removes=left.unentitled, asking=asking)
    brought = (certificates.verify(leaf_view(0, package.leaf_node).credential) for package in staged or ())
    came = {(certificate.account, certificate.device) for certificate in brought}
    for listed in further:
        if (listed.account, listed.device) not in came:
            patience.in_vain(_place(session, listed), now=now)
    return staged is not None


async def stage_adds(
    mailbox: Mailbox,
    session: ChannelSession,
    ledger: Ledger,
    claimed: Sequence[bytes],
    *,
    removes: Sequence[int],
    asking: Mapping[int, KeyPackage],
) -> Sequence[KeyPackage] | None:
    """The usable key packages of a Commit that was staged; None: nobody was to be removed, and none may be added.

    Args:
        asking: By leaf, the key packages with which devices are let in again. They stand before all others: a newcomer
            who took over a key of theirs is left out, and nobody goes without coming.
    """
    usable = usable_packages(
        [*(package.encode() for package in asking.values()), *claimed],
        session,
        ledger,
        removes=(*removes, *asking),
        now=mailbox.environment.clock(),
        certificates=mailbox.certificates,
    )
    if not usable and not removes:
        return None
    staged = stage_what_fits(
        session,
        ledger,
        adds=[package for package in usable if package not in asking.values()],
        removes=removes,
        again=[Renewal(leaf, package) for leaf, package in asking.items() if package in usable],
        certificates=mailbox.certificates,
        entropy=mailbox.environment.entropy,
    )
    if staged is None:
        return None
    await mailbox.write({}, session=staged)
    return usable


async def stage_update(mailbox: Mailbox, session: ChannelSession, ledger: Ledger) -> None:
    """A Commit that adds and removes nobody: its path alone makes the epoch's keys new."""
    certificates, entropy = mailbox.certificates, mailbox.environment.entropy
    staged = stage(session, ledger, adds=(), removes=(), certificates=certificates, entropy=entropy)
    await mailbox.write({}, session=staged)
