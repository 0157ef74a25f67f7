"""The count says that something is missing whenever something is."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from cencomm.demo.tally import MAX_REASONS, Tally, show_tally
from cencomm.forms.doubt import Doubt, DoubtKind
from cencomm.forms.mapped_row import MappedRow, RefusedRow, RowWarning

WHOLE = Tally(
    rows=14,
    refused=(RefusedRow(12, ("11",), ("no country",)),),
    doubtful=(),
    absent_columns=(),
    sent=13,
    unsent=(),
    deliveries=117,
    deliveries_expected=117,
    doubled=0,
    archived=13,
    originated=3,
    kept_by_ncen=3,
    released=3,
    recorded_by_cen=3,
    quarantined=0,
    seconds=3.6,
)


def shown(tally: Tally) -> str:
    out = io.StringIO()
    show_tally(tally, Console(file=out, width=100))
    return out.getvalue()


def test_a_whole_count_misses_nothing() -> None:
    assert not WHOLE.missing
    assert "Nothing is missing." in shown(WHOLE)
    assert "row 12 refused: no country" in shown(WHOLE)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(WHOLE, sent=12, archived=12, deliveries=108, deliveries_expected=108),
        replace(WHOLE, unsent=("paris: ROUTES-2: the relay does not answer",)),
        replace(WHOLE, deliveries=116),
        replace(WHOLE, doubled=1),
        replace(WHOLE, archived=12),
        replace(WHOLE, archived=14),
        replace(WHOLE, kept_by_ncen=2),
        replace(WHOLE, kept_by_ncen=4),
        replace(WHOLE, recorded_by_cen=2),
        replace(WHOLE, quarantined=1),
    ],
    ids=[
        "a row that vanished",
        "not sent",
        "not delivered",
        "delivered twice",
        "lost",
        "archived twice",
        "not in the nCEN",
        "of another nation in the nCEN",
        "not at CEN",
        "set aside",
    ],
)
def test_each_gap_is_missing(wrong: Tally) -> None:
    assert wrong.missing
    assert "Something is missing." in shown(wrong)


def test_a_file_of_nothing_but_refusals_is_told_in_bounds() -> None:
    many = tuple(RefusedRow(number, (), ("[bold]no[/bold]",)) for number in range(MAX_REASONS + 5))

    text = shown(replace(WHOLE, rows=len(many), refused=many, sent=0, archived=0, deliveries=0, deliveries_expected=0))

    assert text.count("[bold]no[/bold]") == MAX_REASONS
    assert "and 5 more rows refused" in text


def test_doubts_about_rows_that_were_kept_are_shown_row_by_row() -> None:
    warning = RowWarning("Date ", "3/4/2011", Doubt(DoubtKind.DATE_ORDER, "read as 2011-03-04"))
    row = MappedRow(7, "seizure", {}, (warning,))
    console = Console(record=True, width=200)

    show_tally(replace(WHOLE, doubtful=(row,), absent_columns=("species",)), console)

    shown = console.export_text()
    assert "row 7, Date  '3/4/2011': read as 2011-03-04" in shown
    assert "the file has no column 'species'" in shown
