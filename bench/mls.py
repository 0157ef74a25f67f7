"""What MLS costs: python -m bench.mls [N ...], for groups of N members, suite 3. Medians of CPU time.

CPU time, because nothing here waits and the machine may be shared. The first update is the worst case: all members
were added without a path, so that the first one is sealed to each of them. The other Commits are made in a tree in
which every parent holds a key, where their cost grows with log N.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import process_time
from typing import TypeVar

from bench._figures import Figure, report
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE
from cencomm.mls.group import Group, StagedCommit, create_group, join_group, restore_group
from cencomm.mls.key_package import KeyPackageBundle, create_key_package
from cencomm.mls.tree_math import LeafIndex, node_of
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import system_entropy

T = TypeVar("T")
ROUNDS = 7
MESSAGES = 300
DEFAULT_SIZES = (10, 100, 1000)
LARGE = 1000  # members, at which Commits and Welcomes are judged
WELCOME_MILLISECONDS, UPDATE_MILLISECONDS, PROCESS_MILLISECONDS = 200, 250, 30
MESSAGE_BYTES, MESSAGE_MILLISECONDS = 4096, 0.25
FIGURES: list[Figure] = []  # of what is judged


def device(number: int) -> KeyPackageBundle:
    return create_key_package(
        credential=f"device {number:4}".encode() * 16,  # about as long as a device certificate
        signing_key=SigningKey.generate(system_entropy),
        cipher_suite=SUITE,
        lifetime=(0, 1 << 40),
        entropy=system_entropy,
    )


def measure(name: str, act: Callable[[], T], rounds: int = ROUNDS, *, wanted: float | None = None) -> T:
    times: list[float] = []
    results: list[T] = []
    for _ in range(rounds):
        start = process_time()
        results.append(act())
        times.append((process_time() - start) * 1000)
    print(f"  {name:<34}{median(times):>9.2f} ms")
    if wanted is not None:
        FIGURES.append(
            Figure(name=f"MLS, {name}", reached=median(times), wanted=wanted, unit="ms of CPU", sense="most")
        )
    return results[-1]


def join(staged: StagedCommit, package: KeyPackageBundle) -> Group:
    assert staged.welcome is not None
    return join_group(staged.welcome, key_package=package, ratchet_tree=staged.ratchet_tree).group


def seen_by(group: Group, leaf: LeafIndex, package: KeyPackageBundle) -> Group:
    """The group as a member that has only its leaf's key sees it: members share all secrets of an epoch."""
    keys = {node_of(leaf): package.leaf_private_key}
    return Group(replace(group.state, own_leaf=leaf, signing_key=package.signing_key, private_keys=keys))


def populate(group: Group, packages: list[KeyPackageBundle]) -> Group:
    """The first member's view after every second one has committed: every parent holds a key."""
    for index in range(2, len(packages), 2):
        staged = seen_by(group, LeafIndex(index), packages[index]).commit(entropy=system_entropy)
        group, _ = group.process(staged.message)
    return group


def bench_commits(group: Group, packages: list[KeyPackageBundle]) -> None:
    other = seen_by(group, LeafIndex(len(packages) - 1), packages[-1])
    staged = measure("update", lambda: other.commit(entropy=system_entropy))
    measure("process it", lambda: group.process(staged.message))
    removal = measure("remove", lambda: other.commit(removes=[LeafIndex(1)], entropy=system_entropy))
    measure("process it", lambda: group.process(removal.message))
    newcomer = device(len(packages))
    addition = measure("add one", lambda: other.commit(adds=[newcomer.key_package], entropy=system_entropy))
    measure("process it", lambda: group.process(addition.message))
    measure("process Welcome, full tree", lambda: join(addition, newcomer))


def bench_messages(group: Group, reader: Group, size: int, *, judged: bool) -> None:
    plaintext = bytes(size)
    messages: list[bytes] = []

    def encrypt() -> None:
        nonlocal group
        group, message = group.encrypt(plaintext, authenticated_data=bytes(181), entropy=system_entropy)
        messages.append(message)

    def decrypt() -> None:
        nonlocal reader
        reader, _ = reader.process(messages.pop(0))

    wanted = MESSAGE_MILLISECONDS if judged and size == MESSAGE_BYTES else None
    measure(f"encrypt {size} bytes", encrypt, MESSAGES, wanted=wanted)
    measure(f"decrypt {size} bytes", decrypt, MESSAGES, wanted=wanted)


def bench_state(group: Group) -> None:
    public = measure("encode public state", group.encode_public)
    private = measure("encode private state", group.encode_private)
    measure("restore", lambda: restore_group(public, private, group.state.signing_key))
    print(f"  public {len(public):,} bytes, private {len(private):,} bytes")


def bench(count: int) -> None:
    print(f"N = {count}")
    packages = [device(number) for number in range(count)]
    alone = create_group(group_id=bytes(32), key_package=packages[0], entropy=system_entropy)
    newcomers = [package.key_package for package in packages[1:]]
    staged = measure("add all", lambda: alone.commit(adds=newcomers, force_path=False, entropy=system_entropy), 1)
    judged = count == LARGE
    last = measure(
        "process Welcome", lambda: join(staged, packages[-1]), 3, wanted=WELCOME_MILLISECONDS if judged else None
    )
    update = measure(
        "first update", lambda: last.commit(entropy=system_entropy), 3, wanted=UPDATE_MILLISECONDS if judged else None
    )
    processed = PROCESS_MILLISECONDS if judged else None
    measure("process it", lambda: staged.group.process(update.message), 3, wanted=processed)
    print(f"  its message has {len(update.message):,} bytes")
    group = populate(staged.group, packages)
    bench_commits(group, packages)
    for size in (256, MESSAGE_BYTES):
        bench_messages(staged.group, last, size, judged=judged)
    bench_state(group)


if __name__ == "__main__":
    for argument in sys.argv[1:] or map(str, DEFAULT_SIZES):
        bench(int(argument))
    report(*FIGURES)
