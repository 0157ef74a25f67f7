"""The browser client as it was built: read once at start, served as it is, and listed for whoever compares."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cencomm.errors import UsageError
from cencomm.resources import resource

PAGE = "index.html"
_BUILT = "web/dist"
_MANIFEST = "manifest.json"
_PACKED = "packed.json"
_GROUP = 4  # hexadecimal digits that are said in one breath
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """`digest` is the SHA-256 of `content` in hexadecimal, `packed` the same content by coding, the shortest first."""

    content: bytes
    packed: Mapping[str, bytes]
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class BrowserClient:
    """Every file of the client by its path, and nothing else: no request names a place on disk."""

    files: Mapping[str, BuiltFile]

    @property
    def manifest(self) -> Mapping[str, str]:
        """Path and SHA-256 of each file that is served."""
        return {path: file.digest for path, file in sorted(self.files.items())}

    @property
    def fingerprint(self) -> str:
        """One number for all of it, in groups of four digits: SHA-256 of the lines of `cencomm web manifest`.

        A page computes the same from what it was given (`web/src/program/own-program.ts`).
        """
        lines = "".join(f"{digest}  {path}\n" for path, digest in self.manifest.items())
        digits = hashlib.sha256(lines.encode()).hexdigest()
        return " ".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))


def load_browser_client(*, override: Path | None = None) -> BrowserClient:
    """The client that was built into this installation.

    Raises:
        UsageError: it was not built, or a file is not the one that was built.
    """
    try:
        listed: dict[str, str] = json.loads(resource(f"{_BUILT}/{_MANIFEST}", override=override).read_bytes())
    except UsageError:
        raise UsageError(
            "the browser client was not built here: `make setup` builds it, with Node 20 or newer"
        ) from None
    packed: dict[str, str] = json.loads(resource(f"{_BUILT}/{_PACKED}", override=override).read_bytes())
    files = {
        path: BuiltFile(
            content := _read(path, digest, override),
            MappingProxyType(
                {"br": _read(f"{path}.br", packed[path], override), "gzip": gzip.compress(content, mtime=0)}
            ),
            _TYPES[Path(path).suffix],
            digest,
        )
        for path, digest in listed.items()
    }
    return BrowserClient(MappingProxyType(files))


def _read(path: str, digest: str, override: Path | None) -> bytes:
    content = resource(f"{_BUILT}/{path}", override=override).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise UsageError(f"{path} of the browser client is not the file that was built: build it again")
    return content
