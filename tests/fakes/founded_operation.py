"""An operation with its coordinator and a channel at a served relay, and what its members send."""

from dataclasses import dataclass
from typing import Any

from cencomm import codec
from cencomm.ids import NO_HASH, AccountId, ChannelId, SendId
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION, Anchor
from cencomm.ledger.bodies import Admit, Body, ChannelBody, Charter, FormBody, Policy, Replace, Revoke
from cencomm.ledger.content_key import BlobRef, new_blob, new_content_key
from cencomm.ledger.enrolment import creator_keys
from cencomm.ledger.entry import decode_signed_entry, first_entry, sign_entry
from cencomm.ledger.kinds import ChannelKind, History, RevokeReason, Role
from cencomm.ledger.log import LogKind
from cencomm.ledger.replay import Ledger
from cencomm.ledger.statements import Receipt, verify_receipt
from cencomm.mls.extension import Extension
from cencomm.mls.group import Group, StagedCommit, create_group, join_group
from cencomm.mls.key_package import KeyPackage
from cencomm.wire.devices import (
    ClaimedKeyPackages,
    ClaimKeyPackages,
)
from cencomm.wire.enrolments import Enrol
from cencomm.wire.log import LogPage, Publish, Published
from cencomm.wire.operations import (
    Appended,
    AppendEntry,
    CommitToChannel,
    CreateOperation,
    OperationHead,
    SealedBlob,
    WrapFor,
)
from cencomm.wire.welcomes import Welcomes
from tests.fakes.served_relay import NAME, Answer, Person, Relay


@dataclass
class Operation:
    """An operation with its coordinator and one channel; `group` is the coordinator's own MLS state."""

    relay: Relay
    coordinator: Person
    ledger: Ledger
    channel: ChannelId
    group_id: bytes
    group: Group
    log_sequence: int = 0
    log_hash: bytes = NO_HASH
    began_at: int = 0

    @property
    def path(self) -> str:
        return f"/v1/operations/{self.ledger.operation.hex()}"

    @property
    def channel_path(self) -> str:
        return f"{self.path}/channels/{self.channel.hex()}"

    @property
    def log_path(self) -> str:
        return f"{self.channel_path}/1/log"

    def blob(self) -> BlobRef:
        return new_blob(b"anything", self.relay.entropy).ref

    def entry(self, body: Body, *, time: int | None = None, ledger: Ledger | None = None) -> bytes:
        """The next entry, signed by the coordinator, not sent."""
        ledger = ledger or self.ledger
        key = self.coordinator.identity
        at = max(ledger.time, self.relay.clock.now) if time is None else time
        return sign_entry(ledger.next_entry(body, time=at, signer=key.public_key), key).encode()

    def after(self, entry: bytes) -> Ledger:
        return self.ledger.append(decode_signed_entry(entry))

    def asking(self, entry: bytes, commit: CommitToChannel | None = None) -> AppendEntry:
        """The request for `entry` with everything that has to come with it."""
        body = decode_signed_entry(entry).entry.body
        match body:
            case Admit():
                reached, number = {body.keys.account}, self.ledger.content_key.number
            case Revoke() | Replace():
                gone = {body.account} if isinstance(body, Revoke) else set()
                belonging = {one.account for one in self.ledger.members.values() if one.revoked_at is None}
                reached, number = belonging - gone, body.content_key.number
            case _:
                reached, number = set(), self.ledger.content_key.number
        wraps = tuple(WrapFor(account=account, number=number, sealed=b"key") for account in sorted(reached))
        return AppendEntry(entry=entry, commit=commit, wraps=wraps, blobs=sealed_blobs(body, number))

    async def append(self, body: Body) -> Answer:
        entry = self.entry(body)
        answer = await self.coordinator.ask("POST", f"{self.path}/ledger", self.asking(entry))
        if answer.status == 200:
            self.ledger = self.after(entry)
        return answer

    def admission(self, somebody: Person, role: Role = Role.OFFICER, *, until: int = 0) -> Admit:
        keys = somebody.enrolment(self.ledger.operation).keys
        return Admit(keys=keys, role=role, until=until, profile=self.blob())

    def revocation(self, somebody: Person) -> Revoke:
        return Revoke(
            account=somebody.account,
            identity_key=somebody.identity.public_key,
            reason=RevokeReason.LOST_KEYS,
            content_key=new_content_key(self.ledger.content_key.number + 1, self.relay.entropy).ref,
        )

    def channel_body(self, *, accounts: tuple[AccountId, ...] = ()) -> ChannelBody:
        return ChannelBody(
            channel=ChannelId(self.relay.entropy(16)),
            generation=1,
            group_id=self.relay.entropy(32),
            kind=ChannelKind.MAIN,
            roles=() if accounts else (Role.COORDINATOR, Role.OFFICER),
            accounts=accounts,
            title=self.blob(),
        )

    def anchor(self, kind: LogKind, /, *, ledger: Ledger | None = None, **changed: Any) -> bytes:
        ledger = ledger or self.ledger
        fields: dict[str, Any] = {
            "kind": kind,
            "operation": ledger.operation,
            "channel": self.channel,
            "generation": 1,
            "ledger_sequence": ledger.sequence,
            "ledger_hash": ledger.head_hash,
            "log_sequence": self.log_sequence,
            "log_hash": self.log_hash,
            "commitment": NO_HASH if kind is LogKind.COMMIT else self.relay.entropy(32),
        }
        return Anchor(**(fields | changed)).encode()

    def message(self, text: bytes = b"hello", **changed: Any) -> Publish:
        """An application message by the coordinator's device; its generation is burned."""
        anchor = self.anchor(LogKind.APPLICATION, **changed)
        self.group, message = self.group.encrypt(text, authenticated_data=anchor, entropy=self.relay.entropy)
        return Publish(send_id=SendId(self.relay.entropy(16)), kind=2, message=message)

    def staged(self, *adds: KeyPackage, ledger: Ledger | None = None, **changed: Any) -> StagedCommit:
        anchor = self.anchor(LogKind.COMMIT, ledger=ledger, **changed)
        return self.group.commit(
            adds=adds,
            authenticated_data=anchor,
            group_info_extensions=(Extension(GROUP_INFO_EXTENSION, anchor),),
            entropy=self.relay.entropy,
        )

    def publish_of(self, staged: StagedCommit) -> Publish:
        return Publish(
            send_id=SendId(self.relay.entropy(16)),
            kind=1,
            message=staged.message,
            welcome=staged.welcome,
            ratchet_tree=staged.ratchet_tree if staged.welcome else None,
        )

    async def publish(self, publish: Publish, *, by: Person | None = None) -> Answer:
        answer = await (by or self.coordinator).ask("POST", self.log_path, publish)
        if answer.status == 200:
            self.saw(self.receipt(answer))
        return answer

    def receipt(self, answer: Answer) -> Receipt:
        return verify_receipt(answer.read(Published).receipt, self.relay.receipt_key).statement

    def saw(self, receipt: Receipt) -> None:
        self.log_sequence, self.log_hash = receipt.sequence, receipt.hash

    async def commit(self, *adds: KeyPackage) -> Answer:
        """A Commit by the coordinator; its group follows when the relay takes it."""
        staged = self.staged(*adds)
        answer = await self.publish(self.publish_of(staged))
        if answer.status == 200:
            self.group = staged.group
        return answer

    async def claim(self, *accounts: AccountId, by: Person | None = None) -> tuple[KeyPackage, ...]:
        answer = await (by or self.coordinator).ask(
            "POST", f"{self.channel_path}/claims", ClaimKeyPackages(accounts=accounts)
        )
        packages = answer.read(ClaimedKeyPackages).packages
        return tuple(decode_key_package(one.key_package) for one in packages)

    async def admit(self, somebody: Person, role: Role = Role.OFFICER) -> None:
        """Into the ledger and into the group."""
        assert (await self.append(self.admission(somebody, role))).status == 200
        answer = await self.commit(*await self.claim(somebody.account))
        assert answer.status == 200, answer

    async def join(self, somebody: Person) -> Group:
        welcomes = (await somebody.ask("GET", f"{self.channel_path}/1/welcomes")).read(Welcomes).welcomes
        welcome = welcomes[0]
        return join_group(welcome.welcome, key_package=somebody.bundles[0], ratchet_tree=welcome.ratchet_tree).group

    async def log(self, *, by: Person | None = None, after: int = 0) -> LogPage:
        return (await (by or self.coordinator).ask("GET", f"{self.log_path}?after={after}")).read(LogPage)


def decode_key_package(encoded: bytes) -> KeyPackage:
    return codec.decode(encoded, KeyPackage.read)


def charter_of(relay: Relay, coordinator: Person, **changed: Any) -> Charter:
    nonce = relay.entropy(32)
    fields: dict[str, Any] = {
        "nonce": nonce,
        "coordinators": (
            creator_keys(nonce, coordinator.account, coordinator.identity, coordinator.exchange.public_key),
        ),
        "relay_key": relay.receipt_key,
        "relay_name": NAME,
        "policy": Policy(
            history=History.ALL,
            retention_days=365,
            update_interval_hours=24,
            heartbeat_seconds=300,
            two_signatures=(),
            exercise=True,
        ),
        "content_key": new_content_key(1, relay.entropy).ref,
        "plan": new_blob(b"plan", relay.entropy).ref,
        "profiles": (new_blob(b"profile", relay.entropy).ref,),
    }
    return Charter(**(fields | changed))


def founding_entry(relay: Relay, coordinator: Person, **changed: Any) -> bytes:
    charter = charter_of(relay, coordinator, **changed)
    return sign_entry(first_entry(charter, time=relay.clock.now), coordinator.identity).encode()


def sealed_blobs(body: Body, number: int) -> tuple[SealedBlob, ...]:
    """Something sealed for each blob that the entry names; the relay cannot look inside."""
    match body:
        case Charter():
            named = (body.plan, *body.profiles)
        case Admit():
            named = (body.profile,)
        case ChannelBody():
            named = (body.title,)
        case FormBody():
            named = (body.definition,)
        case _:
            named = ()
    return tuple(SealedBlob(blob=ref.blob, number=number, sealed=b"blob") for ref in named)


def founding(entry: bytes) -> CreateOperation:
    """The request for a charter with everything that has to come with it."""
    body = decode_signed_entry(entry).entry.body
    assert isinstance(body, Charter)
    wraps = tuple(WrapFor(account=keys.account, number=1, sealed=b"key") for keys in body.coordinators)
    return CreateOperation(entry=entry, wraps=wraps, blobs=sealed_blobs(body, 1))


async def found_operation(relay: Relay, coordinator: Person, **changed: Any) -> Operation:
    """A new operation of one coordinator with a main channel whose group has nobody else."""
    entry = founding_entry(relay, coordinator, **changed)
    answer = await coordinator.ask("POST", "/v1/operations", founding(entry))
    ledger = Ledger.start(decode_signed_entry(entry))
    assert answer.read(OperationHead).operation == ledger.operation
    body = ChannelBody(
        channel=ChannelId(relay.entropy(16)),
        generation=1,
        group_id=relay.entropy(32),
        kind=ChannelKind.MAIN,
        roles=(Role.COORDINATOR, Role.OFFICER, Role.ARCHIVE),
        accounts=(),
        title=new_blob(b"title", relay.entropy).ref,
    )
    group = create_group(group_id=body.group_id, key_package=coordinator.key_package(), entropy=relay.entropy)
    operation = Operation(relay, coordinator, ledger, body.channel, body.group_id, group)
    signed = operation.entry(body)
    staged = operation.staged(ledger=operation.after(signed))
    first = operation.publish_of(staged)
    commit = CommitToChannel(channel=body.channel, generation=1, send_id=first.send_id, kind=1, message=first.message)
    answer = await coordinator.ask("POST", f"{operation.path}/ledger", operation.asking(signed, commit))
    receipt = answer.read(Appended).receipt
    assert receipt is not None
    operation.ledger, operation.group = operation.after(signed), staged.group
    operation.saw(verify_receipt(receipt, relay.receipt_key).statement)
    return operation


async def enrol(operation: Operation, somebody: Person) -> Answer:
    request = somebody.enrolment(operation.ledger.operation).encode()
    return await somebody.ask("POST", f"{operation.path}/enrolments", Enrol(request=request))


def flipped(data: bytes) -> bytes:
    """With its last bit changed: a signature that is none."""
    return data[:-1] + bytes([data[-1] ^ 1])
