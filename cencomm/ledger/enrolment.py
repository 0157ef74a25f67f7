"""How an officer's keys reach the coordination unit through a relay that would like to swap them (rule D7).

officer                              relay                         coordinator
  EnrolmentRequest: keys, MAC under the letter's code, signature ->  verify_request(request, code) -> Keys
                                                                     Admit(keys, …) into the ledger
everybody who replays: verify_proof(keys, operation)                 (the MAC stays, to be shown later by the unit)
"""

import hmac
from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import ProtocolError
from cencomm.ids import ACCOUNT_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES, AccountId, OperationId
from cencomm.ledger import labels
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.primitives import hkdf, signatures, x25519
from cencomm.primitives.signatures import SigningKey

__all__ = [
    "NO_MAC",
    "CodeMark",
    "EnrolmentCode",
    "EnrolmentProof",
    "EnrolmentRequest",
    "Keys",
    "WrongCode",
    "creator_keys",
    "decode_request",
    "mark_of",
    "read_keys",
    "request_enrolment",
    "verify_proof",
    "verify_request",
]

MAC_BYTES = HASH_BYTES
NO_MAC = bytes(MAC_BYTES)  # of the creator, who has nobody to get a code from


@dataclass(frozen=True, slots=True, repr=False)
class CodeMark:
    """Recognises what was enrolled with one code. Whoever tries one code on many enrolments derives its key once."""

    _key: bytes

    def is_on(
        self, operation: OperationId, *, account: AccountId, identity_key: bytes, exchange_key: bytes, mac: bytes
    ) -> bool:
        """For finding used codes; to rely on an enrolment, call `verify`."""
        tbs = _tbs(operation, account, identity_key, exchange_key)
        return hmac.compare_digest(hmac.digest(self._key, tbs, "sha256"), mac)

    def verify(self, request: "EnrolmentRequest") -> "Keys":
        """As `verify_request` with the code."""
        keys = request.keys
        if not self.is_on(
            request.operation,
            account=keys.account,
            identity_key=keys.identity_key,
            exchange_key=keys.exchange_key,
            mac=keys.proof.mac,
        ):
            raise WrongCode
        verify_proof(keys, request.operation)
        x25519.check_public_key(keys.exchange_key)
        return keys


def mark_of(code: EnrolmentCode) -> CodeMark:
    return CodeMark(_mac_key(code))


class WrongCode(ProtocolError):  # noqa: N818 (names what was found)
    """The keys were not sealed under this letter's code: mistyped, another letter, or swapped on the way."""

    def __init__(self) -> None:
        super().__init__("this enrolment was not made with this letter's code")


@dataclass(frozen=True, slots=True)
class EnrolmentProof:
    """That the holder of the identity key asked for this, and that a code stood behind it."""

    mac: bytes
    signature: bytes

    def encode(self) -> bytes:
        return codec.fixed(self.mac, MAC_BYTES) + codec.opaque(self.signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A member's public keys as the ledger carries them; verified by whoever gives them away."""

    account: AccountId
    identity_key: bytes
    exchange_key: bytes
    proof: EnrolmentProof

    def encode(self) -> bytes:
        return _who(self.account, self.identity_key, self.exchange_key) + self.proof.encode()


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """What an officer's client sends. Nothing in it is verified."""

    operation: OperationId
    keys: Keys

    def encode(self) -> bytes:
        return codec.fixed(self.operation, OPERATION_ID_BYTES) + self.keys.encode()


def read_keys(reader: Reader) -> Keys:
    return Keys(
        account=AccountId(reader.fixed(ACCOUNT_ID_BYTES)),
        identity_key=reader.fixed(signatures.PUBLIC_KEY_BYTES),
        exchange_key=reader.fixed(x25519.PUBLIC_KEY_BYTES),
        proof=EnrolmentProof(reader.fixed(MAC_BYTES), reader.opaque(most=signatures.SIGNATURE_BYTES)),
    )


def decode_request(data: bytes) -> EnrolmentRequest:
    """An enrolment request, not verified.

    Raises:
        MalformedError: anything else.
    """
    return codec.decode(
        data, lambda reader: EnrolmentRequest(OperationId(reader.fixed(OPERATION_ID_BYTES)), read_keys(reader))
    )


def request_enrolment(
    operation: OperationId, account: AccountId, identity: SigningKey, exchange_key: bytes, code: EnrolmentCode
) -> EnrolmentRequest:
    """A request that only the writers of the letter can accept, and that nobody can change on the way."""
    tbs = _tbs(operation, account, identity.public_key, exchange_key)
    mac = hmac.digest(_mac_key(code), tbs, "sha256")
    return EnrolmentRequest(operation, _prove(operation, account, identity, exchange_key, mac))


def creator_keys(nonce: bytes, account: AccountId, identity: SigningKey, exchange_key: bytes) -> Keys:
    """The own keys of whoever writes a charter, for its first coordinator; `nonce` is the charter's."""
    return _prove(OperationId(nonce), account, identity, exchange_key, NO_MAC)


def verify_request(request: EnrolmentRequest, code: EnrolmentCode) -> Keys:
    """The keys come from whoever got the letter with `code`, and no relay changed any of them.

    The caller must see to it that a code serves once, and that account and operation are the letter's.

    Raises:
        WrongCode: the MAC is not under this code.
        BadSignature: whoever asks does not hold the identity key.
        BadPublicKey: nothing can be sealed to the exchange key; admitted, it would block the next content key.
    """
    return mark_of(code).verify(request)


def verify_proof(keys: Keys, operation: OperationId) -> None:
    """The holder of the identity key asked for exactly these keys and account in this operation.

    Raises:
        BadSignature: they did not.
    """
    tbs = _tbs(operation, keys.account, keys.identity_key, keys.exchange_key)
    signatures.verify_with_label(keys.identity_key, labels.ENROLMENT, tbs + keys.proof.mac, keys.proof.signature)


def _prove(operation: OperationId, account: AccountId, identity: SigningKey, exchange_key: bytes, mac: bytes) -> Keys:
    tbs = _tbs(operation, account, identity.public_key, exchange_key)
    return Keys(
        account=account,
        identity_key=identity.public_key,
        exchange_key=exchange_key,
        proof=EnrolmentProof(mac, signatures.sign_with_label(identity, labels.ENROLMENT, tbs + mac)),
    )


def _tbs(operation: OperationId, account: AccountId, identity_key: bytes, exchange_key: bytes) -> bytes:
    return codec.fixed(operation, OPERATION_ID_BYTES) + _who(account, identity_key, exchange_key)


def _who(account: AccountId, identity_key: bytes, exchange_key: bytes) -> bytes:
    return (
        codec.fixed(account, ACCOUNT_ID_BYTES)
        + codec.fixed(identity_key, signatures.PUBLIC_KEY_BYTES)
        + codec.fixed(exchange_key, x25519.PUBLIC_KEY_BYTES)
    )


def _mac_key(code: EnrolmentCode) -> bytes:
    return hkdf.expand(hkdf.extract(b"", code.expose()), labels.ENROLMENT, hkdf.HASH_BYTES)
