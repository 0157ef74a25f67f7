"""The part of a mailbox that lies sealed at the relay: signing in on another computer recovers the identity from it.

    struct { opaque operation[32]; uint64 sequence; opaque hash[32]; } Pin;
    struct {
      uint16 version = 2;                // of this format; 1 ends before mailbox_keys
      opaque identity_key[32];           // Ed25519 seed
      opaque exchange_key[32];           // X25519 private key
      DeviceId devices<V>;               // 16 bytes each, ascending
      Pin pins<V>;                       // ascending by operation
      opaque mailbox_keys[32]<V>;        // for names, then for rows, the one in use last
    } RemoteVault;
    struct { opaque sealed_key<V>; opaque sealed<V>; } SealedRemoteVault;

The version that the relay counts is in the associated data, so it cannot give an old vault a new number. It can still
give the old one under the old number: who remembers a newer number, or a newer pin, refuses it (rule L2).
"""

from dataclasses import dataclass, field, replace
from typing import Self

from cencomm import codec
from cencomm.client.account.sign_in import WrappingKey
from cencomm.client.errors import MailboxLeftUnopened, WrongPassword
from cencomm.errors import MalformedError, ProtocolError, UsageError
from cencomm.ids import (
    ACCOUNT_ID_BYTES,
    DEVICE_ID_BYTES,
    HASH_BYTES,
    OPERATION_ID_BYTES,
    AccountId,
    DeviceId,
    OperationId,
)
from cencomm.ledger.replay import Pin
from cencomm.primitives import secret_box, signatures, x25519
from cencomm.secret import Entropy, Secret
from cencomm.wire.limits import MAX_OPERATIONS, MAX_VAULT_BYTES

LABEL_VAULT = b"cencomm vault"
LABEL_VAULT_KEY = b"cencomm vault key"

FORMAT, FORMAT_BEFORE_MAILBOXES = 2, 1
MAX_MAILBOX_KEYS = 16  # for names, and for rows one for each password since the mailbox was last opened
MAX_DEVICES = 100  # of an account in its life; five at a time (C5)
_PIN_BYTES = OPERATION_ID_BYTES + 8 + HASH_BYTES
_SEALED_KEY_BYTES = secret_box.KEY_BYTES + secret_box.OVERHEAD_BYTES


class _VaultKey(Secret):
    __slots__ = ()


class MailboxKey(Secret):
    """Everything in a mailbox that roams is sealed under keys that come from this one (D2, D4)."""

    __slots__ = ()


def encode_pin(pin: Pin) -> bytes:
    return codec.concat(
        (
            codec.fixed(pin.operation, OPERATION_ID_BYTES),
            codec.uint(pin.sequence, 8),
            codec.fixed(pin.hash, HASH_BYTES),
        )
    )


def decode_pin(data: bytes) -> Pin:
    """Raises MalformedError for anything that `encode_pin` does not write."""
    return codec.decode(data, _read_pin)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteVault:
    """Who the account is, wherever it signs in."""

    identity_key: signatures.SigningKey
    exchange_key: x25519.PrivateKey
    devices: tuple[DeviceId, ...] = ()
    pins: tuple[Pin, ...] = field(default=())
    mailbox_keys: tuple[MailboxKey, ...] = ()

    def encode(self) -> bytes:
        devices = sorted(codec.fixed(device, DEVICE_ID_BYTES) for device in self.devices)
        pins = sorted(encode_pin(pin) for pin in self.pins)
        operations = {pin.operation for pin in self.pins}
        if len(set(devices)) != len(devices) or len(operations) != len(pins):
            raise UsageError("a device or an operation is named twice")
        keys = [codec.fixed(key.expose(), secret_box.KEY_BYTES) for key in self.mailbox_keys]
        if len(devices) > MAX_DEVICES or len(pins) > MAX_OPERATIONS or len(keys) > MAX_MAILBOX_KEYS:
            raise UsageError("more devices, operations or keys than a vault holds")
        return codec.concat(
            (
                codec.uint(FORMAT, 2),
                self.identity_key.seed,
                self.exchange_key.expose(),
                codec.vector(devices),
                codec.vector(pins),
                codec.vector(keys),
            )
        )

    def with_new_mailbox_key(self, entropy: Entropy) -> Self:
        """For a new password (D2): what the mailbox that roams is sealed under from its next opening on.

        All keys stay: the rows may lie under any of them until it was opened. An account that has no such mailbox yet
        stays without keys.

        Raises:
            MailboxLeftUnopened: there is no room for one more.
        """
        kept = self.mailbox_keys
        if not kept:
            return self
        if len(kept) == MAX_MAILBOX_KEYS:
            raise MailboxLeftUnopened
        return replace(self, mailbox_keys=(*kept, MailboxKey(entropy(secret_box.KEY_BYTES))))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The vault that exactly `data` encodes.

        Raises:
            MalformedError: anything else.
        """
        return codec.decode(data, cls._read)

    @classmethod
    def _read(cls, reader: codec.Reader) -> Self:
        if (version := reader.uint(2)) not in {FORMAT, FORMAT_BEFORE_MAILBOXES}:
            raise MalformedError(f"a vault of format {version}: update this program")
        vault = cls(
            identity_key=signatures.SigningKey(reader.fixed(signatures.SEED_BYTES)),
            exchange_key=x25519.PrivateKey(reader.fixed(x25519.PRIVATE_KEY_BYTES)),
            devices=reader.vector(_read_device, most=MAX_DEVICES * DEVICE_ID_BYTES),
            pins=reader.vector(_read_pin, most=MAX_OPERATIONS * _PIN_BYTES),
            mailbox_keys=()
            if version == FORMAT_BEFORE_MAILBOXES
            else reader.vector(_read_mailbox_key, most=MAX_MAILBOX_KEYS * secret_box.KEY_BYTES),
        )
        operations = [pin.operation for pin in vault.pins]
        for names in (list(vault.devices), operations):
            if names != sorted(set(names)):
                raise MalformedError("devices and operations are named once, in ascending order")
        return vault

    def seal(self, *, account: AccountId, version: int, wrapping_key: WrappingKey, entropy: Entropy) -> bytes:
        """What to store at the relay as `version`, under a random key that is new each time.

        A change of password is therefore sealing once more under the new wrapping key (D2).
        """
        key = _VaultKey(entropy(secret_box.KEY_BYTES))
        binding = _binding(account, version)
        sealed_key = secret_box.seal(wrapping_key, key.expose(), codec.opaque(LABEL_VAULT_KEY) + binding, entropy)
        sealed = secret_box.seal(key, self.encode(), codec.opaque(LABEL_VAULT) + binding, entropy)
        return codec.opaque(sealed_key) + codec.opaque(sealed)


def open_remote_vault(sealed: bytes, *, account: AccountId, version: int, wrapping_key: WrappingKey) -> RemoteVault:
    """The vault that a holder of `wrapping_key` sealed as this version of this account's.

    Raises:
        WrongPassword: nobody did: another password, or a relay that gave another version or account.
        MalformedError: not a sealed vault, or one of a format that we do not know.
    """
    sealed_key, box = codec.decode(
        sealed, lambda reader: (reader.opaque(most=_SEALED_KEY_BYTES), reader.opaque(most=MAX_VAULT_BYTES))
    )
    binding = _binding(account, version)
    try:
        key = _VaultKey(secret_box.open_(wrapping_key, sealed_key, codec.opaque(LABEL_VAULT_KEY) + binding))
    except ProtocolError:
        raise WrongPassword from None
    try:
        data = secret_box.open_(key, box, codec.opaque(LABEL_VAULT) + binding)
    except ProtocolError:
        raise MalformedError("the vault that the relay keeps was damaged") from None
    return RemoteVault.decode(data)


def _binding(account: AccountId, version: int) -> bytes:
    return codec.fixed(account, ACCOUNT_ID_BYTES) + codec.uint(version, 8)


def _read_device(reader: codec.Reader) -> DeviceId:
    return DeviceId(reader.fixed(DEVICE_ID_BYTES))


def _read_mailbox_key(reader: codec.Reader) -> MailboxKey:
    return MailboxKey(reader.fixed(secret_box.KEY_BYTES))


def _read_pin(reader: codec.Reader) -> Pin:
    return Pin(OperationId(reader.fixed(OPERATION_ID_BYTES)), reader.uint(8), reader.fixed(HASH_BYTES))
