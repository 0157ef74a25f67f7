import pytest

from cencomm.errors import UsageError
from cencomm.primitives import secret_box
from cencomm.primitives.aead import DecryptionFailed
from cencomm.secret import Secret, system_entropy

KEY = Secret(bytes(range(32)))


def test_a_box_opens_under_its_key_and_associated_data_only() -> None:
    box = secret_box.seal(KEY, b"text", b"vault 7", system_entropy)
    assert secret_box.open_(KEY, box, b"vault 7") == b"text"
    assert len(box) == len(b"text") + secret_box.OVERHEAD_BYTES

    for key, tried, about in (
        (Secret(bytes(32)), box, b"vault 7"),
        (KEY, box, b"vault 8"),
        (KEY, box[:-1] + bytes([box[-1] ^ 1]), b"vault 7"),
        (KEY, bytes([box[0] ^ 1]) + box[1:], b"vault 7"),
        (KEY, box[: secret_box.OVERHEAD_BYTES - 1], b"vault 7"),
        (KEY, b"", b"vault 7"),
    ):
        with pytest.raises(DecryptionFailed):
            secret_box.open_(key, tried, about)


def test_the_same_text_sealed_twice_gives_different_boxes() -> None:
    first, second = (secret_box.seal(KEY, b"text", b"", system_entropy) for _ in range(2))

    assert first != second


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(UsageError):
        secret_box.seal(Secret(bytes(16)), b"", b"", system_entropy)
    with pytest.raises(UsageError):
        secret_box.open_(Secret(bytes(16)), bytes(64), b"")
