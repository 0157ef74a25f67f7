"""Whatever an officer wrote, a spreadsheet that opens the CSV runs none of it, and reads the file to its end."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.node.records.export import CsvSheet
from cencomm.node.records.sheets import SheetCell

TRUTHS = {True: "yes", False: "no"}
RUN = "=+-@\uff1d\uff0b\uff0d\uff20\t\r\n"
HIDDEN = " \x00\x1f\xa0\u200b\u200f\u2060\ufeff\u3000"


def read_back(*row: SheetCell) -> list[str]:
    file = io.StringIO(newline="")
    CsvSheet(csv.writer(file).writerow, TRUTHS).write(row)
    file.seek(0)
    (read,) = csv.reader(file)
    return read


@pytest.mark.parametrize(
    "text", ["=1+1", "\uff1d1+1", "\uff20SUM(A1)", " =1+1", "\ufeff=1+1", "\u200b+1", "\x00=1", "\n=1", "\xa0-1", "\rx"]
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    (read,) = read_back(text)

    assert read[0] == "'"
    assert read[1:] == text.replace("\x00", "\ufffd")


@pytest.mark.parametrize("text", ["a=b", "KE-1", "15 kg", "'quoted", "", " two"])
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert read_back(text) == [text] or text == ""


def test_numbers_and_truths_stay_what_they_are() -> None:
    assert read_back(-5, Decimal("-12.50"), True, None, "x") == ["-5", "-12.50", "yes", "", "x"]


@given(st.text())
def test_no_text_runs_whatever_stands_before_its_sign(text: str) -> None:
    (read, end) = read_back(text, "end")

    assert end == "end"
    assert "\x00" not in read
    visible = read.lstrip(HIDDEN)
    assert not visible or read[0] == "'" or visible[0] not in RUN
