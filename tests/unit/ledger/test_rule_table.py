"""docs/ledger.md says which function keeps a rule and which test breaks it: both exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"^\| [LCDS]\d+ \|.*\| `([A-Za-z_.]+)` \| `(\w+)` \|$", re.MULTILINE)


def test_the_rule_table_names_functions_and_tests_that_exist() -> None:
    rows = ROW.findall((ROOT / "docs" / "ledger.md").read_text(encoding="utf-8"))
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "cencomm" / "ledger").glob("*.py"))
    tests = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))

    assert len(rows) > 40
    for function, test in rows:
        assert f"def {function.rpartition('.')[2]}(" in code, function
        assert f"def {test}(" in tests, test
