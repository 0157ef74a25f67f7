"""Argon2id by profile number (rule D1): numbers that came from a server could ask for a cheap guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nacl.bindings import crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13, crypto_pwhash_SALTBYTES

from cencomm.errors import UsageError
from cencomm.secret import Secret

SALT_BYTES: int = crypto_pwhash_SALTBYTES
STRETCHED_BYTES = 32


class StretchedPassword(Secret):
    """What Argon2id gave: a root to derive from, never sent and never used as a key itself."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Profile:
    memory_bytes: int
    passes: int


PROFILES: Mapping[int, Profile] = MappingProxyType(
    {
        1: Profile(memory_bytes=64 << 20, passes=3),  # 155 ms here; RFC 9106 section 4, second recommended option
    }
)
"""Version 1.3, one lane (libsodium knows no other). A number is never given a new meaning."""


def stretch(password: bytes, salt: bytes, profile: int) -> StretchedPassword:
    """32 bytes that cost a guesser as much as us. Takes about 0.15 s: call it in a thread.

    Raises:
        UsageError: a profile that we do not know, or a salt that is not 16 bytes.
    """
    chosen = PROFILES.get(profile)
    if chosen is None:
        raise UsageError(f"password profile {profile} is unknown")
    if len(salt) != SALT_BYTES:
        raise UsageError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return StretchedPassword(
        crypto_pwhash_alg(
            STRETCHED_BYTES, password, salt, chosen.passes, chosen.memory_bytes, crypto_pwhash_ALG_ARGON2ID13
        )
    )
