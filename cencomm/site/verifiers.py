"""What a server keeps of a sign-in secret, and how it compares one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from cencomm.errors import Unavailable
from cencomm.secret import Entropy
from cencomm.site.refusals import WrongSignIn
from cencomm.wire.fields import SALT_BYTES, SECRET_BYTES

T = TypeVar("T")

MAX_WAITING_HASHES = 200  # at 20 ms: four seconds of waiting for one thread, two for two
KEPT_FOR_KNOWN = 50  # of them: a flood of strangers keeps no known source waiting outside (D6)


class Verifiers:
    """argon2-cffi in threads of its own. What comes in has 100 bits or was stretched by the client's Argon2id, so
    this one is light: 19 MiB, two passes (about 20 ms); it keeps a thief of the database from using what lies there.
    """

    def __init__(self, pool: ThreadPoolExecutor, entropy: Entropy) -> None:
        self._pool = pool
        self._entropy = entropy
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._waiting = 0
        self._nobodys = self._hasher.hash(entropy(SECRET_BYTES), salt=entropy(SALT_BYTES))

    async def make(self, secret: bytes, *, is_known: bool = False) -> str:
        salt = self._entropy(SALT_BYTES)
        return await self._in_thread(lambda: self._hasher.hash(secret, salt=salt), is_known=is_known)

    async def check(self, verifier: str | None, secret: bytes, *, is_known: bool = False) -> None:
        """`secret` is the one of `verifier`. None, for a handle that nobody has, costs the same time.

        Raises:
            WrongSignIn: it is not.
            Unavailable: too many wait.
        """
        try:
            await self._in_thread(lambda: self._hasher.verify(verifier or self._nobodys, secret), is_known=is_known)
        except VerifyMismatchError:
            raise WrongSignIn from None
        if verifier is None:
            raise WrongSignIn

    async def _in_thread(self, work: Callable[[], T], *, is_known: bool) -> T:
        if self._waiting >= (MAX_WAITING_HASHES if is_known else MAX_WAITING_HASHES - KEPT_FOR_KNOWN):
            raise Unavailable("too many are signing in; try again in a few seconds")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1
