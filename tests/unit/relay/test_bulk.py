"""What one request may cost the relay before anything of it is decoded."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cencomm import codec
from cencomm.errors import MalformedError
from cencomm.ids import SendId
from cencomm.ledger.refusal import Refused
from cencomm.mls.tree_math import LeafIndex
from cencomm.relay.bulk import judge_commit, judge_welcome
from cencomm.relay.submission import Submission, read_framing
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import MAX_COMMIT_PROPOSALS, RETRY_BODY_BYTES
from cencomm.wire.log import Publish
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import Person, Relay

SHORTEST_SECRET = codec.opaque(b"") * 3
REMOVE = b"\x01\x00\x03" + codec.uint(LeafIndex(7), 4)


def welcome_of(secrets: int) -> bytes:
    return b"\x00\x01\x00\x03\x00\x03" + codec.opaque(SHORTEST_SECRET * secrets) + codec.opaque(b"")


def commit_of(proposals: bytes, path: bytes = codec.optional(None)) -> bytes:
    sender = b"\x01" + codec.uint(0, 4)
    head = b"\x00\x01\x00\x01" + codec.opaque(b"group") + codec.uint(1, 8) + sender + codec.opaque(b"")
    return head + b"\x03" + codec.opaque(proposals) + path


def path_of(ciphertext: bytes) -> bytes:
    key_and_credential = codec.opaque(b"") * 2 + b"\x00\x01" + codec.opaque(b"")
    leaf = key_and_credential + codec.opaque(b"") * 5 + b"\x03" + codec.opaque(b"") * 3
    return codec.optional(leaf + codec.opaque(codec.opaque(b"key") + codec.opaque(ciphertext)))


@pytest.mark.parametrize("secrets", [0, 2, 100_000])
def test_a_welcome_of_more_or_fewer_secrets_than_adds_is_refused_by_its_lengths(secrets: int) -> None:
    with pytest.raises(Refused) as caught:
        judge_welcome(welcome_of(secrets), adds=1)

    assert caught.value.rule == "C8"


def test_a_commit_of_too_many_proposals_is_refused_by_its_lengths() -> None:
    judge_commit(commit_of(REMOVE * MAX_COMMIT_PROPOSALS))

    with pytest.raises(Refused, match="at most"):
        judge_commit(commit_of(REMOVE * (MAX_COMMIT_PROPOSALS + 1)))


def test_a_path_of_ciphertexts_too_short_to_be_any_is_refused() -> None:
    judge_commit(commit_of(b"", path_of(codec.opaque(bytes(32)) + codec.opaque(bytes(48)))))

    for short in (codec.opaque(b"") * 2, codec.opaque(bytes(32)) + codec.opaque(bytes(47))):
        with pytest.raises(Refused, match="ciphertexts"):
            judge_commit(commit_of(b"", path_of(short * 100_000)))


def test_a_welcome_in_the_place_of_a_commit_is_refused_by_its_first_bytes() -> None:
    publish = Publish(send_id=SendId(bytes(16)), kind=1, message=welcome_of(300_000))

    with pytest.raises(Refused) as caught:
        read_framing(publish)

    assert caught.value.rule == "C2"


@given(st.binary(max_size=200))
def test_any_bytes_are_measured_or_refused(data: bytes) -> None:
    with contextlib.suppress(MalformedError, Refused):
        judge_commit(data)
    with contextlib.suppress(MalformedError, Refused):
        judge_welcome(data, adds=3)


async def test_what_a_stranger_sends_is_not_even_read(operation: Operation, alice: Person) -> None:
    answer = await alice.ask("POST", operation.log_path, data=b"[" * 1000)

    assert answer.code == ErrorCode.NOT_FOUND


async def test_whoever_was_revoked_gets_room_for_a_retry_only(operation: Operation, officer: Person) -> None:
    await operation.append(operation.revocation(officer))

    answer = await officer.ask("POST", operation.log_path, data=b" " * (RETRY_BODY_BYTES + 1))

    assert answer.code == ErrorCode.TOO_LARGE


async def test_whoever_does_not_coordinate_gets_no_room_for_an_entry(operation: Operation, officer: Person) -> None:
    answer = await officer.ask("POST", f"{operation.path}/ledger", data=b"[" * 1000)

    assert answer.code == ErrorCode.NOT_ENTITLED


async def test_a_submission_of_whoever_may_not_publish_is_not_decoded(operation: Operation, officer: Person) -> None:
    publish = replace(operation.message(), message=welcome_of(3))

    submission = Submission.unread(officer.account, operation.ledger.operation, operation.channel, 1, publish)

    assert isinstance(submission.framing, Exception)


async def test_a_large_frame_of_whoever_is_in_no_operation_is_not_decoded(relay: Relay, alice: Person) -> None:
    url = relay.server.make_url("/v1/stream")
    async with relay.http.ws_connect(url, headers={"Authorization": f"Bearer {alice.token}"}) as stream:
        await stream.send_str("[" * 100_000)
        answer = await stream.receive_json()

    assert answer["error"]["code"] == "not_entitled"
