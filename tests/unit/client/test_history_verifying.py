"""What a reader of history believes: the log, and of a server only what the log committed to (H1, H2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType

import pytest

from cencomm.client.events import ControlDelivered, MessageDelivered, Quarantined, Reason
from cencomm.client.history.attendance import Span
from cencomm.client.history.errors import AnswerRefused
from cencomm.client.history.fetching import judge_chunk, pair, require_next
from cencomm.client.history.outline import LoggedEntry
from cencomm.client.history.request import Asked
from cencomm.client.history.verifying import Outline, Verdict, judge_item
from cencomm.forms.control import Control, ControlKind, sign_control
from cencomm.forms.envelope import Body, Envelope, sign_envelope
from cencomm.forms.payload import Signed, commitment
from cencomm.ids import NO_HASH, AccountId, BlobId, ChannelId, DeviceId, MessageId, RequestId
from cencomm.ledger.anchor import Anchor, decode_anchor
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.history import HistoryRefused
from cencomm.ledger.history_chunk import ChunkHeader, make_chunk, verify_chunk
from cencomm.ledger.history_items import Absent, Item, Missing, Opened
from cencomm.ledger.kinds import Role
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import LedgerBehind
from cencomm.primitives.x25519 import generate_key_pair
from tests.unit.ledger.people import CountingEntropy, Person, Unit, found

SALT = b"s" * 32
NOTHING: Mapping[str, object] = MappingProxyType({})
REQUEST = RequestId(b"r" * 16)


@dataclass
class World:
    """A channel: entry 1 is the Commit of its first epoch, 2 to 4 are messages by Ana, 5 a Commit."""

    unit: Unit
    channel: ChannelId
    ana: Person
    archive: Person
    reader: Person
    outline: Outline
    items: dict[int, Opened]

    def judged(self, item: Opened) -> Verdict:
        (entry,) = self.outline.between(item.sequence, item.sequence)
        return judge_item(item, entry, self.outline, self.unit.ledger, CertificateMemo(), self.reader.account)

    def wrong(self, item: Opened) -> Reason:
        verdict = self.judged(item)
        assert isinstance(verdict, Quarantined)
        assert verdict.detail.startswith("history: ")
        return verdict.reason

    def with_entry(self, entry: LoggedEntry) -> "World":
        entries = tuple(entry if one.sequence == entry.sequence else one for one in self.outline.entries)
        return replace(self, outline=replace(self.outline, entries=entries))

    def entry(self, sequence: int) -> LoggedEntry:
        return self.outline.between(sequence, sequence)[0]


def hash_of(sequence: int) -> bytes:
    return sha256(bytes([sequence])).digest()


def envelope(unit: Unit, channel: ChannelId, ana: Person, number: int) -> Envelope:
    return Envelope(
        message=MessageId(bytes([number]) * 16),
        operation=unit.ledger.operation,
        channel=channel,
        author=ana.device().certificate.hash,
        ledger_sequence=unit.ledger.sequence,
        ledger_hash=unit.ledger.head_hash,
        form=BlobId(bytes(16)),
        form_hash=NO_HASH,
        reply_to=None,
        body=Body(values={"case_ref": f"case {number}"}, language="en", written_at=1),
    )


def logged(unit: Unit, channel: ChannelId, sequence: int, signed: Signed | None) -> LoggedEntry:
    kind = LogKind.COMMIT if signed is None else LogKind.APPLICATION
    began = sequence - 1 if kind is LogKind.COMMIT else 1
    anchor = Anchor(
        kind=kind,
        operation=unit.ledger.operation,
        channel=channel,
        generation=1,
        ledger_sequence=unit.ledger.sequence,
        ledger_hash=unit.ledger.head_hash,
        log_sequence=began,
        log_hash=hash_of(began) if began else NO_HASH,
        commitment=NO_HASH if signed is None else commitment(SALT, signed),
    )
    return LoggedEntry(sequence=sequence, kind=kind, epoch=1, log_hash=hash_of(sequence), anchor=anchor.encode())


@pytest.fixture
def world() -> World:
    unit = found()
    channel = unit.declare(roles=(Role.COORDINATOR, Role.OFFICER, Role.ARCHIVE))
    ana, archive, reader = unit.admit(), unit.admit(Role.ARCHIVE), unit.admit()
    device = ana.device()
    signed = {number: sign_envelope(envelope(unit, channel, ana, number), device.key) for number in (2, 3, 4)}
    entries = [logged(unit, channel, sequence, signed.get(sequence)) for sequence in range(1, 6)]
    items = {
        number: Opened(sequence=number, certificate=device.certificate.encoded, salt=SALT, signed=one.encode())
        for number, one in signed.items()
    }
    outline = Outline(unit.ledger.operation, channel, 1, tuple(entries))
    return World(unit, channel, ana, archive, reader, outline, items)


def test_what_the_log_committed_to_is_the_authors_message(world: World) -> None:
    verdict = world.judged(world.items[2])

    assert isinstance(verdict, MessageDelivered)
    assert (verdict.account, verdict.place.sequence, verdict.place.log_hash) == (world.ana.account, 2, hash_of(2))
    assert (verdict.own, verdict.author_revoked) == (False, False)


def test_who_has_left_since_is_marked_c12(world: World) -> None:
    world.unit.revoke(world.ana)

    verdict = world.judged(world.items[2])

    assert isinstance(verdict, MessageDelivered)
    assert verdict.author_revoked


def test_ones_own_words_from_before_a_reset_are_ones_own(world: World) -> None:
    """The account goes on under new keys (`replace`), and is given again what it said under the old ones."""
    again = replace(world, reader=world.unit.replace(world.ana))

    verdict = again.judged(world.items[2])

    assert isinstance(verdict, MessageDelivered)
    assert (verdict.own, verdict.author_revoked) == (True, False)


def test_an_altered_message_is_set_aside_h2(world: World) -> None:
    item = world.items[2]

    assert world.wrong(replace(item, signed=item.signed.replace(b"case 2", b"case 9"))) is Reason.BAD_COMMITMENT
    assert world.wrong(replace(item, salt=bytes(32))) is Reason.BAD_COMMITMENT


def test_a_message_in_the_place_of_another_is_set_aside_h2(world: World) -> None:
    assert world.wrong(replace(world.items[2], sequence=3)) is Reason.BAD_COMMITMENT


def test_what_is_neither_envelope_nor_control_message_is_set_aside_h2(world: World) -> None:
    assert world.wrong(replace(world.items[2], signed=b"?")) is Reason.BAD_PAYLOAD


def test_a_message_under_another_members_certificate_is_set_aside_s8(world: World) -> None:
    other = world.reader.device().certificate.encoded

    assert world.wrong(replace(world.items[2], certificate=other)) is Reason.BAD_SIGNATURE


def test_a_message_by_somebody_who_was_not_in_the_channel_then_is_set_aside_c12(world: World) -> None:
    """An insider logs what a later member signed, or one who was never admitted: the log commits to it all the same."""
    for stranger in (world.unit.person(), world.unit.admit()):
        said = replace(
            envelope(world.unit, world.channel, stranger, 2),
            ledger_sequence=world.unit.ledger.sequence,
            ledger_hash=world.unit.ledger.head_hash,
        )
        signed = sign_envelope(said, stranger.device().key)
        entry = world.entry(2)
        forged = replace(entry, anchor=logged(world.unit, world.channel, 2, signed).anchor)
        item = Opened(sequence=2, certificate=stranger.device().certificate.encoded, salt=SALT, signed=signed.encode())

        assert world.with_entry(forged).wrong(item) is Reason.NOT_THE_AUTHOR


def test_a_message_by_a_device_that_had_ended_is_set_aside_c5(world: World) -> None:
    world.unit.end(world.ana)
    later = world.with_entry(logged(world.unit, world.channel, 1, None))

    assert later.wrong(world.items[2]) is Reason.NOT_THE_AUTHOR


def test_a_message_written_for_another_channel_is_set_aside_s8(world: World) -> None:
    elsewhere = world.unit.declare()
    signed = sign_envelope(envelope(world.unit, elsewhere, world.ana, 2), world.ana.device().key)
    moved = world.with_entry(logged(world.unit, world.channel, 2, signed))

    assert moved.wrong(replace(world.items[2], signed=signed.encode())) is Reason.WRONG_CHANNEL


def test_a_message_that_names_another_author_than_its_signer_is_set_aside_s8(world: World) -> None:
    said = replace(envelope(world.unit, world.channel, world.ana, 2), author=bytes(32))
    signed = sign_envelope(said, world.ana.device().key)
    posing = world.with_entry(logged(world.unit, world.channel, 2, signed))

    assert posing.wrong(replace(world.items[2], signed=signed.encode())) is Reason.NOT_THE_AUTHOR


def test_a_message_whose_author_saw_another_ledger_is_set_aside_l4(world: World) -> None:
    said = replace(envelope(world.unit, world.channel, world.ana, 2), ledger_hash=bytes(32))
    signed = sign_envelope(said, world.ana.device().key)
    foreign = world.with_entry(logged(world.unit, world.channel, 2, signed))

    assert foreign.wrong(replace(world.items[2], signed=signed.encode())) is Reason.FOREIGN_LEDGER


def test_an_entry_whose_anchor_is_of_another_log_is_set_aside_c1(world: World) -> None:
    entry = world.entry(2)

    assert world.with_entry(replace(entry, anchor=b"")).wrong(world.items[2]) is Reason.BAD_ANCHOR
    seen = replace(world.entry(1), log_hash=hash_of(9))
    assert world.with_entry(seen).wrong(world.items[2]) is Reason.FOREIGN_LOG


def test_an_epoch_that_began_on_more_of_the_ledger_than_is_here_is_not_judged_yet_c3(world: World) -> None:
    """A relay that withholds entries: nothing is said about the message, and nobody is blamed."""
    anchor = replace(decode_anchor(world.entry(1).anchor), ledger_sequence=world.unit.ledger.sequence + 1)
    later = world.with_entry(replace(world.entry(1), anchor=anchor.encode()))

    with pytest.raises(LedgerBehind):
        later.judged(world.items[2])


def test_a_control_message_is_none_of_the_members_words(world: World) -> None:
    said = envelope(world.unit, world.channel, world.ana, 2)
    control = Control(
        kind=ControlKind.HEARTBEAT,
        message=said.message,
        operation=said.operation,
        channel=said.channel,
        author=said.author,
        ledger_sequence=said.ledger_sequence,
        ledger_hash=said.ledger_hash,
        written_at=1,
        body=b"",
    )
    signed = sign_control(control, world.ana.device().key)
    beat = world.with_entry(logged(world.unit, world.channel, 2, signed))

    assert isinstance(beat.judged(replace(world.items[2], signed=signed.encode())), ControlDelivered)


class TestEveryEntryIsAnswered:
    def test_each_message_has_its_answer_and_commits_have_none(self, world: World) -> None:
        items: list[Item] = [world.items[2], Absent(3, Missing.NOT_HELD), world.items[4]]

        pairs = list(pair(world.outline.between(2, 5), items))

        assert [entry.sequence for entry, _ in pairs] == [2, 3, 4]

    def test_an_entry_that_is_left_out_is_noticed_h2(self, world: World) -> None:
        with pytest.raises(HistoryRefused, match="leaves out entry 3"):
            list(pair(world.outline.between(2, 5), [world.items[2], world.items[4]]))

    def test_a_message_in_the_place_of_a_commit_is_noticed_h2(self, world: World) -> None:
        added = [*world.items.values(), replace(world.items[4], sequence=5)]

        with pytest.raises(HistoryRefused, match="is a Commit"):
            list(pair(world.outline.between(2, 5), added))

    def test_a_message_that_the_log_does_not_hold_is_noticed_h2(self, world: World) -> None:
        added = [*world.items.values(), replace(world.items[4], sequence=9)]

        with pytest.raises(HistoryRefused, match="adds entry 9"):
            list(pair(world.outline.between(2, 5), added))


class TestChunk:
    def judge(self, world: World, changed: Mapping[str, object] = NOTHING, *, by: Person | None = None) -> None:
        key = generate_key_pair(CountingEntropy("one-time"))
        reader, server = world.reader.device().certificate, (by or world.archive).device()
        honest = ChunkHeader(
            operation=world.unit.ledger.operation,
            channel=world.channel,
            generation=1,
            request=REQUEST,
            account=reader.account,
            device=reader.device,
            number=1,
            first=3,
            last=4,
            is_last=True,
        )
        header = replace(honest, **changed)  # type: ignore[arg-type]  # fields by name
        chunk = make_chunk(
            header,
            [],
            public_key=key.public_key,
            certificate=server.certificate,
            device=server.key,
            entropy=CountingEntropy("chunk"),
        )
        asked = Asked(
            request=REQUEST,
            operation=world.unit.ledger.operation,
            channel=world.channel,
            generation=1,
            span=Span(2, 4),
            private_key=key.private_key,
            sent=True,
            taken=1,
            following=3,
            messages=1,
            wrong=0,
            missing=0,
        )
        require_next(verify_chunk(chunk), asked, world.unit.ledger, reader.account)
        judge_chunk(verify_chunk(chunk), asked, world.unit.ledger, device=reader.device)

    def test_the_next_part_is_taken_from_archive_and_coordinators(self, world: World) -> None:
        self.judge(world)
        self.judge(world, by=world.unit.creator)

    @pytest.mark.parametrize(
        "changed",
        [
            {"channel": ChannelId(b"x" * 16)},
            {"device": DeviceId(b"x" * 16)},
            {"generation": 2},
            {"first": 1},
            {"last": 9, "is_last": False},
            {"last": 3},
            {"is_last": False},
        ],
        ids=str,
    )
    def test_a_server_that_answers_for_another_place_is_refused_h2(
        self, changed: dict[str, object], world: World
    ) -> None:
        """Also what goes beyond the request, so beyond what was judged to be open (H1)."""
        with pytest.raises(HistoryRefused):
            self.judge(world, changed)

    @pytest.mark.parametrize(
        "changed",
        [
            {"request": RequestId(b"x" * 16)},
            {"account": AccountId(b"x" * 16)},
            {"first": 4},
            {"first": 2, "last": 2, "is_last": False},
        ],
        ids=str,
    )
    def test_what_does_not_follow_is_the_relays_doing_h2(self, changed: dict[str, object], world: World) -> None:
        with pytest.raises(AnswerRefused):
            self.judge(world, changed)

    def test_a_stranger_is_the_relays_doing_h2(self, world: World) -> None:
        with pytest.raises(AnswerRefused, match="never was a member"):
            self.judge(world, by=world.unit.person())

    def test_a_part_that_overlaps_what_another_server_gave_is_taken(self, world: World) -> None:
        self.judge(world, {"first": 2})

    def test_an_officer_does_not_take_the_archives_place_h2(self, world: World) -> None:
        with pytest.raises(HistoryRefused, match="archive or a coordinator"):
            self.judge(world, by=world.ana)

    def test_a_servers_ended_or_replaced_device_serves_no_more_h2(self, world: World) -> None:
        world.unit.end(world.archive)
        with pytest.raises(HistoryRefused):
            self.judge(world)
        coordinator = world.unit.creator
        world.unit.append(
            world.unit.sign(
                world.unit.replacement(coordinator, world.unit.renewed(coordinator)),
                by=world.unit.others[0],
                second=coordinator,
            )
        )
        with pytest.raises(HistoryRefused):
            self.judge(world, by=coordinator)
