"""docs/rules.md names, for each rule, a test in which somebody breaks it: no rule is missing, every test exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([LCSDH]\d+) \| [^|]+ \| `([\w/]+\.py)::(test_\w+)` \|$", re.MULTILINE)
NUMBERS = {"L": 8, "C": 12, "S": 8, "D": 7, "H": 4}


def test_every_rule_has_a_test_and_every_test_exists() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = ROW.findall(text)

    assert len(rows) == sum(line.startswith(tuple(f"| {letter}" for letter in NUMBERS)) for line in text.splitlines())
    assert {rule for rule, _, _ in rows} == {
        f"{letter}{n}" for letter, most in NUMBERS.items() for n in range(1, most + 1)
    }
    for rule, file, test in rows:
        source = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"\bdef {test}\(", source), f"{rule}: {file} has no {test}"
