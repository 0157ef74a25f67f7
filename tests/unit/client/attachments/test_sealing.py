"""Rule A2: a chunk opens in its own attachment, at its own place, and the file is whole or it is refused."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.client.attachments.sealing import AttachmentAltered, Opening, Sealing
from cencomm.errors import UsageError
from cencomm.forms.attachment import Attachment, AttachmentKey
from cencomm.ids import AttachmentId, ChannelId, OperationId

OPERATION, CHANNEL = OperationId(b"o" * 32), ChannelId(b"c" * 16)
CHUNK = 64 << 10
CONTENT = bytes(range(256)) * 700  # three chunks, the last of them short


def seal(
    content: bytes, *, id_: bytes = b"i" * 16, key: bytes = b"k" * 32, channel: ChannelId = CHANNEL
) -> tuple[Attachment, list[bytes]]:
    attachment_key = AttachmentKey(key)
    sealing = Sealing(OPERATION, channel, AttachmentId(id_), attachment_key, size=len(content), chunk=CHUNK)
    draft = Attachment(
        id=AttachmentId(id_),
        name="x",
        media_type="text/plain",
        size=len(content),
        key=attachment_key,
        hash=bytes(32),
        chunk_size=CHUNK,
    )
    chunks = [sealing.seal(content[index * CHUNK :][: draft.content_length(index)]) for index in range(draft.chunks)]
    return replace(draft, hash=sealing.digest()), chunks


def open_all(attachment: Attachment, chunks: list[bytes], *, channel: ChannelId = CHANNEL) -> bytes:
    opening = Opening(OPERATION, channel, attachment)
    content = b"".join(opening.open_(chunk) for chunk in chunks)
    opening.finish()
    return content


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5 * CHUNK))
def test_what_was_sealed_opens_whatever_its_length(size: int) -> None:
    content = bytes(size)

    assert open_all(*seal(content)) == content


def test_sealing_is_deterministic_so_that_a_retry_sends_the_same_bytes() -> None:
    assert seal(CONTENT) == seal(CONTENT)


def test_a2_chunks_cannot_be_swapped() -> None:
    attachment, (first, second, third) = seal(CONTENT)

    with pytest.raises(AttachmentAltered, match="part 1"):
        open_all(attachment, [second, first, third])


def test_a2_a_chunk_cannot_be_left_out_in_the_middle() -> None:
    attachment, (first, _, third) = seal(CONTENT)

    with pytest.raises(AttachmentAltered, match="part 2"):
        open_all(attachment, [first, third])


def test_a2_the_end_cannot_be_cut_off() -> None:
    attachment, chunks = seal(CONTENT)

    with pytest.raises(AttachmentAltered, match="missing"):
        open_all(attachment, chunks[:-1])


def test_a2_an_author_cannot_be_made_to_have_sent_less() -> None:
    """A shorter size in the envelope makes an earlier chunk the last one, which it was not sealed as."""
    attachment, chunks = seal(bytes(3 * CHUNK))
    shorter = replace(attachment, size=2 * CHUNK)

    with pytest.raises(AttachmentAltered, match="part 2"):
        open_all(shorter, chunks[:2])


def test_a2_a_chunk_of_another_attachment_under_the_same_key_does_not_open() -> None:
    attachment, chunks = seal(CONTENT)
    _, others = seal(CONTENT, id_=b"j" * 16)

    with pytest.raises(AttachmentAltered, match="part 2"):
        open_all(attachment, [chunks[0], others[1], chunks[2]])


def test_a2_a_chunk_of_another_channel_does_not_open() -> None:
    attachment, chunks = seal(CONTENT, channel=ChannelId(b"d" * 16))

    with pytest.raises(AttachmentAltered, match="part 1"):
        open_all(attachment, chunks)


def test_a2_a_changed_bit_and_a_changed_length_are_noticed() -> None:
    attachment, (first, second, third) = seal(CONTENT)

    with pytest.raises(AttachmentAltered, match="part 2"):
        open_all(attachment, [first, bytes([second[0] ^ 1]) + second[1:], third])
    with pytest.raises(AttachmentAltered, match="length"):
        open_all(attachment, [first, second[:-1], third])
    with pytest.raises(AttachmentAltered, match="length"):
        open_all(attachment, [first, second, third, third])


def test_a2_a_file_that_its_author_did_not_sign_for_is_refused() -> None:
    """The holder of the key (a reader) seals other content: the hash in the signed envelope is not its."""
    attachment, _ = seal(CONTENT)
    _, forged = seal(CONTENT[::-1])

    with pytest.raises(AttachmentAltered, match="hash"):
        open_all(attachment, forged)


def test_a2_padding_carries_nothing() -> None:
    """An author's own program could hide something there, which nobody would see and everybody would keep."""
    whole, (chunk,) = seal(b"visible" + b"\0" * 100 + b"hidden")
    visible, _ = seal(b"visible")

    with pytest.raises(AttachmentAltered, match="padding"):
        open_all(replace(visible, hash=whole.hash), [chunk])


def test_a_file_that_changes_while_it_is_read_is_not_sealed() -> None:
    sealing = Sealing(OPERATION, CHANNEL, AttachmentId(b"i" * 16), AttachmentKey(b"k" * 32), size=10, chunk=CHUNK)

    with pytest.raises(UsageError):
        sealing.seal(b"grown since")
    with pytest.raises(UsageError):
        sealing.seal(b"shrunk")
