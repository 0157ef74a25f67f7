"""What is pinned: headers, tables as migrated, key files, modules that a relay must not hold, configuration."""

import os
import re
import stat
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import create_engine

from cencomm.errors import UsageError
from cencomm.relay.__main__ import main
from cencomm.relay.config import RelayConfig
from cencomm.relay.database import migrate
from cencomm.relay.edge.routes import ROUTES
from cencomm.relay.own_keys import receipt_key
from cencomm.relay.tables.schema import METADATA
from cencomm.secret import Secret, system_entropy
from tests.fakes.served_relay import NAME, Relay, StandingClock, config_for, running

ROOT = Path(__file__).parents[3]


async def test_every_answer_carries_the_headers(relay: Relay) -> None:
    for path in ("/healthz", "/v1/relay", "/v1/vault", "/nowhere"):
        headers = (await relay.ask("GET", path)).headers

        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Server"] == "cencomm"


async def test_errors_of_the_web_server_have_our_shape(relay: Relay) -> None:
    assert (await relay.ask("GET", "/nowhere")).code == "not_found"
    assert (await relay.ask("PATCH", "/v1/vault")).code == "not_found"


def test_the_migrations_make_exactly_the_tables_that_the_queries_use(tmp_path: Path) -> None:
    migrate(tmp_path / "relay.sqlite")

    engine = create_engine(f"sqlite:///{tmp_path / 'relay.sqlite'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    migrate(tmp_path / "relay.sqlite")
    before = (tmp_path / "relay.sqlite").read_bytes()

    migrate(tmp_path / "relay.sqlite")

    assert (tmp_path / "relay.sqlite").read_bytes() == before


async def test_the_data_folder_is_closed_to_others(relay: Relay, config: RelayConfig) -> None:
    assert stat.S_IMODE(config.data.stat().st_mode) == 0o700
    for name in ("receipt.key", "false-salt.key"):
        assert stat.S_IMODE((config.data / name).stat().st_mode) == 0o600
    assert relay.receipt_key


async def test_a_relay_keeps_its_receipt_key_and_its_ledgers(config: RelayConfig) -> None:
    async with running(config, StandingClock()) as relay:
        first = relay.receipt_key
    async with running(config, StandingClock(), seed="other") as relay:
        assert relay.receipt_key == first


def test_a_receipt_key_that_others_can_read_or_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    receipt_key(tmp_path, system_entropy)
    path = tmp_path / "receipt.key"
    path.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        receipt_key(tmp_path, system_entropy)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(UsageError, match="5 bytes"):
        receipt_key(tmp_path, system_entropy)


def test_plain_http_is_for_this_computer_only(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        assert config_for(tmp_path, host=host).host == host
    for host in ("0.0.0.0", "::", "192.0.2.1", "relay.example.org"):  # noqa: S104 (it is refused)
        with pytest.raises(UsageError, match="TLS"):
            config_for(tmp_path, host=host)
    with pytest.raises(UsageError, match="its key"):
        config_for(tmp_path, tls_certificate=tmp_path)


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--data", str(tmp_path), "--host", "192.0.2.1"])

    assert result.exit_code == 2
    assert "TLS certificate" in result.output


def test_a_configuration_can_be_shown_without_its_secret(tmp_path: Path) -> None:
    assert "let me in" not in repr(config_for(tmp_path, registration_code=Secret(b"let me in")))


def test_every_field_of_the_configuration_is_documented() -> None:
    text = (ROOT / "docs" / "relay.md").read_text(encoding="utf-8")

    missing = [field.name for field in fields(RelayConfig) if f"| `{field.name}` |" not in text]

    assert not missing


def test_every_table_is_documented() -> None:
    text = (ROOT / "docs" / "relay.md").read_text(encoding="utf-8")

    assert [name for name in METADATA.tables if f"| `{name}` |" not in text] == []


def test_every_route_is_in_the_protocol_and_the_other_way_round() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    section = text[text.index("| method and path") : text.index("**Order of checks")]
    documented = set()
    for line in section.splitlines():
        cell = line.split("|")[1] if line.startswith("| `") else ""
        methods = re.findall(r"\b(GET|POST|PUT|DELETE)\b", cell)
        paths = re.findall(r"(/(?:v1/)?[\w{}/-]+)", cell)
        documented |= {(method, path) for method in methods for path in paths}

    assert {(route.method, route.path) for route in ROUTES} == documented
    assert NAME


def test_a_relay_holds_no_module_that_could_decrypt() -> None:
    program = (
        "import sys, cencomm.relay.__main__\n"
        "print('\\n'.join(name for name in sys.modules if name.startswith('cencomm.')))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ).stdout.split()

    forbidden = re.compile(
        r"cencomm\.(forms|client|node|archive|demo|mls\.(group$|group_state|key_schedule|secret_tree|treekem|ratchet_tree"
        r"|joining|processing|private_message|committing|welcoming))"
    )
    assert [name for name in loaded if forbidden.match(name)] == []
    assert "cencomm.mls.framing" in loaded
