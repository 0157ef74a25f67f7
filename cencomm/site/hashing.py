"""The threads that hash sign-in secrets. They step back: a rush of sign-ins must not hold up messages.

Argon2 lets go of the interpreter, not of the cores: with as many of these threads as cores, the event loop shared its
own with them, and live messages took three times as long (docs/performance.md).
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

MOST_HASHING_THREADS = 2  # 50 sign-ins a second each: nobody needs more, and each hash takes 19 MiB
STEP_BACK = 10  # on the scale of `nice`: a tenth of the event loop's share where both want one core


def hashing_pool() -> ThreadPoolExecutor:
    """Threads of low priority, at least one, that leave a core to the event loop if there are two."""
    return ThreadPoolExecutor(_threads(_cores()), thread_name_prefix="sign-in", initializer=_step_back)


def _threads(cores: int) -> int:
    return max(1, min(MOST_HASHING_THREADS, cores - 1))


def _cores() -> int:
    """Those that we may use, which a container or `taskset` may have restricted."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _step_back() -> None:
    """The calling thread alone has a niceness on Linux; elsewhere it would be the whole process."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + STEP_BACK)
