"""What every test folder may ask for."""

from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The read-only reference material beside the repository: official vectors, known answers, real files."""
    if not _SHARED.is_dir():
        pytest.skip("the reference material lies beside the repository only where the suite is developed")
    return _SHARED
