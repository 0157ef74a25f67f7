"""The computer itself: programs, randomness, limits, the terminal. Each is read once and judged apart."""

import os
import platform
import resource
import sqlite3
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from cencomm.doctor.finding import Finding, broken, look, ok
from cencomm.primitives.signatures import SigningKey

LEAST_PYTHON = (3, 11)
LEAST_SQLITE = (3, 37)  # strict tables
LEAST_FREE_MEMORY_BYTES = 256 << 20  # Argon2id takes 64 MiB, a picture of 50 megapixels 600
OTHER_FILES = 100  # that a server has open beside its connections: database, log, libraries
_ED25519_SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
_ED25519_PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
_SAMPLE = "é ж ع پ"  # of every script that an officer may be sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """What was read of it. `memory` in bytes, None where the system does not say; `encoding` of the output."""

    python: tuple[int, int]
    sqlite: tuple[int, int]
    open_files: int
    memory: int | None
    encoding: str
    preloaded: str  # libraries that were put before the system's own
    has_entropy: bool


def this_computer() -> Computer:
    return Computer(
        python=sys.version_info[:2],
        sqlite=(sqlite3.sqlite_version_info[0], sqlite3.sqlite_version_info[1]),
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        memory=_available_memory(Path("/proc/meminfo")),
        encoding=(sys.stdout.encoding or "").lower(),
        preloaded=os.environ.get("LD_PRELOAD", ""),
        has_entropy=_has_entropy(),
    )


def judge_computer(computer: Computer, *, connections: int) -> Iterator[Finding]:
    """`connections`: how many a server is to hold at once; 0 for an officer's computer."""
    yield _programs(computer)
    yield _cryptography()
    if computer.has_entropy:
        yield ok("entropy", "The system gives random numbers.")
    else:
        yield broken(
            "entropy",
            "The system has no random numbers yet: keys made now could be guessed.",
            "Wait until the system has started, or give the virtual machine a virtio-rng device.",
        )
    yield _open_files(computer.open_files, connections)
    if computer.memory is not None and computer.memory < LEAST_FREE_MEMORY_BYTES:
        yield look(
            "memory",
            "{mib} MiB of memory are free: signing in takes 64, a large picture 600.",
            "Close other programs, or give the computer more memory.",
            mib=computer.memory >> 20,
        )
    elif computer.memory is not None:
        yield ok("memory", "{mib} MiB of memory are free.", mib=computer.memory >> 20)
    yield _terminal(computer.encoding)


def _programs(computer: Computer) -> Finding:
    facts = {
        "cencomm": version("cencomm"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "pynacl": version("pynacl"),
        "openssl": ssl.OPENSSL_VERSION.split()[1],
    }
    if computer.python < LEAST_PYTHON or computer.sqlite < LEAST_SQLITE:
        return broken(
            "programs",
            "Python {python} or SQLite {sqlite} is too old: 3.11 and 3.37 are the oldest that do.",
            "Install a newer Python, which brings its SQLite, and run make setup.",
            **facts,
        )
    return ok(
        "programs",
        "cencomm {cencomm} on Python {python}, SQLite {sqlite}, PyNaCl {pynacl}, OpenSSL {openssl}.",
        **facts,
    )


def _cryptography() -> Finding:
    """The first test vector of RFC 8032 section 7.1: a library that was exchanged or miscompiled fails it."""
    if SigningKey(_ED25519_SEED).public_key == _ED25519_PUBLIC:
        return ok("cryptography", "The cryptographic library computes what RFC 8032 says.")
    return broken(
        "cryptography",
        "The cryptographic library computes something else than RFC 8032 says.",
        "Do not sign in. Install cencomm anew from requirements.lock, whose hashes are checked.",
    )


def _open_files(most: int, connections: int) -> Finding:
    needed = 2 * connections + OTHER_FILES  # a stream and a request each
    if most != resource.RLIM_INFINITY and most < needed:
        return look(
            "open_files",
            "{most} files may be open at once; {connections} connections need {needed}.",
            "Put LimitNOFILE={needed} into the systemd unit, or type ulimit -n {needed} before the start.",
            most=most,
            connections=connections,
            needed=needed,
        )
    return ok("open_files", "{most} files may be open at once, {needed} are needed.", most=most, needed=needed)


def _terminal(encoding: str) -> Finding:
    if encoding.replace("-", "").replace("_", "") == "utf8":
        return ok("terminal", "This terminal takes UTF-8. Are these four letters, not boxes? {sample}", sample=_SAMPLE)
    return look(
        "terminal",
        "This terminal takes {encoding}: names and messages in other scripts are not shown.",
        "Type export LANG=C.UTF-8 before the command, or choose UTF-8 in the terminal's settings.",
        encoding=encoding or "ascii",
    )


def _has_entropy() -> bool:
    try:
        os.getrandom(1, os.GRND_NONBLOCK)
    except BlockingIOError:
        return False
    return True


def _available_memory(meminfo: Path) -> int | None:
    """Linux's own estimate of what a new program can have."""
    try:
        lines = meminfo.read_text("ascii").splitlines()
    except OSError:
        return None
    amounts = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(amounts[0]) << 10 if amounts else None
