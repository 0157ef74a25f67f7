"""docs/attacks.md names for each hostile scenario its error, the action that heals it and a test: all of them exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([^|]+) \| `(\w+)`[^|]* \| ([^|]+) \| `([\w/]+\.py)::(test_\w+)` \|$", re.MULTILINE)
SCENARIOS = frozenset(
    {
        "a replayed Welcome",
        "withheld ledger entries",
        "a coordinator who honestly loses a race",
        "the last committer revoked",
        "a Commit whose receipt is lost",
        "a false rejection",
        "an insider's flood of empty Commits",
        "a shadow group with the right group id",
        "wrong path secrets for all",
        "wrong path secrets for one subtree",
        "a relay put back to yesterday's backup",
        "two histories",
        "history answered with noise",
    }
)


def rows() -> list[tuple[str, str, str, str, str]]:
    """Scenario, error, action, file, test."""
    text = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
    section = text.split("## Named errors, and the one action that heals", 1)[1].split("\n## ", 1)[0]
    found = ROW.findall(section)
    assert len(found) == section.count("\n| ") - 1, "every row but the heading is whole"
    return found


def test_every_hostile_scenario_has_a_row() -> None:
    assert {scenario for scenario, *_ in rows()} == SCENARIOS


def test_every_named_test_exists() -> None:
    for scenario, _, _, file, test in rows():
        source = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"\bdef {test}\(", source), f"{scenario}: {file} has no {test}"


def test_every_named_error_exists() -> None:
    """A class, or a member of an enumeration, of the program."""
    names = set[str]()
    for path in (ROOT / "cencomm").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                names.add(node.targets[0].id)
    assert {error for _, error, *_ in rows()} <= names
