"""A piece of a stream opens at its own place and nowhere else."""

import pytest

from cencomm.errors import UsageError
from cencomm.primitives.aead import DecryptionFailed
from cencomm.primitives.chunk_stream import TAG_BYTES, open_piece, seal_piece
from cencomm.secret import Secret

KEY = Secret(bytes(range(32)))


def test_a_piece_opens_where_it_was_sealed() -> None:
    sealed = seal_piece(KEY, b"text", b"data", index=7, last=True)

    assert len(sealed) == len(b"text") + TAG_BYTES
    assert open_piece(KEY, sealed, b"data", index=7, last=True) == b"text"


@pytest.mark.parametrize(("index", "last"), [(6, True), (7, False), (7 << 8, True)])
def test_a_piece_opens_at_no_other_place(index: int, last: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    sealed = seal_piece(KEY, b"text", b"data", index=7, last=True)

    with pytest.raises(DecryptionFailed):
        open_piece(KEY, sealed, b"data", index=index, last=last)


def test_other_keys_other_data_and_changed_bytes_do_not_open() -> None:
    sealed = seal_piece(KEY, b"text", b"data", index=0, last=False)

    for key, box, data in (
        (Secret(bytes(32)), sealed, b"data"),
        (KEY, sealed, b"date"),
        (KEY, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"data"),
        (KEY, sealed[:-1], b"data"),
        (KEY, b"", b"data"),
    ):
        with pytest.raises(DecryptionFailed):
            open_piece(key, box, data, index=0, last=False)


def test_the_construction_is_the_one_that_the_protocol_writes_down() -> None:
    """The nonce is 23 bytes of index and one that says whether it is the last: another program can open it."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt  # noqa: PLC0415 (only here)

    sealed = seal_piece(KEY, b"text", b"data", index=258, last=True)

    assert decrypt(sealed, b"data", bytes(21) + b"\x01\x02\x01", KEY.expose()) == b"text"


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(UsageError):
        seal_piece(Secret(b"short"), b"", b"", index=0, last=True)
