"""The official vectors, unmodified. The totals are pinned so that nothing can fall silent."""

import json
from pathlib import Path

import pytest

from cencomm.mls.cipher_suite import SUITES
from tests.vectors import run

TOTALS = {  # file: (passed, skipped because the cipher suite is not ours)
    "crypto-basics": (2, 5),
    "deserialization": (14, 0),
    "key-schedule": (2, 5),
    "message-protection": (2, 5),
    "messages": (300, 0),
    "passive-client-handling-commit": (26, 65),
    "passive-client-welcome": (16, 40),
    "psk_secret": (22, 55),
    "secret-tree": (6, 15),
    "transcript-hashes": (2, 5),
    "tree-math": (10, 0),
    "tree-operations": (5, 0),
    "tree-validation": (28, 70),
    "treekem": (22, 55),
    "welcome": (2, 5),
}


@pytest.mark.parametrize("name", TOTALS)
def test_official_vectors_pass_and_only_other_cipher_suites_are_skipped(shared: Path, name: str) -> None:
    tally = run.run_file(shared / "mls-vectors" / f"{name}.json")

    assert tally.failures == []
    assert (tally.passed, tally.skipped.total()) == TOTALS[name]
    assert all(reason.startswith("cipher suite ") for reason in tally.skipped)


def test_every_official_file_is_run(shared: Path) -> None:
    assert {path.stem for path in (shared / "mls-vectors").glob("*.json")} == set(TOTALS)
    assert tuple(map(sum, zip(*TOTALS.values(), strict=True))) == (459, 325)


def test_the_suites_that_are_run_are_the_mandatory_one_and_the_product_s() -> None:
    assert set(SUITES) == {0x0001, 0x0003}


def test_a_changed_vector_fails_and_the_program_says_so(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = json.loads((shared / "mls-vectors" / "transcript-hashes.json").read_text(encoding="utf-8"))
    entries[0]["interim_transcript_hash_after"] = "00" * 32
    (tmp_path / "transcript-hashes.json").write_text(json.dumps(entries), encoding="utf-8")
    (tmp_path / "unheard-of.json").write_text("[{}]", encoding="utf-8")

    status = run.main([str(tmp_path)])

    printed = capsys.readouterr().out
    assert status == 1
    assert "unheard-of.json: 0 passed, 0 failed, 1 skipped (1 file of no family that we know)" in printed
    assert printed.endswith("1 passed, 1 failed, 6 skipped\n")
