"""Whoever is woken by a number finds it in docs/operate.md; whoever writes a rule finds it in a server."""

import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from cencomm.node.metrics import NodeMetrics
from cencomm.relay.metrics import RelayMetrics
from cencomm.site.tls import certificate_gauge

ROOT = Path(__file__).parents[3]
NAME = re.compile(r"\bcencomm_[a-z_]+")
SUFFIXES = ("_bucket", "_count", "_sum")
STORAGE = {f"cencomm_{name}" for name in ("database_bytes", "wal_bytes", "disk_free_bytes", "disk_free_inodes")}
STORAGE.add("cencomm_last_backup_timestamp_seconds")


def served(registry: CollectorRegistry) -> set[str]:
    names = {f"{one.name}_total" if one.type == "counter" else one.name for one in registry.collect()}
    return {name for name in names if name.startswith("cencomm_")}


def all_names(folder: Path) -> set[str]:
    relay = RelayMetrics.of(folder, folder / "relay.sqlite").registry
    certificate_gauge(relay)
    return served(relay) | served(NodeMetrics.of(folder, folder / "node.sqlite").registry) | STORAGE


def test_every_number_is_explained(tmp_path: Path) -> None:
    explained = set(NAME.findall((ROOT / "docs" / "operate.md").read_text(encoding="utf-8")))

    assert all_names(tmp_path) == explained


def test_every_rule_asks_for_numbers_that_are_served(tmp_path: Path) -> None:
    asked = set(NAME.findall((ROOT / "docs" / "alerts.rules.yml").read_text(encoding="utf-8")))

    assert asked
    assert {name.removesuffix(next((s for s in SUFFIXES if name.endswith(s)), "")) for name in asked} <= all_names(
        tmp_path
    )
