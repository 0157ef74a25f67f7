"""What coordinators' programs say to each other: any bytes are that, or are refused (docs/protocol.md section 6.1)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm import codec
from cencomm.client.operation.invitation import Invitation, decode_invitation
from cencomm.client.operation.proposal import Proposal, read_proposal
from cencomm.client.unit.codes import Codes, decode_codes
from cencomm.client.unit.cosignature_wire import (
    MAX_PLAIN_BYTES,
    CosignatureAnswer,
    decode_answer,
    decode_request,
    new_request,
)
from cencomm.errors import MalformedError
from cencomm.ids import AccountId, BlobId
from cencomm.ledger.bodies import FormBody, PhaseBody
from cencomm.ledger.content_key import Blob, new_content_key
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.kinds import Phase, Role
from tests.fakes.counting_entropy import CountingEntropy

NONCE = b"\x01" * 16
BLOB = Blob(BlobId(b"\x02" * 16), b"\x03" * 32, b"a form")
BODY = FormBody(definition=BLOB.ref, version=1)
INVITATION = Invitation(
    code=EnrolmentCode(b"\x04" * 16),
    role=Role.OFFICER,
    profile=b"{}",
    post="paris",
    resets=AccountId(b"\x05" * 16),
    since=7,
)


def proposal(data: bytes) -> object:
    return codec.decode(data, read_proposal)


DECODERS: list[tuple[Callable[[bytes], object], bytes]] = [
    (decode_request, new_request(NONCE, BODY, (BLOB,)).encode()),
    (decode_answer, CosignatureAnswer(nonce=NONCE, signature=b"s" * 64).encode()),
    (decode_answer, CosignatureAnswer(nonce=NONCE, signature=None).encode()),
    (decode_codes, Codes(invitations=(INVITATION,), withdrawn=(b"\x06" * 8,)).encode()),
    (decode_invitation, INVITATION.encode()),
    (proposal, Proposal(body=BODY, content_key=new_content_key(2, CountingEntropy()), blobs=(BLOB,)).encode()),
]


@pytest.mark.parametrize(("decode", "good"), DECODERS)
def test_what_is_written_is_read_and_nothing_is_left_over(decode: Callable[[bytes], object], good: bytes) -> None:
    assert decode(good).encode() == good  # type: ignore[attr-defined]  # each has it
    for bad in (good + b"\0", good[:-1]):
        with pytest.raises(MalformedError):
            decode(bad)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_decode_or_are_malformed(data: bytes, at: int) -> None:
    for decode, good in DECODERS:
        for tried in (data, good[:at] + data + good[at + len(data) :]):
            try:
                decode(tried)
            except MalformedError:
                continue


def test_a_name_that_the_body_does_not_name_is_refused() -> None:
    """What the cosigner reads is what the cosigner signs (L5)."""
    other = Blob(BLOB.blob, BLOB.salt, b"another form")

    for blobs in ((other,), (BLOB, BLOB)):
        with pytest.raises(MalformedError, match="does not name"):
            decode_request(new_request(NONCE, BODY, blobs).encode())
    with pytest.raises(MalformedError, match="does not name"):
        decode_request(new_request(NONCE, PhaseBody(phase=Phase.TEST), (BLOB,)).encode())


def test_what_has_no_room_stays_behind() -> None:
    large = Blob(BLOB.blob, BLOB.salt, bytes(MAX_PLAIN_BYTES + 1))
    body = FormBody(definition=large.ref, version=1)

    request = decode_request(new_request(NONCE, body, (large,)).encode())

    assert request.blobs == ()
    assert request.content(large.ref) is None


def test_an_invitation_has_one_id_that_does_not_tell_its_code() -> None:
    assert decode_invitation(INVITATION.encode()).id == INVITATION.id
    assert INVITATION.id not in INVITATION.code.expose()
