"""Files that ship with the suite: forms, code lists, mappings, pages, sample operations, trust anchors, browser client.

They live beside the package in a checkout and inside it in a wheel. A folder named by the caller (a server's
configuration, `--resources`) overrides single files of the same path.
"""

from collections.abc import Iterator
from pathlib import Path

from cencomm.errors import UsageError

KINDS = frozenset({"templates", "operations", "keys", "locale", "web"})

_PACKAGE = Path(__file__).resolve().parent


def _shipped() -> Path:
    inside = _PACKAGE / "_resources"
    return inside if inside.is_dir() else _PACKAGE.parent


def resource(path: str, *, override: Path | None = None) -> Path:
    """The file `path` ("templates/messages/alert.toml"): the override's if it has one, else ours.

    Raises:
        UsageError: no such file, or a path that leaves the folder.
    """
    parts = Path(path).parts
    if not parts or parts[0] not in KINDS or ".." in parts or Path(path).is_absolute():
        raise UsageError(f"{path!r} is not the path of a resource; it starts with one of {sorted(KINDS)}")
    for root in ([override] if override else []) + [_shipped()]:
        if (root / path).is_file():
            return root / path
    raise UsageError(f"there is no {path!r} among the files that ship, nor in {override or 'an override folder'}")


def resources(folder: str, suffix: str, *, override: Path | None = None) -> Iterator[Path]:
    """Each file of a folder once, by name, the override's before ours."""
    found: dict[str, Path] = {}
    for root in [_shipped()] + ([override] if override else []):
        found |= {file.name: file for file in sorted((root / folder).glob(f"*{suffix}"))}
    yield from (found[name] for name in sorted(found))
