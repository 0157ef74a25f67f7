"""What a coordinator signs. Each function gives the next entry and what is sealed beside it, and sends nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cencomm import codec
from cencomm.client.account.device import Identity
from cencomm.client.operation.operation import Operation, named_blobs
from cencomm.errors import UsageError
from cencomm.ids import CHANNEL_ID_BYTES, AccountId, BlobId, ChannelId
from cencomm.ledger.bodies import (
    GROUP_ID_BYTES,
    NONCE_BYTES,
    Admit,
    Body,
    ChannelBody,
    Charter,
    FormBody,
    PhaseBody,
    Policy,
    Revoke,
)
from cencomm.ledger.content_key import FIRST_CONTENT_KEY, Blob, ContentKey, new_blob, new_content_key, seal_blob
from cencomm.ledger.enrolment import EnrolmentCode, EnrolmentRequest, Keys, creator_keys, verify_request
from cencomm.ledger.entry import SignedEntry, first_entry, sign_entry
from cencomm.ledger.kinds import ChannelKind, Phase, RevokeReason, Role
from cencomm.ledger.replay import Ledger
from cencomm.secret import Entropy
from cencomm.wire.operations import SealedBlob, WrapFor


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A signed entry, the operation as it will be once the relay accepted it, and what goes along."""

    entry: SignedEntry
    operation: Operation
    wraps: tuple[WrapFor, ...] = ()
    blobs: tuple[SealedBlob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A place that waits for its letter to come back. The code serves once and is unknown to the relay (D7)."""

    code: EnrolmentCode
    role: Role
    profile: bytes
    post: str = ""  # of the plan; empty: none

    def encode(self) -> bytes:
        fields = codec.opaque(self.code.expose()) + codec.uint(self.role, 1) + codec.opaque(self.profile)
        return fields + codec.opaque(self.post.encode())


def decode_invitation(data: bytes) -> Invitation:
    """Raises MalformedError for anything that `Invitation.encode` does not write."""

    def read(reader: codec.Reader) -> Invitation:
        code, role, profile = EnrolmentCode(reader.opaque(most=16)), reader.uint(1), reader.opaque()
        return Invitation(code=code, role=Role(role), profile=profile, post=reader.opaque().decode())

    return codec.decode(data, read)


def found_operation(
    identity: Identity,
    *,
    plan: bytes,
    profile: bytes,
    relay_key: bytes,
    relay_name: str,
    policy: Policy,
    now: int,
    entropy: Entropy,
) -> Decision:
    """The charter. Its hash is the operation; whoever knows the hash needs to trust nobody about the rest."""
    nonce = entropy(NONCE_BYTES)
    key = new_content_key(FIRST_CONTENT_KEY, entropy)
    plan_blob, profile_blob = new_blob(plan, entropy), new_blob(profile, entropy)
    charter = Charter(
        nonce=nonce,
        coordinators=(creator_keys(nonce, identity.account, identity.signing_key, identity.exchange_key.public_key()),),
        relay_key=relay_key,
        relay_name=relay_name,
        policy=policy,
        content_key=key.ref,
        plan=plan_blob.ref,
        profiles=(profile_blob.ref,),
    )
    entry = sign_entry(first_entry(charter, time=now), identity.signing_key)
    ledger = Ledger.start(entry)
    return _with_secrets(
        Operation(ledger=ledger),
        entry,
        ledger,
        key=key,
        new=(plan_blob, profile_blob),
        recipients=(identity.account,),
        entropy=entropy,
    )


def admit(
    operation: Operation,
    identity: Identity,
    request: EnrolmentRequest,
    invitation: Invitation,
    *,
    until: int = 0,
    now: int,
    entropy: Entropy,
) -> Decision:
    """The entry that makes the sender of `request` a member, if it comes from the reader of the invitation's letter.

    Raises:
        WrongCode: another letter, or keys swapped on the way: the entry is not signed.
    """
    keys: Keys = verify_request(request, invitation.code)
    if request.operation != operation.id:
        raise UsageError("the enrolment is for another operation")
    profile = new_blob(invitation.profile, entropy)
    body = Admit(keys=keys, role=invitation.role, until=until, profile=profile.ref)
    entry, ledger = _sign(operation, identity, body, now)
    return _with_secrets(
        operation,
        entry,
        ledger,
        key=current_key(operation),
        new=(profile,),
        recipients=(keys.account,),
        entropy=entropy,
    )


def revoke(
    operation: Operation,
    identity: Identity,
    account: AccountId,
    *,
    reason: RevokeReason,
    now: int,
    entropy: Entropy,
) -> Decision:
    """The entry that ends a membership; those who stay get the next content key and all names sealed again (L7).

    Names that are not here stay sealed under the key before. Waiting for them would let whoever withholds one form
    keep everybody in.
    """
    member = operation.member(account)
    key = new_content_key(operation.ledger.content_key.number + 1, entropy)
    body = Revoke(account=account, identity_key=member.identity_key, reason=reason, content_key=key.ref)
    entry, ledger = _sign(operation, identity, body, now)
    stay = [other.account for other in ledger.members.values() if other.revoked_at is None]
    refs = {ref.blob: ref for ref in named_blobs(ledger)}
    again = [blob for blob in operation.blobs.values() if refs.get(blob.blob) == blob.ref]
    return _with_secrets(operation, entry, ledger, key=key, new=again, recipients=stay, entropy=entropy)


def declare_channel(
    operation: Operation,
    identity: Identity,
    *,
    kind: ChannelKind,
    title: bytes,
    roles: Sequence[Role] = (),
    accounts: Sequence[AccountId] = (),
    now: int,
    entropy: Entropy,
) -> Decision:
    """The entry that opens a channel for all who hold one of `roles` and for `accounts`."""
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
    entry, ledger = _sign(operation, identity, body, now)
    return _with_secrets(
        operation, entry, ledger, key=current_key(operation), new=(blob,), recipients=(), entropy=entropy
    )


def publish_form(
    operation: Operation,
    identity: Identity,
    definition: bytes,
    *,
    version: int,
    blob: BlobId | None = None,
    now: int,
    entropy: Entropy,
) -> Decision:
    """The entry that lets a form be used; `blob` names the form that this is a newer version of."""
    sealed = new_blob(definition, entropy)
    if blob is not None:
        sealed = replace(sealed, blob=blob)
    entry, ledger = _sign(operation, identity, FormBody(definition=sealed.ref, version=version), now)
    return _with_secrets(
        operation, entry, ledger, key=current_key(operation), new=(sealed,), recipients=(), entropy=entropy
    )


def change_phase(operation: Operation, identity: Identity, phase: Phase, *, now: int) -> Decision:
    entry, ledger = _sign(operation, identity, PhaseBody(phase=phase), now)
    return Decision(entry=entry, operation=replace(operation, ledger=ledger))


def current_key(operation: Operation) -> ContentKey:
    """The content key that the ledger names now.

    Raises:
        UsageError: it is not here yet; fetch the wraps first.
    """
    key = operation.content_keys.get(operation.ledger.content_key.number)
    if key is None:
        raise UsageError("the operation's current content key is not here yet: synchronise first")
    return key


def _sign(operation: Operation, identity: Identity, body: Body, now: int) -> tuple[SignedEntry, Ledger]:
    """The entry, judged by the same replay that everybody runs: what would be refused is never sent."""
    time = max(now, operation.ledger.time)
    entry = sign_entry(operation.ledger.next_entry(body, time=time, signer=identity.identity_key), identity.signing_key)
    return entry, operation.ledger.append(entry)


def _with_secrets(
    operation: Operation,
    entry: SignedEntry,
    ledger: Ledger,
    *,
    key: ContentKey,
    new: Iterable[Blob],
    recipients: Iterable[AccountId],
    entropy: Entropy,
) -> Decision:
    new = tuple(new)
    members = ledger.members
    return Decision(
        entry=entry,
        operation=replace(
            operation,
            ledger=ledger,
            content_keys={**operation.content_keys, key.number: key},
            blobs={**operation.blobs, **{blob.blob: blob for blob in new}},
        ),
        wraps=tuple(
            WrapFor(
                account=account,
                number=key.number,
                sealed=key.wrap(
                    ledger.operation, members[account].identity_key, members[account].exchange_key, entropy
                ),
            )
            for account in recipients
        ),
        blobs=tuple(
            SealedBlob(blob=blob.blob, number=key.number, sealed=seal_blob(key, ledger.operation, blob, entropy))
            for blob in new
        ),
    )
