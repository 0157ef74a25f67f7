"""A server that ends when the program that started it ends, however it ends: `kill -9` leaves no orphans.

    python -m cencomm.demo.leash PARENT PROGRAM ARGUMENT…

asks the kernel to pass on the parent's death, then becomes PROGRAM. Linux has prctl for it; elsewhere a demonstration
that is killed hard leaves its servers behind, and Ctrl-C still ends them.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>; it survives execve(2)


def become(parent: int, program: list[str]) -> None:
    """Never returns: the process is `program` from here on, or ends because `parent` has already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        raise SystemExit(1)
    os.execv(program[0], program)  # noqa: S606 (no shell is what is wanted; the caller is our own demo)


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
