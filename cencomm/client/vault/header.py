"""What a mailbox's folder says before a password is typed: whose it is, at which relay, and the sealed store key.

The checksum tells a damaged file from a wrong password. It proves nothing: that every field is the one we wrote is
known once the store key opens, since all of them are its associated data.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from msgspec import Meta, Struct

from cencomm import codec
from cencomm.client.account.sign_in import SignInParameters, WrappingKey
from cencomm.client.errors import VaultDamaged, WrongPassword
from cencomm.errors import ProtocolError, UsageError
from cencomm.ids import AccountId
from cencomm.primitives import secret_box
from cencomm.secret import Entropy, Secret
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.fields import Account, Handle, Hash, Salt

MAX_HEADER_BYTES = 8 << 10  # about 500 are used
MAX_RELAY_URL_BYTES = 2048
SEALED_KEY_BYTES = secret_box.KEY_BYTES + secret_box.OVERHEAD_BYTES

LABEL_STORE_KEY = b"cencomm store key"  # local to one computer: no other box has this associated data


class StoreKey(Secret):
    """The random key that seals everything in one mailbox's store."""

    __slots__ = ()


class _Document(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    format: Literal["cencomm mailbox 1"]
    account: Account
    relay_url: Annotated[str, Meta(min_length=1, max_length=MAX_RELAY_URL_BYTES)]
    relay_name: str
    handle: Handle
    salt: Salt
    profile: Annotated[int, Meta(ge=1, lt=1 << 32)]
    sealed_key: Annotated[bytes, Meta(min_length=SEALED_KEY_BYTES, max_length=SEALED_KEY_BYTES)]
    checksum: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultHeader:
    """The public part of a mailbox on this computer; believed only after `open_store_key`."""

    account: AccountId
    relay_url: str
    parameters: SignInParameters
    sealed_key: bytes

    @classmethod
    def seal(
        cls,
        store_key: StoreKey,
        *,
        account: AccountId,
        relay_url: str,
        parameters: SignInParameters,
        wrapping_key: WrappingKey,
        entropy: Entropy,
    ) -> Self:
        """The header of a new mailbox, which `wrapping_key` opens."""
        if not 0 < len(relay_url.encode()) <= MAX_RELAY_URL_BYTES:
            raise UsageError(f"a relay's address has 1 to {MAX_RELAY_URL_BYTES} bytes")
        binding = _binding(account, relay_url, parameters)
        sealed_key = secret_box.seal(wrapping_key, store_key.expose(), binding, entropy)
        return cls(account=account, relay_url=relay_url, parameters=parameters, sealed_key=sealed_key)

    def open_store_key(self, wrapping_key: WrappingKey) -> StoreKey:
        """The key of the store. Every field of this header is then the one that was written with it.

        Raises:
            WrongPassword: another wrapping key, or a header that somebody rewrote.
        """
        try:
            return StoreKey(
                secret_box.open_(wrapping_key, self.sealed_key, _binding(self.account, self.relay_url, self.parameters))
            )
        except ProtocolError:
            raise WrongPassword from None

    def encode(self) -> bytes:
        return encode_document(
            _Document(
                format="cencomm mailbox 1",
                account=self.account,
                relay_url=self.relay_url,
                relay_name=self.parameters.relay_name,
                handle=self.parameters.handle,
                salt=self.parameters.salt,
                profile=self.parameters.profile,
                sealed_key=self.sealed_key,
                checksum=self._checksum(),
            )
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The header that exactly `data` writes.

        Raises:
            VaultDamaged: anything else.
        """
        if len(data) > MAX_HEADER_BYTES:
            raise VaultDamaged("the header of this mailbox is too long to be one")
        try:
            document = decode_document(data, _Document)
            header = cls(
                account=document.account,
                relay_url=document.relay_url,
                parameters=SignInParameters(
                    relay_name=document.relay_name,
                    handle=document.handle,
                    salt=document.salt,
                    profile=document.profile,
                ),
                sealed_key=document.sealed_key,
            )
        except (ProtocolError, UsageError) as error:
            raise VaultDamaged(f"this is not the header of a mailbox: {error}") from None
        if header.encode() != data:  # the checksum is in it
            raise VaultDamaged("the header of this mailbox was damaged")
        return header

    def _checksum(self) -> bytes:
        return hashlib.sha256(_binding(self.account, self.relay_url, self.parameters) + self.sealed_key).digest()


def _binding(account: AccountId, relay_url: str, parameters: SignInParameters) -> bytes:
    return codec.concat(
        (
            codec.opaque(LABEL_STORE_KEY),
            account,
            codec.opaque(relay_url.encode()),
            codec.opaque(parameters.relay_name.encode()),
            parameters.handle,
            parameters.salt,
            codec.uint(parameters.profile, 4),
        )
    )
