import json
from pathlib import Path

import pytest

from cencomm.errors import UsageError
from cencomm.primitives.aead import AES_128_GCM, CHACHA20_POLY1305, Aead, DecryptionFailed

ALGORITHMS = pytest.mark.parametrize("aead", [CHACHA20_POLY1305, AES_128_GCM], ids=["chacha", "gcm"])


def test_the_answer_of_rfc_8439_is_ours() -> None:
    # RFC 8439 section 2.8.2
    key = bytes(range(0x80, 0xA0))
    nonce = bytes.fromhex("070000004041424344454647")
    associated_data = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    plaintext = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )

    sealed = CHACHA20_POLY1305.seal(key, nonce, associated_data, plaintext)

    assert sealed[:16].hex() == "d31a8d34648e60db7b86afbc53ef7ec2"
    assert sealed[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"


def test_the_wycheproof_cases_of_aes_128_gcm_are_answered_rightly(shared: Path) -> None:
    cases = json.loads((shared / "data/crypto/wycheproof_aes_gcm_test.json").read_text(encoding="utf-8"))
    done = 0
    for group in cases["testGroups"]:
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (128, 96, 128):
            continue  # other algorithms than the one of MLS suite 1
        for case in group["tests"]:
            key, nonce, associated_data, plaintext, ciphertext, tag = (
                bytes.fromhex(case[name]) for name in ("key", "iv", "aad", "msg", "ct", "tag")
            )
            if case["result"] == "valid":
                assert AES_128_GCM.seal(key, nonce, associated_data, plaintext) == ciphertext + tag
                assert AES_128_GCM.open_(key, nonce, associated_data, ciphertext + tag) == plaintext
            else:
                with pytest.raises(DecryptionFailed):
                    AES_128_GCM.open_(key, nonce, associated_data, ciphertext + tag)
            done += 1
    assert done > 60


@ALGORITHMS
def test_changed_ciphertext_associated_data_key_or_nonce_is_refused(aead: Aead) -> None:
    key, nonce = bytes(aead.key_bytes), bytes(aead.nonce_bytes)
    sealed = aead.seal(key, nonce, b"about", b"text")
    assert aead.open_(key, nonce, b"about", sealed) == b"text"

    for tried in (
        (key, nonce, b"About", sealed),
        (key, nonce, b"about", sealed[:-1]),
        (key, nonce, b"about", bytes([sealed[0] ^ 1]) + sealed[1:]),
        (b"\x01" + key[1:], nonce, b"about", sealed),
        (key, b"\x01" + nonce[1:], b"about", sealed),
        (key, nonce, b"about", b""),
        (key, nonce, b"about", bytes(aead.tag_bytes - 1)),
    ):
        with pytest.raises(DecryptionFailed):
            aead.open_(*tried)


@ALGORITHMS
def test_keys_and_nonces_of_another_length_never_reach_the_library(aead: Aead) -> None:
    for key_bytes, nonce_bytes in ((aead.key_bytes - 1, aead.nonce_bytes), (aead.key_bytes, aead.nonce_bytes + 1)):
        with pytest.raises(UsageError):
            aead.seal(bytes(key_bytes), bytes(nonce_bytes), b"", b"")
        with pytest.raises(UsageError):
            aead.open_(bytes(key_bytes), bytes(nonce_bytes), b"", bytes(32))
