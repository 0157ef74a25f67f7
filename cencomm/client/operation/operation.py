"""What this member knows of one operation: the verified ledger, the relay's newest statement, the opened blobs.

Immutable. Each step returns the new view and what a store must apply to hold it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from cencomm import codec
from cencomm.client.account.device import Identity
from cencomm.client.channel.errors import LedgerLost, NotAMember, OperationFrozen, RolledBack
from cencomm.client.vault.state_store import Writes
from cencomm.errors import MalformedError, ProtocolError
from cencomm.ids import AccountId, BlobId, OperationId
from cencomm.ledger.content_key import Blob, BlobRef, ContentKey, open_blob, unwrap
from cencomm.ledger.entry import SignedEntry, decode_signed_entry
from cencomm.ledger.membership import Member
from cencomm.ledger.replay import Ledger, replay
from cencomm.ledger.statements import Attested, LedgerHead, contradiction, verify_ledger_head
from cencomm.secret import Secret
from cencomm.wire.operations import LedgerPage, SealedBlob, Wrap


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation as this member verified it. `frozen` says why nothing may be sent any more (L4).

    `troubles` are keys and names that came and are not what the ledger names, a sentence each: they are kept out, and
    the rest of the operation goes on. Whoever uploads them can be any coordinator, or the relay.
    """

    ledger: Ledger
    head: Attested[LedgerHead] | None = None
    content_keys: Mapping[int, ContentKey] = field(default_factory=lambda: MappingProxyType({}))
    blobs: Mapping[BlobId, Blob] = field(default_factory=lambda: MappingProxyType({}))
    frozen: str | None = None
    troubles: tuple[str, ...] = ()

    @property
    def id(self) -> OperationId:
        return self.ledger.operation

    def member(self, account: AccountId) -> Member:
        """The account's newest membership.

        Raises:
            NotAMember: it never had one, or it ended.
        """
        member = self.ledger.members.get(account)
        if member is None or member.revoked_at is not None:
            raise NotAMember("the ledger does not admit this account to the operation")
        return member

    def content(self, ref: BlobRef) -> bytes | None:
        """What the ledger names by `ref`, verified against its hash; None while it is not here."""
        blob = self.blobs.get(ref.blob)
        return blob.content if blob is not None and blob.ref == ref else None


def prefix(operation: OperationId) -> str:
    return f"operation/{operation.hex()}/"


def entry_key(operation: OperationId, sequence: int) -> str:
    """Where a store keeps that entry of the ledger, as it was signed."""
    return f"{prefix(operation)}entry/{sequence:08d}"


def begin(operation: OperationId, page: LedgerPage, *, verified_relay: bytes | None = None) -> tuple[Operation, Writes]:
    """The operation that the fingerprint on the access letter names, from its first page of entries (L2).

    Raises:
        ProtocolError: the relay shows another operation, or a page that does not verify.
    """
    entries = [decode_signed_entry(data) for data in page.entries]
    if not entries:
        raise RolledBack("the relay shows no ledger for this operation")
    if entries[0].hash != operation:
        raise ProtocolError("the relay shows another operation than the one on the access letter: tell the unit")
    ledger = Ledger.start(entries[0])
    if verified_relay is not None and ledger.charter.relay_key != verified_relay:
        raise ProtocolError("the charter names another relay than the one that answers")
    return extend(Operation(ledger=ledger), LedgerPage(entries=page.entries[1:], head=page.head), first=entries[0])


def extend(operation: Operation, page: LedgerPage, *, first: SignedEntry | None = None) -> tuple[Operation, Writes]:
    """The operation after a page of entries that follow, each verified, and the relay's signed head.

    Raises:
        OperationFrozen: the relay signed two histories; `evidence_writes` keeps both statements.
        RolledBack: the relay shows less than before.
        LedgerRefused: an entry breaks a rule; nothing was changed.
    """
    ledger = operation.ledger
    at = prefix(operation.id)
    writes: dict[str, bytes | None] = {}
    if first is not None:
        writes[entry_key(operation.id, 0)] = first.encode()
    for data in page.entries:
        signed = decode_signed_entry(data)
        ledger = ledger.append(signed)
        writes[entry_key(operation.id, ledger.sequence)] = data
    head = _judge_head(operation, ledger, page.head)
    writes[at + "head"] = head.encoded
    return replace(operation, ledger=ledger, head=head), writes


def _judge_head(operation: Operation, ledger: Ledger, encoded: bytes) -> Attested[LedgerHead]:
    head = verify_ledger_head(encoded, ledger.charter.relay_key)
    if head.statement.operation != operation.id:
        raise MalformedError("the head is of another operation")
    before = operation.head
    if before is not None:
        against = contradiction(before, head, ledger=ledger)
        if against is not None:
            raise OperationFrozen(against)
        if head.statement.sequence < before.statement.sequence:
            raise LedgerLost(shown=head.statement.sequence, held=before.statement.sequence)
    if head.statement.sequence < ledger.sequence:
        raise RolledBack(f"the relay signs entry {head.statement.sequence}, this device holds {ledger.sequence}")
    known = ledger.hash_at(head.statement.sequence)
    if known is not None and known != head.statement.hash:
        raise RolledBack("the relay signs a head that is not on the ledger that it shows")
    return head


def freeze(operation: Operation, error: OperationFrozen) -> tuple[Operation, Writes]:
    """Nothing is sent in the operation any more; both statements are kept to be shown."""
    at = prefix(operation.id)
    evidence = error.evidence
    return replace(operation, frozen=evidence.sentence), {
        at + "frozen": evidence.sentence.encode(),
        at + "evidence/first": evidence.first.encoded,
        at + "evidence/second": evidence.second.encoded,
    }


def open_wraps(operation: Operation, wraps: Iterable[Wrap], identity: Identity) -> tuple[Operation, Writes]:
    """The current content key, if it is among `wraps` (L7). All blobs are sealed again when a new one begins.

    What is no wrap of it for us is kept out, and stands among `troubles`.
    """
    ref = operation.ledger.content_key
    keys = dict(operation.content_keys)
    writes: dict[str, bytes | None] = {}
    troubles: list[str] = []
    for wrap in wraps:
        if wrap.number != ref.number or wrap.number in keys:
            continue
        try:
            key = unwrap(wrap.sealed, operation.id, ref, identity.identity_key, identity.exchange_key)
        except ProtocolError as trouble:
            troubles.append(f"content key {ref.number}: {trouble}")
            continue
        keys[wrap.number] = key
        writes[_content_key_name(operation.id, key.number)] = _encode_content_key(key)
    return replace(operation, content_keys=MappingProxyType(keys), troubles=tuple(troubles)), writes


def open_blobs(operation: Operation, sealed: Iterable[SealedBlob]) -> tuple[Operation, Writes]:
    """The blobs among `sealed` that the ledger names and for which we hold the key, each checked against its hash.

    A swapped name or form is kept out, and stands among `troubles`, after those that were there.
    """
    refs = {ref.blob: ref for ref in named_blobs(operation.ledger)}
    blobs = dict(operation.blobs)
    writes: dict[str, bytes | None] = {}
    troubles = list(operation.troubles)
    for item in sealed:
        ref, key = refs.get(item.blob), operation.content_keys.get(item.number)
        if ref is None or key is None or (item.blob in blobs and blobs[item.blob].ref == ref):
            continue
        try:
            blob = open_blob(key, operation.id, ref, item.sealed)
        except ProtocolError as trouble:
            troubles.append(f"name or form {item.blob.hex()}: {trouble}")
            continue
        blobs[item.blob] = blob
        writes[_blob_name(operation.id, blob.blob)] = blob.salt + blob.content
    return replace(operation, blobs=MappingProxyType(blobs), troubles=tuple(troubles)), writes


def keep_blobs(operation: Operation, made: Iterable[Blob]) -> tuple[Operation, Writes]:
    """With names and forms of our own making, which need not come back from the relay."""
    blobs = {blob.blob: blob for blob in made}
    writes = {_blob_name(operation.id, blob.blob): blob.salt + blob.content for blob in blobs.values()}
    return replace(operation, blobs=MappingProxyType({**operation.blobs, **blobs})), writes


def named_blobs(ledger: Ledger) -> tuple[BlobRef, ...]:
    """Everything that the ledger names by hash: plan, channel titles, profiles, forms."""
    forms = (form.definition for form in ledger.forms.values())
    titles = (channel.title for channel in ledger.channels.values())
    profiles = (member.profile for member in ledger.members.values())
    return (ledger.charter.plan, *titles, *profiles, *forms)


def restore_operation(operation: OperationId, values: Mapping[str, bytes]) -> Operation:
    """The operation that lies in a store under `prefix`; the keys of `values` come without it.

    Raises:
        ProtocolError: the entries in the store do not make this operation.
    """
    entries = [decode_signed_entry(value) for key, value in sorted(values.items()) if key.startswith("entry/")]
    ledger = replay(entries)
    if ledger.operation != operation:
        raise ProtocolError("the store holds another operation under this name")
    keys = [_decode_content_key(value) for key, value in values.items() if key.startswith("content-key/")]
    blobs = [
        Blob(BlobId(bytes.fromhex(key.removeprefix("blob/"))), value[:32], value[32:])
        for key, value in values.items()
        if key.startswith("blob/")
    ]
    frozen = values.get("frozen")
    return Operation(
        ledger=ledger,
        head=verify_ledger_head(values["head"], ledger.charter.relay_key) if "head" in values else None,
        content_keys=MappingProxyType({key.number: key for key in keys}),
        blobs=MappingProxyType({blob.blob: blob for blob in blobs}),
        frozen=None if frozen is None else frozen.decode(),
    )


def _blob_name(operation: OperationId, blob: BlobId) -> str:
    return f"{prefix(operation)}blob/{blob.hex()}"


def content_key_writes(operation: OperationId, key: ContentKey) -> Writes:
    """For the coordinator who made it."""
    return {_content_key_name(operation, key.number): _encode_content_key(key)}


def _content_key_name(operation: OperationId, number: int) -> str:
    return f"{prefix(operation)}content-key/{number:08d}"


def _encode_content_key(key: ContentKey) -> bytes:
    return codec.uint(key.number, 4) + codec.fixed(key.salt, 32) + codec.fixed(key.key.expose(), 32)


def _decode_content_key(data: bytes) -> ContentKey:
    def read(reader: codec.Reader) -> ContentKey:
        number, salt, key = reader.uint(4), reader.fixed(32), reader.fixed(32)
        return ContentKey(number, Secret(key), salt)

    return codec.decode(data, read)
