"""A proposal, signed where the ledger is now, with what goes along: content key wraps and sealed names (rule L7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cencomm.client.account.device import Identity
from cencomm.client.operation.operation import Operation, named_blobs
from cencomm.client.operation.proposal import Proposal
from cencomm.errors import UsageError
from cencomm.ids import AccountId
from cencomm.ledger.bodies import Admit, Replace, Revoke
from cencomm.ledger.content_key import Blob, ContentKey, seal_blob
from cencomm.ledger.entry import Cosignature, SignedEntry, sign_entry
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


def decide(
    operation: Operation,
    identity: Identity,
    proposal: Proposal,
    *,
    cosignatures: Sequence[Cosignature] = (),
    now: int,
    entropy: Entropy,
) -> Decision:
    """The next entry, judged by the same replay that everybody runs: what would be refused is never sent.

    Raises:
        LedgerRefused: the ledger does not take it (any more): it is to be proposed anew, or by somebody else.
        UsageError: the current content key is not here yet.
    """
    time = max(now, operation.ledger.time)
    unsigned = operation.ledger.next_entry(
        proposal.body, time=time, signer=identity.identity_key, cosignatures=tuple(cosignatures)
    )
    entry = sign_entry(unsigned, identity.signing_key)
    ledger = operation.ledger.append(entry)
    recipients, again = _concerned(operation, ledger, proposal)
    blobs = (*proposal.blobs, *again)
    if not recipients and not blobs:
        return Decision(entry=entry, operation=replace(operation, ledger=ledger))
    key = proposal.content_key or current_key(operation)
    return with_secrets(operation, entry, ledger, key=key, blobs=blobs, recipients=recipients, entropy=entropy)


def current_key(operation: Operation) -> ContentKey:
    """The content key that the ledger names now.

    Raises:
        UsageError: it is not here yet; fetch the wraps first.
    """
    key = operation.content_keys.get(operation.ledger.content_key.number)
    if key is None:
        raise UsageError("the operation's current content key is not here yet: synchronise first")
    return key


def with_secrets(
    operation: Operation,
    entry: SignedEntry,
    ledger: Ledger,
    *,
    key: ContentKey,
    blobs: Iterable[Blob],
    recipients: Iterable[AccountId],
    entropy: Entropy,
) -> Decision:
    """The decision with `key` wrapped for `recipients` and `blobs` sealed under it."""
    blobs, members = tuple(blobs), ledger.members
    return Decision(
        entry=entry,
        operation=replace(
            operation,
            ledger=ledger,
            content_keys={**operation.content_keys, key.number: key},
            blobs={**operation.blobs, **{blob.blob: blob for blob in blobs}},
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
            for blob in blobs
        ),
    )


def _concerned(
    operation: Operation, ledger: Ledger, proposal: Proposal
) -> tuple[tuple[AccountId, ...], tuple[Blob, ...]]:
    """Who gets the content key with this entry, and which names are sealed under it again.

    Names that are not here stay sealed under the key before. Waiting for them would let whoever withholds one form
    keep everybody in.
    """
    match proposal.body:
        case Admit():
            return (proposal.body.keys.account,), ()
        case Revoke() | Replace():
            stay = tuple(member.account for member in ledger.members.values() if member.revoked_at is None)
            refs = {ref.blob: ref for ref in named_blobs(ledger)}
            return stay, tuple(blob for blob in operation.blobs.values() if refs.get(blob.blob) == blob.ref)
        case _:
            return (), ()
