"""A working coordination unit: people with real keys, and entries that they really sign."""

import hashlib
from dataclasses import dataclass, field, replace

import pytest

from cencomm.ids import AccountId, ChannelId, DeviceId, OperationId
from cencomm.ledger.bodies import Admit, Body, ChannelBody, Charter, EndDevice, Policy, Replace, Restart, Revoke
from cencomm.ledger.certificate import DeviceCertificate, issue_certificate
from cencomm.ledger.content_key import BlobRef, new_blob, new_content_key
from cencomm.ledger.enrolment import EnrolmentCode, Keys, creator_keys, request_enrolment
from cencomm.ledger.entry import Cosignature, SignedEntry, cosign, first_entry, sign_entry
from cencomm.ledger.kinds import ChannelKind, EntryType, History, RestartReason, RevokeReason, Role
from cencomm.ledger.refusal import LedgerRefused
from cencomm.ledger.relay_key import RelayKey
from cencomm.ledger.replay import Ledger
from cencomm.ledger.views import LeafView
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import KeyPair, generate_key_pair

START = 1_700_000_000  # seconds; any
NOT_AFTER = START + 86_400 * 365


class CountingEntropy:
    """SHA-256 of 1, 2, 3 …: bytes that look random, never repeat and are the same in each run."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed.encode()
        self._count = 0

    def __call__(self, count: int) -> bytes:
        self._count += 1
        block = self._seed + self._count.to_bytes(8, "big")
        output = b""
        while len(output) < count:
            block = hashlib.sha256(block).digest()
            output += block
        return output[:count]


@dataclass(frozen=True)
class Device:
    certificate: DeviceCertificate
    key: SigningKey

    def leaf(self, index: int, encryption_key: bytes | None = None) -> LeafView:
        default = hashlib.sha256(b"encryption" + self.key.public_key).digest()
        return LeafView(index, self.certificate.encoded, self.key.public_key, encryption_key or default)


@dataclass(frozen=True)
class Person:
    account: AccountId
    identity: SigningKey
    exchange: KeyPair

    def device(self, number: int = 1, *, account: AccountId | None = None) -> Device:
        """The same one each time for a number. With `account`, certified as somebody else's."""
        key = SigningKey(hashlib.sha256(self.identity.seed + bytes([number])).digest())
        device = DeviceId(hashlib.sha256(self.account + bytes([number])).digest()[:16])
        certificate = issue_certificate(self.identity, account or self.account, device, key.public_key, NOT_AFTER)
        return Device(certificate, key)

    def keys(self, operation: bytes, code: EnrolmentCode) -> Keys:
        return request_enrolment(
            OperationId(operation), self.account, self.identity, self.exchange.public_key, code
        ).keys


@dataclass
class Unit:
    """The coordination unit of one operation. `ledger` is where its own entries led."""

    entropy: CountingEntropy
    creator: Person
    others: list[Person]
    relay: RelayKey
    entries: list[SignedEntry]
    ledger: Ledger
    codes: dict[AccountId, EnrolmentCode] = field(default_factory=dict)

    def person(self) -> Person:
        return person(self.entropy)

    def blob(self) -> BlobRef:
        return new_blob(b"anything", self.entropy).ref

    def sign(
        self, body: Body, *, by: Person | None = None, second: Person | None = None, time: int | None = None
    ) -> SignedEntry:
        """The next entry, not appended."""
        cosignatures: tuple[Cosignature, ...] = ()
        if second is not None:
            cosignatures = (cosign(second.identity, self.ledger.operation, body, self.entropy(16)),)
        signer = (by or self.creator).identity
        entry = self.ledger.next_entry(
            body,
            time=self.ledger.time if time is None else time,
            signer=signer.public_key,
            cosignatures=cosignatures,
        )
        return sign_entry(entry, signer)

    def append(self, signed: SignedEntry) -> Ledger:
        self.ledger = self.ledger.append(signed)
        self.entries.append(signed)
        return self.ledger

    def admission(self, somebody: Person, role: Role = Role.OFFICER) -> Admit:
        code = self.codes.setdefault(somebody.account, EnrolmentCode.generate(self.entropy))
        keys = somebody.keys(self.ledger.operation, code)
        return Admit(keys=keys, role=role, until=0, profile=self.blob())

    def admit(self, role: Role = Role.OFFICER) -> Person:
        somebody = self.person()
        second = self.others[0] if role is Role.COORDINATOR and self.others else None
        self.append(self.sign(self.admission(somebody, role), second=second))
        return somebody

    def revocation(self, somebody: Person) -> Revoke:
        return Revoke(
            account=somebody.account,
            identity_key=somebody.identity.public_key,
            reason=RevokeReason.LOST_KEYS,
            content_key=new_content_key(self.ledger.content_key.number + 1, self.entropy).ref,
        )

    def revoke(self, somebody: Person) -> Ledger:
        return self.append(self.sign(self.revocation(somebody)))

    def renewed(self, somebody: Person) -> Person:
        """The same account under new keys."""
        return replace(self.person(), account=somebody.account)

    def replacement(self, old: Person, new: Person) -> Replace:
        return Replace(
            keys=new.keys(self.ledger.operation, EnrolmentCode.generate(self.entropy)),
            replaced=old.identity.public_key,
            content_key=new_content_key(self.ledger.content_key.number + 1, self.entropy).ref,
        )

    def replace(self, somebody: Person) -> Person:
        """Who they are from now on."""
        new = self.renewed(somebody)
        self.append(self.sign(self.replacement(somebody, new)))
        return new

    def end(self, somebody: Person, number: int = 1) -> Ledger:
        """Their device of that number ends."""
        certificate = somebody.device(number).certificate
        return self.append(self.sign(EndDevice(account=somebody.account, device=certificate.device)))

    def restart_body(self, channel: ChannelId) -> Restart:
        """Both coordinators reject the Commit at log entry 8, whose sender does not show."""
        current = self.ledger.channels[channel]
        return Restart(
            channel=channel,
            old_generation=current.generation,
            old_group_id=current.group_id,
            cut_sequence=7,
            cut_hash=b"\x07" * 32,
            reason=RestartReason.REJECTED,
            generation=current.generation + 1,
            group_id=self.entropy(32),
            committer=None,
            rejecters=tuple(member.identity_key for member in self.ledger.coordinators(at=self.ledger.sequence)),
        )

    def restart(self, channel: ChannelId) -> Ledger:
        return self.append(self.sign(self.restart_body(channel)))

    def channel_body(
        self,
        *,
        kind: ChannelKind = ChannelKind.MAIN,
        roles: tuple[Role, ...] = (Role.COORDINATOR, Role.OFFICER),
        accounts: tuple[AccountId, ...] = (),
    ) -> ChannelBody:
        return ChannelBody(
            channel=ChannelId(self.entropy(16)),
            generation=1,
            group_id=self.entropy(32),
            kind=kind,
            roles=roles,
            accounts=accounts,
            title=self.blob(),
        )

    def declare(
        self, *, roles: tuple[Role, ...] = (Role.COORDINATOR, Role.OFFICER), kind: ChannelKind = ChannelKind.MAIN
    ) -> ChannelId:
        body = self.channel_body(roles=roles, kind=kind)
        self.append(self.sign(body))
        return body.channel


def person(entropy: CountingEntropy) -> Person:
    return Person(AccountId(entropy(16)), SigningKey.generate(entropy), generate_key_pair(entropy))


def charter_of(
    coordinators: list[Person],
    entropy: CountingEntropy,
    relay: RelayKey,
    *,
    exercise: bool = False,
    history: History = History.ALL,
    two_signatures: tuple[EntryType, ...] = (),
) -> Charter:
    nonce = entropy(32)
    creator = coordinators[0]
    own = creator_keys(nonce, creator.account, creator.identity, creator.exchange.public_key)
    invited = [other.keys(nonce, EnrolmentCode.generate(entropy)) for other in coordinators[1:]]
    return Charter(
        nonce=nonce,
        coordinators=(own, *invited),
        relay_key=relay.public_key,
        relay_name="relay.example.org",
        policy=Policy(
            history=history,
            retention_days=365,
            update_interval_hours=24,
            heartbeat_seconds=300,
            two_signatures=two_signatures,
            exercise=exercise,
        ),
        content_key=new_content_key(1, entropy).ref,
        plan=new_blob(b"plan", entropy).ref,
        profiles=tuple(new_blob(b"profile", entropy).ref for _ in coordinators),
    )


def found(
    *,
    coordinators: int = 2,
    seed: str = "",
    exercise: bool = False,
    history: History = History.ALL,
    two_signatures: tuple[EntryType, ...] = (),
) -> Unit:
    """An operation of so many coordinators, with its charter only."""
    entropy = CountingEntropy(seed)
    people = [person(entropy) for _ in range(coordinators)]
    relay = RelayKey.generate(entropy)
    charter = charter_of(people, entropy, relay, exercise=exercise, history=history, two_signatures=two_signatures)
    signed = sign_entry(first_entry(charter, time=START), people[0].identity)
    return Unit(entropy, people[0], people[1:], relay, [signed], Ledger.start(signed))


def refuse(ledger: Ledger, signed: SignedEntry, rule: str, sentence: str) -> None:
    """`ledger` refuses `signed` by that rule, and stays what it was."""
    before = _contents(ledger)

    with pytest.raises(LedgerRefused, match=sentence) as refused:
        ledger.append(signed)

    assert refused.value.rule == rule
    assert _contents(ledger) == before


def _contents(ledger: Ledger) -> tuple[object, ...]:
    """Copies, so that a map changed in place would show."""
    membership = ledger.membership
    maps = (membership.identities, membership.accounts, membership.ended_devices, ledger.channels, ledger.spent)
    return ledger.pin, ledger.content_key, membership.unit, *(dict(one) for one in maps)
