"""One password, two keys (rules D1, D2; docs/protocol.md section 7).

The sign-in secret goes to the relay, the wrapping key never leaves the process. Both come from one Argon2id run, so
whoever holds the relay's data can test guesses at that price, and with a device secret not at all.
"""

import hashlib
from dataclasses import dataclass
from typing import Self

from cencomm import codec
from cencomm.client.account import opaque_string
from cencomm.client.account.password_strength import check_strength
from cencomm.client.errors import UnknownProfile, UnusableText
from cencomm.errors import UsageError
from cencomm.primitives import hkdf, password, secret_box
from cencomm.secret import Entropy, Secret

LABEL_NAME = b"cencomm sign-in name"
LABEL_SALT = b"cencomm sign-in salt"
LABEL_SIGN_IN = b"cencomm sign-in"
LABEL_WRAPPING = b"cencomm wrapping"
LABEL_SESSION_LABEL = b"cencomm session label"

CURRENT_PROFILE = 1
HANDLE_BYTES = 16
DEVICE_SECRET_BYTES = 16  # 128 bits from a letter or QR code (D3): no password behind it can be guessed without it
SIGN_IN_SECRET_BYTES = 32
MAX_NAME_BYTES = MAX_RELAY_NAME_BYTES = 255


class Password(Secret):
    """A password as OpaqueString, in UTF-8."""

    __slots__ = ()


class DeviceSecret(Secret):
    """The second half of a coordinator's or node's wrapping key (D3).

    Raises:
        UsageError: the bytes have another length.
    """

    __slots__ = ()

    def __init__(self, value: bytes) -> None:
        if len(value) != DEVICE_SECRET_BYTES:
            raise UsageError(f"a device secret has {DEVICE_SECRET_BYTES} bytes, not {len(value)}")
        super().__init__(value)


class SignInSecret(Secret):
    """What proves the password to the relay."""

    __slots__ = ()


class WrappingKey(Secret):
    """What opens the random keys of vault and mailbox; never sent, never stored."""

    __slots__ = ()


class LabelKey(Secret):
    """What seals the names of one's computers in the relay's list of sessions."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInParameters:
    """Everything public that the keys depend on, checked before the password is touched.

    Raises:
        UnknownProfile: a number that we do not know; a relay cannot ask for a cheaper guess (D1).
        UsageError: a field of the wrong length.
    """

    relay_name: str
    handle: bytes
    salt: bytes
    profile: int

    def __post_init__(self) -> None:
        if self.profile not in password.PROFILES:
            raise UnknownProfile(self.profile)
        if len(self.salt) != password.SALT_BYTES or len(self.handle) != HANDLE_BYTES:
            raise UsageError("the salt or the handle has a wrong length")
        _relay_name(self.relay_name)

    @classmethod
    def choose(cls, *, relay_name: str, name: str, entropy: Entropy) -> Self:
        """Those of a new account or a new password: a fresh salt, the newest profile."""
        return cls(
            relay_name=relay_name,
            handle=sign_in_handle(relay_name, name),
            salt=entropy(password.SALT_BYTES),
            profile=CURRENT_PROFILE,
        )

    def effective_salt(self) -> bytes:
        """The salt of one account at one relay: a relay that hands out another's salt gains nothing by it."""
        fields = (codec.opaque(LABEL_SALT), codec.opaque(_relay_name(self.relay_name)), self.handle, self.salt)
        return hashlib.sha256(codec.concat(fields)).digest()[: password.SALT_BYTES]


@dataclass(frozen=True, slots=True)
class SignInKeys:
    sign_in_secret: SignInSecret
    wrapping_key: WrappingKey
    label_key: LabelKey
    with_device_secret: bool = False  # of the wrapping key: the vault opens to no other


def sign_in_handle(relay_name: str, name: str) -> bytes:
    """What the relay knows instead of the name; the same name has another handle at every relay.

    A relay can test names that it guesses. The handle keeps them out of its tables and logs, no more.

    Raises:
        UnusableText: the name is empty, too long, or holds characters that are not allowed.
    """
    spelling = opaque_string.enforce(opaque_string.enforce(name).lower()).encode()  # lower case can undo the NFC form
    if len(spelling) > MAX_NAME_BYTES:
        raise UnusableText(f"a name has at most {MAX_NAME_BYTES} bytes")
    fields = (codec.opaque(LABEL_NAME), codec.opaque(_relay_name(relay_name)), codec.opaque(spelling))
    return hashlib.sha256(codec.concat(fields)).digest()[:HANDLE_BYTES]


def typed_password(text: str) -> Password:
    """A password that exists already, as it was typed; its strength is not judged again.

    Raises:
        UnusableText: it cannot be anybody's password.
    """
    return Password(opaque_string.enforce(text).encode())


def new_password(text: str, *, name: str | None, relay_name: str) -> Password:
    """A password that somebody chooses now; a mailbox on disk does not know its owner's name (None).

    Raises:
        UnusableText: empty, too long, or characters that are not allowed.
        WeakPassword: a machine guesses it too soon.
    """
    spelling = opaque_string.enforce(text)
    check_strength(spelling, known=(*(() if name is None else (opaque_string.enforce(name),)), relay_name))
    return Password(spelling.encode())


def derive(secret: Password, parameters: SignInParameters, *, device_secret: DeviceSecret | None = None) -> SignInKeys:
    """The keys of an account. Takes about 0.15 s and 64 MiB: call it in a thread."""
    stretched = password.stretch(secret.expose(), parameters.effective_salt(), parameters.profile).expose()
    wrapping = LABEL_WRAPPING + (device_secret.expose() if device_secret else b"")
    return SignInKeys(
        sign_in_secret=SignInSecret(hkdf.expand(stretched, LABEL_SIGN_IN, SIGN_IN_SECRET_BYTES)),
        wrapping_key=WrappingKey(hkdf.expand(stretched, wrapping, secret_box.KEY_BYTES)),
        label_key=LabelKey(hkdf.expand(stretched, LABEL_SESSION_LABEL, secret_box.KEY_BYTES)),
        with_device_secret=device_secret is not None,
    )


def _relay_name(name: str) -> bytes:
    encoded = name.encode()
    if not 0 < len(encoded) <= MAX_RELAY_NAME_BYTES:
        raise UsageError(f"a relay's name has 1 to {MAX_RELAY_NAME_BYTES} bytes")
    return encoded
