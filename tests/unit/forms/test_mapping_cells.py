"""Cells as people write them: dates and amounts."""

import pytest

from cencomm.forms.cell import AmountRead, DateOrder, UnreadableCellError, month_names, read_amount, read_date
from cencomm.forms.doubt import DoubtKind

MONTHS = month_names(("en",))
UNITS = {"kg": "KGM", "kilos": "KGM", "g": "GRM", "lbs": "LBR", "pieces": "H87"}


def date(text: str, order: DateOrder = DateOrder.MONTH_FIRST) -> str:
    return read_date(text, order=order, months=MONTHS).date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18-Jan-09", "2009-01-18"),
        ("3-Feb-09", "2009-02-03"),
        ("18-Jan-2015", "2015-01-18"),
        ("18 January 2015", "2015-01-18"),
        ("January 18, 2015", "2015-01-18"),
        ("18th Jan. 2015", "2015-01-18"),
        ("2 Sept 2019", "2019-09-02"),
        ("2016-03-02", "2016-03-02"),
        ("2016/03/02", "2016-03-02"),
        ("2016-03-02 00:00:00", "2016-03-02"),
        ("2016-03-02T10:30:00Z", "2016-03-02"),
        ("Mar-15", "2015-03"),
        ("March 2015", "2015-03"),
        ("3/2015", "2015-03"),
        ("2015-03", "2015-03"),
        ("2015", "2015"),
        ("1/25/2017", "2017-01-25"),
        ("1-Jan-69", "2069-01-01"),
        ("1-Jan-70", "1970-01-01"),
        ("29-Feb-12", "2012-02-29"),
    ],
)
def test_a_date_is_read_to_the_precision_that_is_written(text: str, expected: str) -> None:
    assert date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5/17/2011 to 5/26/2011", "2011-05"),
        ("3-5 May 2016", "2016-05"),
        ("3\u20135 May 2016", "2016-05"),
        ("3 - 5 May 2016", "2016-05"),
        ("28 Feb - 2 Mar 2016", "2016"),
        ("May-June 2016", "2016"),
        ("2016-05-03 to 2016-05-07", "2016-05"),
        ("Jan 3 and Jan 5, 2016", "2016-01"),
    ],
)
def test_a_range_becomes_the_span_that_covers_it_with_a_doubt(text: str, expected: str) -> None:
    found = read_date(text, order=DateOrder.MONTH_FIRST, months=MONTHS)

    assert found.date == expected
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.COARSE_DATE]


def test_dates_with_dots_put_the_day_first_whatever_the_file_does() -> None:
    assert date("5.6.2020", DateOrder.MONTH_FIRST) == "2020-06-05"
    assert date("18.01.2015", DateOrder.MONTH_FIRST) == "2015-01-18"


def test_a_date_in_numbers_follows_the_order_of_the_file_and_says_so_where_both_would_do() -> None:
    found = read_date("1/5/2017", order=DateOrder.MONTH_FIRST, months=MONTHS)

    assert found.date == "2017-01-05"
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.DATE_ORDER]
    assert date("1/5/2017", DateOrder.DAY_FIRST) == "2017-05-01"
    assert not read_date("5/5/2017", order=DateOrder.MONTH_FIRST, months=MONTHS).doubts


def test_a_date_that_exists_only_in_the_other_order_is_read_so_with_a_doubt() -> None:
    found = read_date("17/5/2011", order=DateOrder.MONTH_FIRST, months=MONTHS)

    assert found.date == "2011-05-17"
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.DATE_ORDER]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Unknown",
        "30-Feb-12",
        "29-Feb-13",
        "13/13/2013",
        "0-Jan-12",
        "2016-00-01",
        "31-Dec-15 to 2-Jan-16",
        "7 May 2016 to 3 May 2016",
        "late May 2016",
        "18-Jan-009",
        "18 Jan 1899",
        "1 Jan 2200",
        "\u0663-5-2016",
        "5 May 2016 (?)",
        "Jan Feb 2016",
        "1 2 3 4",
        "1" + "-" * 100 + "May-2016",
    ],
)
def test_what_is_no_certain_date_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCellError):
        date(text)


def test_months_are_known_in_other_languages() -> None:
    months = month_names(("fr", "de"))

    assert read_date("3 f\u00e9vrier 2014", order=DateOrder.DAY_FIRST, months=months).date == "2014-02-03"
    assert read_date("3. M\u00e4rz 2014", order=DateOrder.DAY_FIRST, months=months).date == "2014-03-03"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", AmountRead("12")),
        ("12.50", AmountRead("12.50")),
        (".5", AmountRead("0.5")),
        ("1,200", AmountRead("1200")),
        ("1 200.5", AmountRead("1200.5")),
        ("1\u00a0200", AmountRead("1200")),
        ("12.5 kg", AmountRead("12.5", "KGM")),
        ("12.5 KG.", AmountRead("12.5", "KGM")),
        ("4.4e-05", AmountRead("0.000044")),
    ],
)
def test_an_amount_is_kept_exactly_in_the_unit_that_it_names(text: str, expected: AmountRead) -> None:
    assert read_amount(text, units=UNITS) == expected


@pytest.mark.parametrize(
    ("text", "number", "unit", "basis"),
    [
        ("~300", "300", None, "estimated"),
        ("approx. 30 kg", "30", "KGM", "estimated"),
        ("about 20", "20", None, "estimated"),
        ("<1", "1", None, "at_most"),
        ("less than 1 kg", "1", "KGM", "at_most"),
        ("20+", "20", None, "at_least"),
        ("Over 1,000", "1000", None, "at_least"),
        ("10-20", "10", None, "at_least"),
        ("10 to 20 kg", "10", "KGM", "at_least"),
    ],
)
def test_an_approximate_amount_says_in_which_way_it_is(text: str, number: str, unit: str | None, basis: str) -> None:
    found = read_amount(text, units=UNITS)

    assert (found.number, found.unit, found.basis) == (number, unit, basis)
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.APPROXIMATE]


def test_an_amount_more_exact_than_forms_keep_is_rounded_with_a_doubt() -> None:
    found = read_amount("8.3799469484296", units=UNITS)

    assert found.number == "8.379946948"
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.ROUNDED]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Multiple",
        "400g each",
        "100s",
        "1,5",
        "1,2345",
        "1.2.3",
        "-5",
        "1e99",
        "perhaps 7",
        "3 or 4",
        "1234567890123456",
        "1." + "0" * 150,
        "~" * 90,
        "\u0663",
    ],
)
def test_what_is_no_certain_amount_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCellError):
        read_amount(text, units=UNITS)
