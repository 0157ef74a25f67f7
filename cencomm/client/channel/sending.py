"""Encrypting one envelope or control message for the channel's current epoch (rules C1, C4, D5, S5, S7).

Returns the new session and an outbox row; both are saved in one transaction before the row's bytes may leave.
"""

from dataclasses import replace

from cencomm.client.channel.errors import ChannelNotUsable, MustCommitFirst, MustEnactFirst
from cencomm.client.channel.outbox import Attempt, OutboxRow
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.forms.payload import SALT_BYTES, Signed, commitment, encode_payload
from cencomm.ids import SendId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import TreeRefused
from cencomm.ledger.replay import Ledger
from cencomm.ledger.tree_rules import entitled_leaf
from cencomm.ledger.views import LeafView
from cencomm.secret import Entropy


def encrypt(
    session: ChannelSession,
    signed: Signed,
    ledger: Ledger,
    *,
    send_id: SendId,
    certificates: CertificateMemo,
    entropy: Entropy,
) -> tuple[ChannelSession, OutboxRow]:
    """One attempt. The generation that it takes is burned, whatever becomes of it.

    Raises:
        ChannelNotUsable: this device is not in the channel, or the channel waits for a restart.
        MustCommitFirst: the state came from the relay, and no Commit of ours was made since (D5).
        MustEnactFirst: somebody who can still read is no longer entitled: their removal goes first (C4).
        MalformedError: longer than the largest payload.
    """
    if session.standing is not Standing.LIVE or session.epoch_began_at == 0:
        raise ChannelNotUsable(session.standing.name.lower())
    if session.must_commit:
        raise MustCommitFirst
    if unentitled_leaves(session, ledger, certificates):
        raise MustEnactFirst
    salt = entropy(SALT_BYTES)
    anchor = Anchor(
        kind=LogKind.APPLICATION,
        operation=session.operation,
        channel=session.channel,
        generation=session.generation,
        ledger_sequence=ledger.sequence,
        ledger_hash=ledger.head_hash,
        log_sequence=session.sequence,
        log_hash=session.log_hash,
        commitment=commitment(salt, signed),
    )
    group, message = session.group.encrypt(
        encode_payload(salt, signed), authenticated_data=anchor.encode(), entropy=entropy
    )
    row = OutboxRow(
        send_id=send_id,
        attempt=Attempt.PENDING,
        epoch=session.group.epoch,
        message=message,
        salt=salt,
        signed=signed,
    )
    return replace(session, group=group, outbox={**session.outbox, row.message_hash: row}), row


def unentitled_leaves(session: ChannelSession, ledger: Ledger, certificates: CertificateMemo) -> tuple[int, ...]:
    """Leaves that the newest ledger that we hold gives no place here: revoked, ended, or not what they say (C4, C5)."""
    return tuple(leaf.index for leaf in session.leaves() if not _is_entitled(session, leaf, ledger, certificates))


def _is_entitled(session: ChannelSession, leaf: LeafView, ledger: Ledger, certificates: CertificateMemo) -> bool:
    try:
        entitled_leaf(ledger, session.channel, leaf, at=ledger.sequence, certificates=certificates)
    except TreeRefused:
        return False
    return True
