"""What a coordinator proposes for the ledger. Each function makes one proposal, and signs and sends nothing."""

from collections.abc import Sequence

from cencomm.client.operation.invitation import Invitation
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.errors import UsageError
from cencomm.ids import CHANNEL_ID_BYTES, AccountId, ChannelId, DeviceId
from cencomm.ledger.bodies import (
    GROUP_ID_BYTES,
    Admit,
    ChannelBody,
    EndDevice,
    FormBody,
    PhaseBody,
    Replace,
    Restart,
    Revoke,
)
from cencomm.ledger.content_key import ContentKey, new_blob, new_content_key
from cencomm.ledger.enrolment import EnrolmentCode, EnrolmentRequest, Keys, verify_request
from cencomm.ledger.kinds import ChannelKind, Phase, RestartReason, RevokeReason, Role
from cencomm.secret import Entropy


def admit(
    operation: Operation, request: EnrolmentRequest, invitation: Invitation, *, until: int = 0, entropy: Entropy
) -> Proposal:
    """The sender of `request` becomes a member, if it comes from the reader of the invitation's letter.

    Raises:
        WrongCode: another letter, or keys swapped on the way.
    """
    keys = _asked(operation, request, invitation.code)
    profile = new_blob(invitation.profile, entropy)
    body = Admit(keys=keys, role=invitation.role, until=until, profile=profile.ref)
    return Proposal(body=body, blobs=(profile,))


def revoke(operation: Operation, account: AccountId, *, reason: RevokeReason, entropy: Entropy) -> Proposal:
    """A membership ends; those who stay get the next content key and all names sealed again (L7).

    Raises:
        NotAMember: the account does not belong.
    """
    member, key = operation.member(account), _next_key(operation, entropy)
    body = Revoke(account=account, identity_key=member.identity_key, reason=reason, content_key=key.ref)
    return Proposal(body=body, content_key=key)


def replace_keys(operation: Operation, request: EnrolmentRequest, code: EnrolmentCode, *, entropy: Entropy) -> Proposal:
    """A member goes on under the new keys of `request`, if it comes from the reader of the reset letter (D7).

    Raises:
        WrongCode: another letter, or keys swapped on the way.
        NotAMember: the account does not belong.
    """
    keys, key = _asked(operation, request, code), _next_key(operation, entropy)
    replaced = operation.member(keys.account).identity_key
    return Proposal(body=Replace(keys=keys, replaced=replaced, content_key=key.ref), content_key=key)


def end_device(operation: Operation, account: AccountId, device: DeviceId) -> Proposal:
    """A device of a member, lost, idle or expired, belongs to nobody any more (C6).

    Raises:
        NotAMember: the account does not belong.
    """
    return Proposal(body=EndDevice(account=operation.member(account).account, device=device))


def declare_channel(
    *,
    kind: ChannelKind,
    title: bytes,
    roles: Sequence[Role] = (),
    accounts: Sequence[AccountId] = (),
    entropy: Entropy,
) -> Proposal:
    """A channel for all who hold one of `roles` and for `accounts`."""
    blob = new_blob(title, entropy)
    body = ChannelBody(
        channel=ChannelId(entropy(CHANNEL_ID_BYTES)),
        generation=1,
        group_id=entropy(GROUP_ID_BYTES),
        kind=kind,
        roles=tuple(roles),
        accounts=tuple(accounts),
        title=blob.ref,
    )
    return Proposal(body=body, blobs=(blob,))


def publish_form(definition: bytes, *, version: int, entropy: Entropy) -> Proposal:
    """A form, or a newer version of one, may be used."""
    sealed = new_blob(definition, entropy)
    return Proposal(body=FormBody(definition=sealed.ref, version=version), blobs=(sealed,))


def change_phase(phase: Phase) -> Proposal:
    return Proposal(body=PhaseBody(phase=phase))


def restart_channel(
    operation: Operation,
    channel: ChannelId,
    *,
    reason: RestartReason,
    cut: tuple[int, bytes],
    committer: bytes | None,
    rejecters: Sequence[bytes],
    entropy: Entropy,
) -> Proposal:
    """The channel's next generation; of its current one's log counts what `cut`, sequence and hash, leaves (C11)."""
    ended = operation.ledger.channels[channel]
    sequence, hash_ = cut
    return Proposal(
        body=Restart(
            channel=channel,
            old_generation=ended.generation,
            old_group_id=ended.group_id,
            cut_sequence=sequence,
            cut_hash=hash_,
            reason=reason,
            generation=ended.generation + 1,
            group_id=entropy(GROUP_ID_BYTES),
            committer=committer,
            rejecters=tuple(rejecters),
        )
    )


def _asked(operation: Operation, request: EnrolmentRequest, code: EnrolmentCode) -> Keys:
    keys = verify_request(request, code)
    if request.operation != operation.id:
        raise UsageError("the enrolment is for another operation")
    return keys


def _next_key(operation: Operation, entropy: Entropy) -> ContentKey:
    return new_content_key(operation.ledger.content_key.number + 1, entropy)
