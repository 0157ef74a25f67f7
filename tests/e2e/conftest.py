"""What the tests with real processes share."""

import os
import shutil
from pathlib import Path

import pytest

from cencomm.demo.folder import DemoFolder
from cencomm.demo.repertoire import Repertoire, load_repertoire


@pytest.fixture(scope="session")
def repertoire() -> Repertoire:
    return load_repertoire()


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    path = tmp_path / "demo"
    (path / "mailboxes").mkdir(mode=0o700, parents=True)
    path.chmod(0o700)
    return DemoFolder(path)


@pytest.fixture(scope="session")
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        reason = "strace is not installed (apt install strace)"
        if os.environ.get("CENCOMM_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
