"""What is installed elsewhere is whole: a wheel carries the forms, code lists, mappings and sample operations."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CARRIED = ("templates/messages", "templates/codes", "templates/mappings", "operations", "locale")

READ_EVERYTHING = """
from pathlib import Path
import cencomm.resources
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.library import load_forms, load_operation
from cencomm.forms.mapping_file import load_mapping
lists = load_code_lists()
forms = load_forms(lists)
load_operation("sample_air", forms, lists)
load_mapping("routes", lists)
print(Path(cencomm.resources.__file__).parents[1])
print(sorted(forms))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_a_wheel_carries_every_file_that_the_suite_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    for folder in CARRIED:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                assert f"cencomm/_resources/{path.relative_to(ROOT).as_posix()}" in names
    assert "cencomm/_resources/web/dist/assets/worker.js" in names
    assert not any("/tests/" in name or name.startswith(("tests/", "bench/")) for name in names)


@pytest.mark.slow
def test_what_a_wheel_installs_reads_its_own_files(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)

    done = subprocess.run(
        [sys.executable, "-c", READ_EVERYTHING],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    where, forms = done.stdout.splitlines()
    assert Path(where) == tmp_path
    assert "seizure" in forms
