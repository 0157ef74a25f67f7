import pytest
from cryptography.hazmat.primitives import hpke as reference
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from cencomm.primitives import hpke
from cencomm.primitives.aead import DecryptionFailed
from cencomm.primitives.hpke import X25519_SHA256_AES_128_GCM, X25519_SHA256_CHACHA20_POLY1305, KeyPair, Suite
from cencomm.primitives.x25519 import BadPublicKey
from cencomm.secret import system_entropy

SUITES = pytest.mark.parametrize("suite", [X25519_SHA256_CHACHA20_POLY1305, X25519_SHA256_AES_128_GCM])


@pytest.fixture
def reader() -> KeyPair:
    return hpke.generate_key_pair(system_entropy)


def reference_suite(suite: Suite) -> reference.Suite:
    chacha = suite is X25519_SHA256_CHACHA20_POLY1305
    aead = reference.AEAD.CHACHA20_POLY1305 if chacha else reference.AEAD.AES_128_GCM
    return reference.Suite(reference.KEM.X25519, reference.KDF.HKDF_SHA256, aead)


@SUITES
def test_another_implementation_opens_what_we_seal(suite: Suite, reader: KeyPair) -> None:
    kem_output, ciphertext = hpke.seal(suite, reader.public_key, b"info", b"", b"text", system_entropy)

    private_key = X25519PrivateKey.from_private_bytes(reader.private_key.expose())
    assert reference_suite(suite).decrypt(kem_output + ciphertext, private_key, b"info") == b"text"


@SUITES
def test_we_open_what_another_implementation_seals(suite: Suite, reader: KeyPair) -> None:
    public_key = X25519PublicKey.from_public_bytes(reader.public_key)
    sealed = reference_suite(suite).encrypt(b"text", public_key, b"info")

    plaintext = hpke.open_(
        suite, reader.private_key, sealed[: hpke.KEM_OUTPUT_BYTES], b"info", b"", sealed[hpke.KEM_OUTPUT_BYTES :]
    )

    assert plaintext == b"text"


@SUITES
def test_another_reader_info_or_associated_data_opens_nothing(suite: Suite, reader: KeyPair) -> None:
    kem_output, ciphertext = hpke.seal(suite, reader.public_key, b"info", b"about", b"text", system_entropy)
    stranger = hpke.generate_key_pair(system_entropy).private_key
    key = reader.private_key
    assert hpke.open_(suite, key, kem_output, b"info", b"about", ciphertext) == b"text"

    for private_key, info, about in ((stranger, b"info", b"about"), (key, b"Info", b"about"), (key, b"info", b"About")):
        with pytest.raises(DecryptionFailed):
            hpke.open_(suite, private_key, kem_output, info, about, ciphertext)


@SUITES
def test_public_keys_that_force_a_known_secret_are_refused(suite: Suite, reader: KeyPair) -> None:
    for public_key in (bytes(32), (1).to_bytes(32, "little"), b"", bytes(31)):
        with pytest.raises(BadPublicKey):
            hpke.seal(suite, public_key, b"", b"", b"text", system_entropy)
        with pytest.raises(BadPublicKey):
            hpke.open_(suite, reader.private_key, public_key, b"", b"", bytes(32))


@SUITES
def test_both_ends_export_the_same_secret_per_context(suite: Suite, reader: KeyPair) -> None:
    kem_output, secret = hpke.export_to(suite, reader.public_key, b"", b"context", 32, system_entropy)

    assert hpke.export_from(suite, reader.private_key, kem_output, b"", b"context", 32) == secret
    assert hpke.export_from(suite, reader.private_key, kem_output, b"", b"Context", 32) != secret


def test_derived_key_pairs_depend_on_their_material_only() -> None:
    first, again, other = (hpke.derive_key_pair(bytes([number]) * 32) for number in (1, 1, 2))

    assert first == again
    assert first.public_key != other.public_key
