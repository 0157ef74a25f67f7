"""Any bytes as a CSV file, any text as a cell, any bytes as a mapping: an answer or the one error."""

import csv
import io
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cencomm.forms.cell import DateOrder, UnreadableCellError, month_names, read_amount, read_date
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.gazetteer import PlaceError, load_gazetteer
from cencomm.forms.mapped_row import MappedRow, RefusedRow
from cencomm.forms.mapping import RowMapper
from cencomm.forms.mapping_file import MappingError, decode_mapping, load_mapping
from cencomm.forms.table import TableError, read_table

HEADERS = ["ID", "Year", "Date", "Database", "Location", "City, Country", "Origin", "Weight (kg)", "Number", "Airline"]
MONTHS = month_names(("en",))
CELLS = st.text(max_size=30) | st.sampled_from(
    ["2016", "3-5 May 2016", "Ivory", "Lagos, Nigeria", "Congo", "~12 kg", "KQ584", "\ufffd", "", "1e9", "a;b,c"]
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


@pytest.fixture(scope="module")
def routes(lists: Mapping[str, CodeList]) -> RowMapper:
    return RowMapper(
        mapping=load_mapping("routes", lists), code_lists=lists, gazetteer=load_gazetteer(lists["country"])
    )


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_table_or_raise_table_error(data: bytes) -> None:
    try:
        table = read_table(data, fallback_encoding="cp1252", wanted=("ID",))
    except TableError:
        return
    assert all(any(row.cells) for row in table.rows)


@QUICK
@given(st.lists(st.lists(CELLS, min_size=len(HEADERS), max_size=len(HEADERS)), max_size=4))
def test_any_row_becomes_a_report_or_a_refusal_with_reasons(routes: RowMapper, rows: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    writer.writerows(rows)
    try:
        found = routes.map_file(out.getvalue().encode())
    except TableError:
        return
    assert found.totals.rows == found.totals.mapped + found.totals.refused == len(found.outcomes)
    for outcome in found.outcomes:
        match outcome:
            case MappedRow(values=values):
                assert {"case_ref", "seizure_date", "reporting_country", "place", "items"} <= set(values)
            case RefusedRow(reasons=reasons):
                assert reasons


@given(st.text(max_size=120))
def test_any_text_is_a_date_or_is_unreadable(text: str) -> None:
    try:
        found = read_date(text, order=DateOrder.MONTH_FIRST, months=MONTHS)
    except UnreadableCellError:
        return
    assert read_date(found.date, order=DateOrder.DAY_FIRST, months=MONTHS).date == found.date


@given(st.text(max_size=120) | st.from_regex(r"[~<>]?[0-9]{1,5}[,.eE]?[0-9]{0,4} ?(kg)?", fullmatch=True))
def test_any_text_is_an_amount_or_is_unreadable(text: str) -> None:
    try:
        found = read_amount(text, units={"kg": "KGM"})
    except UnreadableCellError:
        return
    assert read_amount(found.number, units={}).number == found.number


@QUICK
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_a_place_or_raises_place_error(routes: RowMapper, city: str, country: str) -> None:
    try:
        found = routes.gazetteer.locate(city, country)
    except PlaceError:
        return
    routes.gazetteer.airport(city, found.place)


@QUICK
@given(st.binary(max_size=300) | st.text(alphabet='[]{}="\nrulesadtoc.', max_size=200).map(str.encode))
def test_any_bytes_are_a_mapping_or_raise_mapping_error(lists: Mapping[str, CodeList], data: bytes) -> None:
    try:
        decode_mapping(data, lists)
    except MappingError:
        return
