"""The relay reads public framing. What knows a group's secrets must not even be loaded there."""

import subprocess
import sys
from pathlib import Path

FRAMING = (
    "cencomm.mls.commit",
    "cencomm.mls.credential",
    "cencomm.mls.extension",
    "cencomm.mls.framing",
    "cencomm.mls.key_package",
    "cencomm.mls.leaf_node",
    "cencomm.mls.proposal",
    "cencomm.mls.welcome",
)
SECRETS = {
    "cencomm.mls.committing",
    "cencomm.mls.creating",
    "cencomm.mls.external_join",
    "cencomm.mls.group",
    "cencomm.mls.group_state",
    "cencomm.mls.joining",
    "cencomm.mls.key_schedule",
    "cencomm.mls.private_message",
    "cencomm.mls.processing",
    "cencomm.mls.proposing",
    "cencomm.mls.public_message",
    "cencomm.mls.secret_tree",
    "cencomm.mls.stored_state",
    "cencomm.mls.succession",
    "cencomm.mls.treekem",
    "cencomm.mls.welcoming",
}
IMPURE = {"asyncio", "aiohttp", "sqlalchemy", "logging", "random", "time"}


def loaded_by(modules: tuple[str, ...]) -> set[str]:
    program = f"import sys; {'; '.join(f'import {name}' for name in modules)}; print('\\n'.join(sys.modules))"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_reading_public_framing_loads_nothing_that_knows_secrets() -> None:
    assert not loaded_by(FRAMING) & SECRETS


def test_the_list_of_modules_that_know_secrets_is_complete() -> None:
    assert loaded_by(tuple(sorted(SECRETS))) >= SECRETS


def test_mls_is_sans_io() -> None:
    sources = sorted((Path(__file__).parents[3] / "cencomm" / "mls").glob("*.py"))
    imports = {
        line.split()[1].split(".")[0]
        for source in sources
        for line in source.read_text(encoding="utf-8").splitlines()
        if line.startswith(("import ", "from "))
    }

    assert not imports & (IMPURE | {"os", "nacl", "cryptography", "secrets"})
