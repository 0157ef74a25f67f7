"""Nobody's key package, refusal or half-made channel keeps the ledger from being carried out for the others."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.account.device import OwnDevice, new_device
from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.enacting import Renewal, difference, stage_what_fits
from cencomm.client.channel.key_packages import CLOCK_SKEW_SECONDS, LIFETIME_SECONDS, make_bundle
from cencomm.client.channel.newcomers import usable_packages
from cencomm.client.channel.posting import resume, send, waiting
from cencomm.client.channel.session import ChannelSession
from cencomm.client.operation import coordination, enrolling
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.reports import Reports
from cencomm.client.transport.errors import NoAnswer
from cencomm.client.unit import act, admission, declaring, revocation
from cencomm.client.watch import catch_up
from cencomm.errors import Unavailable
from cencomm.forms.form import Form
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION
from cencomm.ledger.bodies import EndDevice
from cencomm.ledger.certificate import issue_certificate
from cencomm.ledger.entry import sign_entry
from cencomm.ledger.kinds import ChannelKind, RevokeReason, Role
from cencomm.ledger.log import LogKind
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE
from cencomm.mls.cipher_suite import suite_of
from cencomm.mls.credential import BasicCredential
from cencomm.mls.enumeration import ProtocolVersion
from cencomm.mls.extension import encode_extensions
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.leaf_node import Capabilities, LeafContent, Lifetime, sign_key_package_leaf
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import generate_key_pair
from cencomm.secret import system_entropy
from cencomm.wire.devices import ClaimKeyPackages, PutKeyPackages, RegisterDevice
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.errors import STATUS, Error, ErrorAnswer, ErrorCode
from cencomm.wire.log import Publish
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of
from tests.scenarios.people import NOW, Person, Place, admit, draft, found, person, profile
from tests.scenarios.test_two_officers import SEIZURE, break_the_line, publishes

ANCHORED = Capabilities(cipher_suites=(SUITE,), extensions=(GROUP_INFO_EXTENSION,))


@pytest.fixture
async def mallory(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """Holds a letter, and a program of their own that makes key packages."""
    async with person(server.url, tmp_path / "mallory", "Mallory", reports) as one:
        yield one


def session_of(somebody: Person, place: Place) -> ChannelSession:
    return somebody.mailbox.sessions[(place.operation, place.channel)]


def accounts_in(somebody: Person, place: Place) -> set[bytes]:
    verify = somebody.mailbox.certificates.verify
    return {verify(leaf.credential).account for leaf in session_of(somebody, place).leaves()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What Mallory's program puts into a key package, all of it well signed."""

    device: OwnDevice
    encryption_key: bytes
    init_key: bytes
    capabilities: Capabilities = ANCHORED

    def package(self) -> KeyPackage:
        suite = suite_of(SUITE)
        leaf = sign_key_package_leaf(
            suite,
            self.device.signing_key,
            LeafContent(
                credential=BasicCredential(self.device.certificate), capabilities=self.capabilities, extensions=()
            ),
            encryption_key=self.encryption_key,
            lifetime=Lifetime(NOW - CLOCK_SKEW_SECONDS, NOW + LIFETIME_SECONDS),
        )
        honest = make_bundle(self.device, now=NOW, last_resort=False, entropy=system_entropy).key_package
        unsigned = ProtocolVersion.MLS10.encode() + SUITE.to_bytes(2, "big")
        unsigned += bytes([len(self.init_key)]) + self.init_key + leaf.encode() + encode_extensions(())
        return replace(
            honest,
            init_key=self.init_key,
            leaf_node=leaf,
            signature=suite.sign_with_label(self.device.signing_key, b"KeyPackageTBS", unsigned),
            unsigned=unsigned,
        )


def fresh(device: OwnDevice) -> Recipe:
    return Recipe(
        device=device,
        encryption_key=generate_key_pair(system_entropy).public_key,
        init_key=generate_key_pair(system_entropy).public_key,
    )


async def publish_from_another_device(somebody: Person, change: Callable[[Recipe], Recipe]) -> None:
    """Beside the honest device, one whose only key package is made by the changed recipe."""
    device = new_device(somebody.mailbox.identity, now=NOW, entropy=system_entropy)
    await somebody.mailbox.relay.register_device(RegisterDevice(certificate=device.certificate))
    package = change(fresh(device)).package()
    await somebody.mailbox.relay.put_key_packages(device.device, PutKeyPackages(one_time=(package.encode(),)))


async def invite_and_enrol(carla: Person, somebody: Person, place: Place) -> None:
    letter = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(somebody, "KE"))
    await enrolling.enrol(somebody.mailbox, letter)


async def test_a_key_package_with_a_members_leaf_key_blocks_neither_admissions_nor_revocations(
    carla: Person, ana: Person, bob: Person, mallory: Person, forms: Mapping[str, Form]
) -> None:
    """Ana's leaf key is public in the tree. In Mallory's key package it would make any Commit with it invalid."""
    place = await found(carla, forms["seizure"])
    await admit(carla, ana, place, "FR")
    own = session_of(ana, place).group.own_leaf
    (stolen,) = [leaf.encryption_key for leaf in session_of(carla, place).leaves() if leaf.index == own]
    await publish_from_another_device(mallory, lambda recipe: replace(recipe, encryption_key=stolen))
    for somebody in (mallory, bob):
        await invite_and_enrol(carla, somebody, place)

    await admission.admit_waiting(carla.mailbox, place.operation)
    await revocation.revoke(carla.mailbox, place.operation, ana.account, RevokeReason.MISUSE)
    await catch_up(bob.mailbox)

    assert accounts_in(carla, place) == {carla.account, bob.account, mallory.account}  # Mallory's honest device
    await send(carla.mailbox, place.operation, place.channel, draft(place, SEIZURE))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda recipe: replace(recipe, encryption_key=bytes(32)), id="a leaf key of small order"),
        pytest.param(lambda recipe: replace(recipe, init_key=bytes(32)), id="an init key of small order"),
        pytest.param(lambda recipe: replace(recipe, init_key=b"short"), id="an init key that is none"),
        pytest.param(lambda recipe: replace(recipe, init_key=recipe.encryption_key), id="one key for both"),
        pytest.param(
            lambda recipe: replace(recipe, capabilities=Capabilities(cipher_suites=(SUITE,))), id="no anchor extension"
        ),
        pytest.param(lambda recipe: replace(recipe, capabilities=Capabilities(cipher_suites=(1,))), id="another suite"),
    ],
)
async def test_a_key_package_that_would_break_the_commit_is_left_out(
    change: Callable[[Recipe], Recipe], carla: Person, bob: Person, place: Place
) -> None:
    assert bob.account in accounts_in(carla, place)
    device = new_device(bob.mailbox.identity, now=NOW, entropy=system_entropy)

    assert usable(carla, place, fresh(device).package())
    assert not usable(carla, place, change(fresh(device)).package())


async def test_a_device_is_added_once(carla: Person, bob: Person, place: Place) -> None:
    device = new_device(bob.mailbox.identity, now=NOW, entropy=system_entropy)

    assert len(usable(carla, place, fresh(device).package(), fresh(device).package())) == 1
    assert not usable(carla, place, fresh(bob.mailbox.device).package())
    key = SigningKey.generate(system_entropy)
    identity = bob.mailbox.identity
    certificate = issue_certificate(identity.signing_key, bob.account, device.device, key.public_key, NOW + 1000)
    certified_anew = OwnDevice(device.device, key, certificate.encoded)
    assert len(usable(carla, place, fresh(device).package(), fresh(certified_anew).package())) == 1


async def test_nobody_gets_more_than_five_leaves(carla: Person, bob: Person, place: Place) -> None:
    devices = [new_device(bob.mailbox.identity, now=NOW, entropy=system_entropy) for _ in range(6)]

    assert len(usable(carla, place, *(fresh(device).package() for device in devices))) == 4  # and the one in the tree


async def test_two_newcomers_cannot_share_a_key(carla: Person, bob: Person, place: Place) -> None:
    one, two = (fresh(new_device(bob.mailbox.identity, now=NOW, entropy=system_entropy)) for _ in range(2))
    two = replace(two, encryption_key=one.encryption_key)

    assert len(usable(carla, place, one.package(), two.package())) == 1


def usable(judge: Person, place: Place, *packages: KeyPackage) -> list[KeyPackage]:
    return usable_packages(
        [package.encode() for package in packages],
        session_of(judge, place),
        judge.mailbox.operation(place.operation).ledger,
        removes=(),
        now=NOW,
        certificates=judge.mailbox.certificates,
    )


async def test_removals_do_not_wait_for_an_add_that_fails(
    carla: Person, bob: Person, ana: Person, place: Place
) -> None:
    """Even for one that nobody foresaw: here a second package of a device that is in the tree."""
    await revoke_and_do_not_enact(carla, bob, place)
    bad = fresh(ana.mailbox.device).package()
    own = session_of(bob, place).group.own_leaf

    staged = staged_by(carla, place, adds=(bad,), removes=(own,))

    assert staged is not None
    assert staged.staged is not None
    assert own not in {index for index, _ in staged.staged.group.leaves()}


async def test_an_add_that_fails_does_not_keep_out_the_others(carla: Person, ana: Person, place: Place) -> None:
    bad = fresh(ana.mailbox.device).package()
    good = fresh(new_device(ana.mailbox.identity, now=NOW, entropy=system_entropy)).package()

    staged = staged_by(carla, place, adds=(bad, good), removes=())

    assert staged is not None
    assert staged.staged is not None
    assert good.leaf_node in {leaf for _, leaf in staged.staged.group.leaves()}
    assert staged_by(carla, place, adds=(bad,), removes=()) is None


async def test_who_is_let_in_again_goes_only_as_they_come(
    carla: Person, ana: Person, bob: Person, place: Place
) -> None:
    """C6: beside a key package with which no Commit is valid, and whoever commits: a coordinator may remove anybody."""
    bad = fresh(ana.mailbox.device).package()
    own = session_of(bob, place).group.own_leaf
    package = fresh(bob.mailbox.device).package()

    staged = staged_by(carla, place, adds=(bad,), removes=(), again=(Renewal(own, package),))

    assert staged is not None
    assert staged.staged is not None
    leaves = [leaf for _, leaf in staged.staged.group.leaves()]
    assert package.leaf_node in leaves
    assert len(leaves) == len(list(session_of(carla, place).leaves()))


def staged_by(
    somebody: Person,
    place: Place,
    *,
    adds: tuple[KeyPackage, ...],
    removes: tuple[int, ...],
    again: tuple[Renewal, ...] = (),
) -> ChannelSession | None:
    return stage_what_fits(
        session_of(somebody, place),
        somebody.mailbox.operation(place.operation).ledger,
        adds=adds,
        removes=removes,
        again=again,
        certificates=somebody.mailbox.certificates,
        entropy=system_entropy,
    )


@pytest.mark.parametrize(
    ("code", "quiet"),
    [(ErrorCode.REFUSED, False), (ErrorCode.NOT_FOUND, False), (ErrorCode.TOO_MANY, True), (ErrorCode.MALFORMED, True)],
)
async def test_a_refused_claim_delays_no_revocation(
    code: ErrorCode,
    quiet: bool,  # noqa: FBT001 (a parameter of the table above)
    carla: Person,
    ana: Person,
    bob: Person,
    mallory: Person,
    place: Place,
    server: LoopbackRelay,
    tmp_path: Path,
    reports: Reports,
) -> None:
    """The relay refuses whoever claims for Mallory; a quota that is used up keeps Eve out too, for now."""

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.endswith("/claims"):
            return await handler(request)
        if mallory.account not in decode_document(await body_of(request), ClaimKeyPackages).accounts:
            return await handler(request)
        answer = ErrorAnswer(error=Error(code=code, message="no"))
        return web.Response(status=STATUS[code], body=encode_document(answer), content_type="application/json")

    async with person(server.url, tmp_path / "eve", "Eve", reports) as eve:
        for somebody in (mallory, eve):
            await invite_and_enrol(carla, somebody, place)
        server.meddle = refuse
        await admission.admit_waiting(carla.mailbox, place.operation)
        await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.MISUSE)

        admitted = set() if quiet else {eve.account}
        assert accounts_in(carla, place) == {carla.account, ana.account} | admitted


async def test_a_refused_removal_of_somebody_else_keeps_the_message(
    carla: Person, ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    """Ana writes while Bob's removal is due; the relay refuses every Commit."""
    await revoke_and_do_not_enact(carla, bob, place)
    await catch_up(ana.mailbox)

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if publishes(request) and decode_document(await body_of(request), Publish).kind == LogKind.COMMIT:
            answer = ErrorAnswer(error=Error(code=ErrorCode.REFUSED, message="no"))
            return web.Response(
                status=STATUS[ErrorCode.REFUSED], body=encode_document(answer), content_type="application/json"
            )
        return await handler(request)

    server.meddle = refuse
    with pytest.raises(Unavailable, match="come before the message"):
        await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    assert len(await waiting(ana.mailbox)) == 1

    server.meddle = None
    (done,) = await resume(ana.mailbox)
    assert isinstance(done, Sent)


async def test_a_channel_that_never_came_to_be_delays_no_revocation(
    carla: Person, ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    """The line broke three times while Carla opened a channel: its entry never arrived, its session stayed."""

    async def refuse_entries(request: web.Request, handler: Handler) -> web.StreamResponse:
        arrives = request.method == "POST" and request.path.endswith("/ledger")
        return await (break_the_line(request) if arrives else handler(request))

    server.meddle = refuse_entries
    for _ in range(3):
        with pytest.raises(NoAnswer):
            await declaring.open_channel(
                carla.mailbox,
                place.operation,
                kind=ChannelKind.BILATERAL,
                title=b"{}",
                accounts=(ana.account, carla.account),
            )
    assert len(carla.mailbox.sessions) == 4
    server.meddle = None
    await carla.restart()

    await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.MISUSE)

    assert accounts_in(carla, place) == {carla.account, ana.account}
    assert carla.mailbox.sessions.keys() == {(place.operation, place.channel)}
    assert not [key for key, _ in await carla.vault.scan("channel/") if place.channel.hex() not in key]


async def test_a_leaf_of_an_ended_device_is_not_its_members_presence(carla: Person, bob: Person, place: Place) -> None:
    """So that the member's next device is looked for in the same Commit that removes the ended one."""
    mailbox, session = carla.mailbox, session_of(carla, place)
    ledger = mailbox.operation(place.operation).ledger
    assert bob.account not in difference(session, ledger, mailbox.certificates).absent
    body = EndDevice(account=bob.account, device=bob.mailbox.device.device)
    entry = ledger.next_entry(body, time=NOW, signer=mailbox.identity.identity_key)

    ended = ledger.append(sign_entry(entry, mailbox.identity.signing_key))

    assert difference(session, ended, mailbox.certificates).absent == (bob.account,)


async def revoke_and_do_not_enact(coordinator: Person, somebody: Person, place: Place) -> None:
    def propose(known: Operation) -> Proposal:
        return coordination.revoke(known, somebody.account, reason=RevokeReason.MISUSE, entropy=system_entropy)

    await act.act(coordinator.mailbox, place.operation, propose)
