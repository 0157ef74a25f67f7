"""Commits that follow on Vera's entry, each by itself: what any member may do, and what nobody may (C1 to C6, C10)."""

from collections.abc import Iterator
from dataclasses import replace

from cencomm.ids import ChannelId
from cencomm.ledger.certificate import issue_certificate
from cencomm.ledger.log import LogKind
from cencomm.mls.extension import Extension
from cencomm.mls.group import StagedCommit
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.proposal import GroupContextExtensions
from tests.unit.ledger.people import NOT_AFTER, Device
from tests.vectors.channel.crew import Crew
from tests.vectors.channel.story import Cast, copy_of_vera

Case = tuple[str, bytes]


def commits(cast: Cast) -> Iterator[Case]:
    """Each as it would be log entry `entered` + 1; the ledger grows as they are made."""
    crew, ana = cast.crew, cast.ana
    yield "a Commit that renews keys", crew.commit(ana).message
    yield "a Commit that adds who was admitted", adding(cast, cast.zoe.bundle.key_package).message
    foreign = crew.commit(ana, anchored=lambda anchor: replace(anchor, log_hash=b"\x01" * 32))
    yield "L4 another log in a Commit decides nothing", foreign.message
    yield from _broken(cast)
    yield from _anchors(cast)
    yield from _outsiders(cast)
    yield from _rights(cast)
    yield from _revoked(cast)


def adding(cast: Cast, *packages: KeyPackage) -> StagedCommit:
    return cast.crew.commit(cast.ana, adds=packages)


def _broken(cast: Cast) -> Iterator[Case]:
    crew, ana = cast.crew, cast.ana
    honest = crew.commit(ana).message
    yield "a membership tag that nobody made", honest[:-1] + bytes([honest[-1] ^ 1])
    yield "bytes that are nothing", b"no MLSMessage"
    yield "a Commit of the epoch before", cast.added.message
    context = crew.commit(ana, proposals=[GroupContextExtensions((Extension(0xF0CE, b""),))])
    yield "C2 a proposal that the product does not use", context.message


def _anchors(cast: Cast) -> Iterator[Case]:
    crew, ana = cast.crew, cast.ana
    ledger = crew.ledger
    yield (
        "C1 another channel's anchor",
        crew.commit(ana, anchored=lambda anchor: replace(anchor, channel=ChannelId(b"\x02" * 16))).message,
    )
    yield "C1 another generation's", crew.commit(ana, anchored=lambda anchor: replace(anchor, generation=2)).message
    yield (
        "C1 the anchor of a message",
        crew.commit(ana, anchored=lambda anchor: replace(anchor, kind=LogKind.APPLICATION)).message,
    )
    yield (
        "C1 a log view before the epoch",
        crew.commit(ana, anchored=lambda anchor: replace(anchor, log_sequence=1, log_hash=crew.hashes[1])).message,
    )
    yield (
        "C3 another ledger",
        crew.commit(ana, anchored=lambda anchor: replace(anchor, ledger_hash=b"\x03" * 32)).message,
    )
    before = ledger.sequence - 1
    yield (
        "C4 an older ledger than that of the Commit before",
        crew.commit(
            ana, anchored=lambda anchor: replace(anchor, ledger_sequence=before, ledger_hash=ledger.hashes[before])
        ).message,
    )


def _outsiders(cast: Cast) -> Iterator[Case]:
    crew, zoe = cast.crew, cast.zoe
    stranger = crew.unit.person()
    yield "C6 an outsider is added", adding(cast, crew.key_package(stranger.device()).key_package).message
    named = zoe.person.device(2, account=cast.carla.person.account)
    yield "C6 a device that calls itself another account's", adding(cast, crew.key_package(named).key_package).message
    borrowed = Device(zoe.device.certificate, stranger.device().key)
    yield "C5 a certificate over another key", adding(cast, crew.key_package(borrowed).key_package).message
    yield "C5 six devices of one identity", adding(cast, *_devices(crew, cast, 6)).message
    key = zoe.person.device(2).key
    twice = issue_certificate(
        zoe.person.identity, zoe.person.account, zoe.device.certificate.device, key.public_key, NOT_AFTER
    )
    packages = zoe.bundle.key_package, crew.key_package(Device(twice, key)).key_package
    yield "C5 one device under two keys", adding(cast, *packages).message


def _devices(crew: Crew, cast: Cast, count: int) -> list[KeyPackage]:
    return [crew.key_package(cast.zoe.person.device(number)).key_package for number in range(1, count + 1)]


def _rights(cast: Cast) -> Iterator[Case]:
    crew, ana = cast.crew, cast.ana
    second = replace(cast.vera, group=copy_of_vera(cast))
    yield "C6 an officer removes who is entitled", crew.commit(ana, removes=[cast.otto.inside.own_leaf]).message
    yield "C6 an officer removes the reader", crew.commit(ana, removes=[second.inside.own_leaf]).message
    yield "a coordinator removes the reader", crew.commit(cast.carla, removes=[second.inside.own_leaf]).message
    yield "a coordinator removes who is entitled", crew.commit(cast.carla, removes=[cast.otto.inside.own_leaf]).message
    yield "C10 a Commit of the reader's own leaf that she did not make", crew.commit(second).message


def _revoked(cast: Cast) -> Iterator[Case]:
    crew, ana, unit = cast.crew, cast.ana, cast.crew.unit
    before = crew.ledger
    unit.end(cast.zoe.person)
    yield "C6 a device that ended is added", adding(cast, cast.zoe.bundle.key_package).message
    unit.revoke(cast.otto.person)
    yield "C4 a removal is forgotten", crew.commit(ana).message
    yield "C6 who was revoked commits", crew.commit(cast.otto).message
    yield "C3 no newer knowledge enters", crew.commit(ana, ledger=before).message
    yield "a removal is carried out", crew.commit(ana, removes=[cast.otto.inside.own_leaf]).message
