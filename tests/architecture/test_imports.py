"""Who may import whom (design.md section 3). A new arrow is a decision: change the table here with an ADR."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cencomm"

VOCABULARY = frozenset({"ids", "errors", "secret", "clock", "resources", "codec"})

# package -> packages of ours that it may import, beside the vocabulary and itself
MAY_IMPORT: dict[str, frozenset[str]] = {
    **dict.fromkeys(VOCABULARY, frozenset()),
    "primitives": frozenset(),
    "mls": frozenset({"primitives"}),
    "ledger": frozenset({"primitives"}),
    "forms": frozenset({"primitives"}),  # envelope.py alone, see ONLY (ADR 0003)
    "wire": frozenset(),
    "site": frozenset({"wire", "primitives"}),  # ADR 0016
    "relay": frozenset({"ledger", "wire", "site", "mls"}),  # of mls only the framing, see ONLY
    "client": frozenset({"mls", "ledger", "forms", "wire", "primitives"}),
    "node": frozenset({"client", "mls", "ledger", "forms", "wire", "site", "primitives"}),  # ADR 0007
    **dict.fromkeys(("archive", "ncen", "cen"), frozenset({"node", "client", "forms", "site", "ledger"})),
    "doctor": frozenset({"client", "node", "relay", "site", "forms", "ledger", "wire", "primitives"}),  # ADR 0021
    "demo": frozenset({"client", "node", "forms", "ledger", "wire"}),
    "__main__": frozenset({"client", "relay", "archive", "ncen", "cen", "demo", "doctor"}),
}

# importing package -> package of ours -> the modules of it that may be named
FRAMING = frozenset(  # what can be read of a message without being a member
    {
        "cipher_suite",
        "commit",
        "credential",
        "errors",
        "extension",
        "framing",
        "key_package",
        "leaf_node",
        "proposal",
        "proposal_type",
        "welcome",
    }
)
ONLY: dict[tuple[str, str], frozenset[str]] = {
    ("relay", "mls"): FRAMING,
    ("client", "primitives"): frozenset({"chunk_stream", "signatures", "password", "hkdf", "secret_box", "x25519"}),
    ("site", "primitives"): frozenset({"tls_certificate"}),
    ("doctor", "primitives"): frozenset({"signatures", "tls_certificate"}),
    ("node", "primitives"): frozenset({"secret_box"}),
    ("forms", "primitives"): frozenset({"signatures"}),
}

# sans-I/O packages: what they must not import from anywhere
PURE = ("mls", "ledger", "forms", "wire")
IMPURE = frozenset(
    {
        "asyncio",
        "aiohttp",
        "sqlalchemy",
        "aiosqlite",
        "sqlite3",
        "time",
        "os",
        "logging",
        "random",
        "socket",
        "threading",
        "subprocess",
        "requests",
        "structlog",
    }
)
OWNERS: dict[str, frozenset[str]] = {  # third-party module -> the only packages that import it
    "nacl": frozenset({"primitives"}),
    "cryptography": frozenset({"primitives"}),
    "argon2": frozenset({"site"}),
    "pyotp": frozenset({"site", "client"}),
    "alembic": frozenset({"relay", "node", "ncen", "cen", "site", "doctor"}),
}


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names of all modules that a file imports, function-level imports included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from (f"{module}.{alias.name}" for alias in names)


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def owner(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    home = owner(path)
    if home == "__init__":
        return
    allowed = MAY_IMPORT[home] | VOCABULARY | {home}

    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        top, *rest = name.split(".")
        if top == "cencomm" and rest:
            assert rest[0] in allowed, f"{home} imports {name}"
            only = ONLY.get((home, rest[0]))
            assert only is None or (len(rest) > 1 and rest[1] in only), f"{home} may not name {name}"
        elif top in OWNERS:
            assert home in OWNERS[top], f"{home} imports {name}, which belongs to {sorted(OWNERS[top])}"


@pytest.mark.parametrize(
    "path", [path for path in files() if owner(path) in PURE], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_the_core_does_no_input_or_output(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported(ast.parse(path.read_text(encoding="utf-8")))}

    assert not tops & IMPURE


def test_nobody_imports_the_demo_or_the_entry_point() -> None:
    for path in files():
        if owner(path) in {"demo", "__main__"}:
            continue
        names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
        assert not any(name.startswith(("cencomm.demo", "cencomm.__main__")) for name in names), path


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("__init__.py")), ids=lambda path: str(path.parent.name))
def test_package_files_hold_no_logic(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body

    assert all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)
