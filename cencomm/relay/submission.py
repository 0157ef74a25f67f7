"""A message on its way into a log: who sends it, where to, and what can be read of it without any key."""

from dataclasses import dataclass
from typing import Self

from cencomm.codec import Reader
from cencomm.errors import AccessDenied, CencommError, MalformedError, ProtocolError
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.anchor import Anchor, decode_anchor
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import Refused
from cencomm.mls.commit import Commit
from cencomm.mls.framing import (
    ContentType,
    PrivateMessage,
    PublicMessage,
    SenderType,
    WireFormat,
    decode_mls_message,
)
from cencomm.mls.proposal import Add, Remove
from cencomm.mls.welcome import Welcome
from cencomm.relay.bulk import judge_commit, judge_welcome
from cencomm.wire.log import Publish

_WIRE_FORMATS = {
    LogKind.COMMIT: WireFormat.MLS_PUBLIC_MESSAGE,
    LogKind.APPLICATION: WireFormat.MLS_PRIVATE_MESSAGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What an MLSMessage of the profile (docs/protocol.md section 5) says about itself; only members can verify it."""

    kind: LogKind
    group_id: bytes
    epoch: int
    anchor: Anchor
    added: tuple[bytes, ...] = ()  # KeyPackageRefs, in the order of the Commit's Adds


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    account: AccountId
    operation: OperationId
    channel: ChannelId
    generation: int
    publish: Publish
    framing: Framing | CencommError  # an error is raised in its turn: a retry is answered whatever it carries (S2)

    @classmethod
    def read(
        cls, account: AccountId, operation: OperationId, channel: ChannelId, generation: int, publish: Publish
    ) -> Self:
        try:
            framing: Framing | CencommError = read_framing(publish)
        except ProtocolError as exc:
            framing = exc
        return cls(
            account=account,
            operation=operation,
            channel=channel,
            generation=generation,
            publish=publish,
            framing=framing,
        )

    @classmethod
    def unread(
        cls, account: AccountId, operation: OperationId, channel: ChannelId, generation: int, publish: Publish
    ) -> Self:
        """Of somebody who may not publish: its bytes are looked at by nobody, a receipt from before is all it gets."""
        return cls(
            account=account,
            operation=operation,
            channel=channel,
            generation=generation,
            publish=publish,
            framing=AccessDenied("this account may not publish in the channel"),
        )


def read_framing(publish: Publish) -> Framing:
    """The framing of a message of our profile.

    Raises:
        MalformedError: bytes that are no MLSMessage, Welcome or anchor.
        Refused: an MLSMessage that the profile does not use (C2), or a Welcome that does not fit the Commit (C8).
    """
    kind = LogKind(publish.kind)
    head = Reader(publish.message)
    head.uint(2)  # version
    if head.uint(2) != _WIRE_FORMATS[kind]:  # before decoding: a Welcome in its place could be 350,000 secrets
        raise _wrong_format()
    if kind is LogKind.COMMIT:
        judge_commit(publish.message)
    message = decode_mls_message(publish.message)
    match kind, message:
        case LogKind.COMMIT, PublicMessage():
            return _read_commit(publish, message)
        case LogKind.APPLICATION, PrivateMessage():
            return _read_application(publish, message)
        case _:
            raise _wrong_format()


def _wrong_format() -> Refused:
    return Refused("C2", "Commits are PublicMessages, application messages PrivateMessages, nothing else goes in")


def _read_application(publish: Publish, message: PrivateMessage) -> Framing:
    if message.content_type is not ContentType.APPLICATION:
        raise Refused("C2", "a PrivateMessage holds application data only")
    if publish.welcome is not None or publish.ratchet_tree is not None:
        raise Refused("C8", "a Welcome travels with the Commit that adds")
    return Framing(
        kind=LogKind.APPLICATION,
        group_id=message.group_id,
        epoch=message.epoch,
        anchor=_read_anchor(message.authenticated_data, LogKind.APPLICATION),
    )


def _read_commit(publish: Publish, message: PublicMessage) -> Framing:
    commit = message.commit
    if commit is None or message.sender.sender_type is not SenderType.MEMBER:
        raise Refused("C2", "the only handshake is a Commit by a member")
    if commit.path is None:
        raise Refused("C2", "a Commit has a path")
    added = tuple(_added(commit))
    _judge_welcome(publish, added)
    return Framing(
        kind=LogKind.COMMIT,
        group_id=message.group_id,
        epoch=message.epoch,
        anchor=_read_anchor(message.authenticated_data, LogKind.COMMIT),
        added=added,
    )


def _added(commit: Commit) -> list[bytes]:
    refs = []
    for proposal in commit.proposals:
        match proposal:
            case Add():
                refs.append(proposal.key_package.ref())
            case Remove():
                pass
            case _:
                raise Refused("C2", "a Commit holds Add and Remove by value, nothing else")
    return refs


def _judge_welcome(publish: Publish, added: tuple[bytes, ...]) -> None:
    """One secret for each Add (C8): a newcomer without one would be in the tree and never know."""
    if not added:
        if publish.welcome is not None or publish.ratchet_tree is not None:
            raise Refused("C8", "a Commit that adds nobody has no Welcome")
        return
    if publish.welcome is None or publish.ratchet_tree is None:
        raise Refused("C8", "a Commit that adds comes with Welcome and ratchet tree")
    judge_welcome(publish.welcome, adds=len(added))
    welcome = decode_mls_message(publish.welcome)
    if not isinstance(welcome, Welcome):
        raise MalformedError("not a Welcome")
    if sorted(secret.new_member for secret in welcome.secrets) != sorted(added) or len(set(added)) != len(added):
        raise Refused("C8", "the Welcome has one secret for each Add")


def _read_anchor(authenticated_data: bytes, kind: LogKind) -> Anchor:
    anchor = decode_anchor(authenticated_data)
    if anchor.kind is not kind:
        raise Refused("C1", "the anchor is of the other kind")
    return anchor
