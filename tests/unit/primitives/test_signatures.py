import pytest

from cencomm.errors import UsageError
from cencomm.primitives.signatures import BadSignature, SigningKey, sign_with_label, verify, verify_with_label
from cencomm.secret import system_entropy

# RFC 8032 section 7.1, test 1
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate(system_entropy)


def test_the_answers_of_rfc_8032_are_ours() -> None:
    key = SigningKey(SEED)

    assert key.public_key == PUBLIC_KEY
    assert key.sign(b"") == SIGNATURE
    assert key.seed == SEED
    verify(PUBLIC_KEY, b"", SIGNATURE)


def test_other_bytes_another_key_or_another_signature_are_refused(key: SigningKey) -> None:
    signature = key.sign(b"data")
    verify(key.public_key, b"data", signature)

    for public_key, data, tried in (
        (key.public_key, b"datb", signature),
        (PUBLIC_KEY, b"data", signature),
        (key.public_key, b"data", signature[:-1] + bytes([signature[-1] ^ 1])),
    ):
        with pytest.raises(BadSignature):
            verify(public_key, data, tried)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_public_key_of_another_length_is_refused_before_libsodium_reads_it(key: SigningKey, length: int) -> None:
    with pytest.raises(BadSignature):
        verify(bytes(length), b"data", key.sign(b"data"))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_cannot_borrow_bytes_from_the_data(key: SigningKey, length: int) -> None:
    whole = (key.sign(b"data") + b"data")[:length]

    with pytest.raises(BadSignature):
        verify(key.public_key, b"data"[max(0, length - 64) :], whole)


def test_a_signature_with_s_plus_the_group_order_is_refused_as_a_second_spelling(key: SigningKey) -> None:
    signature = key.sign(b"data")
    larger = int.from_bytes(signature[32:], "little") + ED25519_ORDER

    with pytest.raises(BadSignature):
        verify(key.public_key, b"data", signature[:32] + larger.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "public_key",
    [
        (1).to_bytes(32, "little"),  # the neutral element: any signature with R = S·B would verify
        (FIELD - 1).to_bytes(32, "little"),  # order 2
        bytes(32),  # order 4
        (FIELD + 1).to_bytes(32, "little"),  # the neutral element, not canonical
    ],
)
def test_a_public_key_of_small_order_is_refused(public_key: bytes) -> None:
    identity_signature = (1).to_bytes(32, "little") + bytes(32)

    with pytest.raises(BadSignature):
        verify(public_key, b"anything", identity_signature)


def test_a_signature_for_one_purpose_does_not_serve_another(key: SigningKey) -> None:
    signature = sign_with_label(key, b"cencomm entry", b"content")
    verify_with_label(key.public_key, b"cencomm entry", b"content", signature)

    for label, content in ((b"cencomm head", b"content"), (b"cencomm entr", b"ycontent")):
        with pytest.raises(BadSignature):
            verify_with_label(key.public_key, label, content, signature)


def test_a_signing_key_of_another_length_is_refused() -> None:
    with pytest.raises(UsageError):
        SigningKey(bytes(31))
