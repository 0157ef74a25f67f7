"""Run the official MLS test vectors that lie in a folder: `python -m tests.vectors.run DIR`.

One line per file, a total, and a non-zero exit if anything failed. Formats: mlswg/mls-implementations, test-vectors.md.
"""

# ruff: noqa: T201 (a program that prints its result)

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.errors import CencommError
from tests.vectors.mls import messages, passive, schedule, trees
from tests.vectors.mls.entry import Entry, NotOurs, as_entry, as_list

FAMILIES: Mapping[str, Callable[[Entry], None]] = {
    "deserialization": messages.deserialization_entry,
    "message-protection": messages.message_protection_entry,
    "messages": messages.messages_entry,
    "passive-client": passive.passive_client_entry,
    "welcome": messages.welcome_entry,
    "crypto-basics": schedule.crypto_basics_entry,
    "key-schedule": schedule.key_schedule_entry,
    "psk_secret": schedule.psk_secret_entry,
    "secret-tree": schedule.secret_tree_entry,
    "transcript-hashes": schedule.transcript_hashes_entry,
    "tree-math": trees.tree_math_entry,
    "tree-operations": trees.tree_operations_entry,
    "tree-validation": trees.tree_validation_entry,
    "treekem": trees.treekem_entry,
}


@dataclass(slots=True)
class Tally:
    """What became of the entries of one file."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.skipped.items()))
        line = f"{self.passed} passed, {len(self.failures)} failed, {self.skipped.total()} skipped"
        return f"{line} ({reasons})" if reasons else line


def family_of(path: Path) -> Callable[[Entry], None] | None:
    """By the name of the file; there are several files of passive clients, all of one format."""
    return FAMILIES.get("passive-client" if path.stem.startswith("passive-client-") else path.stem)


def run_file(path: Path) -> Tally:
    tally = Tally()
    check = family_of(path)
    if check is None:
        tally.skipped["file of no family that we know"] += 1
        return tally
    try:
        entries = as_list(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, AssertionError):
        tally.failures.append(f"{path.name}: not a JSON list")
        return tally
    for number, value in enumerate(entries):
        try:
            check(as_entry(value))
        except NotOurs as reason:
            tally.skipped[str(reason)] += 1
        except (AssertionError, CencommError, LookupError, TypeError, ValueError) as exc:
            tally.failures.append(f"{path.name}[{number}]: {type(exc).__name__}: {exc}")
        else:
            tally.passed += 1
    return tally


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m tests.vectors.run DIR, a folder of official vector files")
        return 2
    files = sorted(Path(arguments[0]).glob("*.json"))
    if not any(family_of(path) for path in files):
        print(f"{arguments[0]} holds no file of official vectors: nothing was tested")
        return 2
    total = Tally()
    for path in files:
        tally = run_file(path)
        print(f"{path.name}: {tally}")
        for failure in tally.failures:
            print(f"  {failure}")
        total.passed += tally.passed
        total.failures += tally.failures
        total.skipped += tally.skipped
    print(f"{total.passed} passed, {len(total.failures)} failed, {total.skipped.total()} skipped")
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
