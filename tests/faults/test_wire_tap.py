"""The tap sees one key used twice, and nothing where there is nothing to see: the judge leans on it (S5)."""

from cencomm.ids import SendId
from cencomm.ledger.log import LogKind
from cencomm.mls.group import Group
from cencomm.wire.document import encode_document
from cencomm.wire.log import Publish
from tests.faults.wire_tap import WireTap
from tests.unit.mls.party import ENTROPY, party

PIECE_BYTES = 100


def publish(group: Group, text: bytes) -> tuple[Group, bytes]:
    """A request as it leaves, and the group from which its key is gone."""
    after, message = group.encrypt(text, authenticated_data=b"", entropy=ENTROPY)
    return after, encode_document(Publish(send_id=SendId(bytes(16)), kind=LogKind.APPLICATION, message=message))


def heard(tap: WireTap, *requests: bytes) -> None:
    """In small pieces, as a line may give them."""
    said = b"".join(b"POST / HTTP/1.1\r\n\r\n" + request for request in requests)
    for at in range(0, len(said), PIECE_BYTES):
        tap.hear("connection", said[at : at + PIECE_BYTES])


def test_two_messages_under_one_key_are_seen_by_what_left_alone() -> None:
    ana, ben = party("ana", "ben")
    tap = WireTap()
    tap.learn(ben)
    _, first = publish(ana, b"on Monday")
    _, second = publish(ana, b"on Wednesday, from the state of Monday")

    heard(tap, first, second)

    (hashes,) = tap.uses().values()
    assert len(hashes) == 2


def test_the_same_bytes_again_are_a_retry() -> None:
    ana, ben = party("ana", "ben")
    tap = WireTap()
    tap.learn(ben)
    _, request = publish(ana, b"once")

    heard(tap, request, request)

    assert [len(hashes) for hashes in tap.uses().values()] == [1]


def test_each_key_counts_for_itself() -> None:
    ana, ben = party("ana", "ben")
    tap = WireTap()
    tap.learn(ben)
    ana, first = publish(ana, b"one")
    ana, second = publish(ana, b"two")
    _, third = publish(ben, b"three")

    heard(tap, first, second, third)

    assert [len(hashes) for hashes in tap.uses().values()] == [1, 1, 1]
    assert not list(tap.strangers())


def test_a_message_of_an_epoch_that_our_member_never_saw_is_a_stranger() -> None:
    ana, _ = party("ana", "ben")
    tap = WireTap()
    _, request = publish(ana, b"in a group of its own")

    heard(tap, request)

    assert list(tap.strangers()) == [(ana.group_id, ana.epoch)]
    assert not tap.uses()
