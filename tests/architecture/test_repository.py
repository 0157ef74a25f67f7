"""What must never be committed, and what must stay true of the repository as a whole."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|home|root|Users|farm)/[A-Za-z]")
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
REGISTRY = re.compile(r"https?://(?:[\w.-]*\.)?(?:pypi\.org|pythonhosted\.org|npmjs\.org|registry\.)")


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("only a checkout knows which files are tracked")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("pattern", [MACHINE_PATH, PRIVATE_KEY, REGISTRY], ids=["machine", "private key", "registry"])
def test_no_tracked_file_holds_what_belongs_elsewhere(pattern: re.Pattern[str]) -> None:
    found = []
    for path in tracked():
        if path == Path(__file__):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in pattern.finditer(text)]

    assert not found


def test_the_keys_folder_holds_public_trust_anchors_only() -> None:
    names = {path.name for path in tracked() if path.parent == ROOT / "keys"}

    assert all(name == "README.md" or name.endswith(".pub.toml") for name in names), names
