"""The ROUTES file: the real sample, and the rows that other years of it will hold."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.doubt import DoubtKind
from cencomm.forms.form import Form, Variant
from cencomm.forms.gazetteer import load_gazetteer
from cencomm.forms.mapped_row import MappedFile, MappedRow, RefusedRow
from cencomm.forms.mapping import Check, RowMapper
from cencomm.forms.mapping_file import load_mapping
from cencomm.forms.table import TableError
from cencomm.forms.validation import InvalidReport, validate

SAMPLE = "data/seizures/routes_airport_wildlife_2009_2014.csv"
LEGS = "data/seizures/routes_legs_2009_2014.csv"
DRUGS = "data/seizures/cbp_drug_seizures_fy19_22.csv"
NOW = 1_790_000_000  # September 2026

HEADERS = (
    *("ID", "Year", "Date ", "Database", "Location ", "City, Country", "Origin", "Transit", "Destination"),
    *(
        "Weight (kg) ",
        "Number",
        "Airline ",
        "Mode of Transport",
        "Method of Detection",
        "Obfuscation Method",
        "Species",
    ),
)
ROW = {
    "ID": "900",
    "Year": "2016",
    "Date ": "2-Mar-16",
    "Database": "Reptiles",
    "Location ": "Suvarnabhumi Airport",
    "City, Country": "Bangkok, Thailand",
}


@pytest.fixture(scope="module")
def routes(lists: Mapping[str, CodeList]) -> RowMapper:
    return RowMapper(
        mapping=load_mapping("routes", lists), code_lists=lists, gazetteer=load_gazetteer(lists["country"])
    )


@pytest.fixture(scope="module")
def drugs(lists: Mapping[str, CodeList]) -> RowMapper:
    mapping = load_mapping("cbp_drugs", lists)
    return RowMapper(mapping=mapping, code_lists=lists, gazetteer=load_gazetteer(lists["country"]))


@pytest.fixture(scope="module")
def judge(seizure: Form, lists: Mapping[str, CodeList]) -> Check:
    def check(values: Mapping[str, JsonValue]) -> Sequence[str]:
        try:
            validate(seizure, dict(values), variant=Variant.LONG, lists=lists, written_at=NOW)
        except InvalidReport as error:
            return [f"{fault.path}: {fault.code}" for fault in error.faults]
        return ()

    return check


@pytest.fixture(scope="module")
def sample(routes: RowMapper, judge: Check, shared: Path) -> MappedFile:
    return routes.map_file((shared / SAMPLE).read_bytes(), joined={"legs": (shared / LEGS).read_bytes()}, check=judge)


def sheet(*rows: Mapping[str, str], headers: Sequence[str] = HEADERS) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


MapRow = Callable[..., MappedRow | RefusedRow]


@pytest.fixture
def map_row(routes: RowMapper, judge: Check) -> MapRow:
    """One row like ROW with some cells changed, judged by the seizure form."""

    def one(**cells: str) -> MappedRow | RefusedRow:
        named = {header: header.strip().lower().replace(" ", "_") for header in HEADERS}
        row = {header: cells.get(name, ROW.get(header, "")) for header, name in named.items()}
        row["City, Country"] = cells.get("where", ROW["City, Country"])
        row["Weight (kg) "] = cells.get("weight", "")
        (outcome,) = routes.map_file(sheet(row), check=judge).outcomes
        return outcome

    return one


def kept(outcome: MappedRow | RefusedRow) -> MappedRow:
    assert isinstance(outcome, MappedRow), outcome
    return outcome


def kinds(row: MappedRow) -> set[DoubtKind]:
    return {warning.doubt.kind for warning in row.warnings} - {DoubtKind.NOT_JOINED}


def item(row: MappedRow) -> Mapping[str, JsonValue]:
    items = row.values["items"]
    assert isinstance(items, list)
    first = items[0]
    assert isinstance(first, dict)
    return first


def test_every_row_of_the_sample_is_a_valid_seizure_or_refused_for_a_true_reason(sample: MappedFile) -> None:
    assert (sample.totals.rows, sample.totals.mapped, sample.totals.refused) == (557, 556, 1)
    (refused,) = (outcome for outcome in sample.outcomes if isinstance(outcome, RefusedRow))
    assert refused.cells[0] == "183"
    assert refused.reasons == ("the country of the seizure is not known: no country",)
    assert sample.missing_columns == ()


def test_the_warnings_of_the_sample_are_these(sample: MappedFile) -> None:
    assert sample.totals.with_warnings == 96
    assert sample.totals.warnings == {
        DoubtKind.BY_KEYWORD: 60,
        DoubtKind.KEPT_AS_TEXT: 28,
        DoubtKind.BROKEN_CHARACTER: 8,
        DoubtKind.UNKNOWN_PLACE: 7,
        DoubtKind.CONFLICT: 4,
        DoubtKind.AMBIGUOUS_COUNTRY: 2,
        DoubtKind.COARSE_DATE: 1,
        DoubtKind.UNKNOWN_AIRPORT: 1,
    }


def test_no_cell_of_the_sample_that_says_something_vanishes(sample: MappedFile, shared: Path) -> None:
    """Free text of the file is found again in the report, word for word, or a code or a warning speaks for it."""
    with (shared / SAMPLE).open(encoding="utf-8", newline="") as file:
        originals = {row["ID"]: row for row in csv.DictReader(file)}

    for row in sample.outcomes:
        if isinstance(row, RefusedRow):
            continue
        cells = originals[str(row.values["case_ref"]).removeprefix("ROUTES-")]
        species = " ".join(cells["Species"].split())
        assert item(row).get("description", "") == species
        assert row.values.get("concealment_text", "") == " ".join(cells["Obfuscation Method"].split())
        if cells["Method of Detection"]:
            assert "detection_method" in row.values or "trigger" in row.values or "remarks" in row.values
        assert ("quantity2" in item(row)) == bool(
            cells["Weight (kg) "].replace(".", "").isdigit() and cells["Number"].isdigit()
        )


def test_a_row_of_the_sample_becomes_the_whole_seizure(sample: MappedFile) -> None:
    row = next(one for one in sample.outcomes if isinstance(one, MappedRow) and one.values["case_ref"] == "ROUTES-2")

    assert row.row_number == 3
    assert row.form == "seizure"
    assert row.values == {
        "case_ref": "ROUTES-2",
        "case_ref_source": "ROUTES",
        "seizure_date": "2009-02-03",
        "location_type": "airport",
        "place": {"code": "MEL", "site": "Melbourne Airport", "city": "Melbourne", "country": "AU"},
        "reporting_country": "AU",
        "concealment_method": ["on_body", "inside_object"],
        "concealment_text": "in vitamin bottles and in tights under his pants",
        "items": [
            {
                "category": "CIT",
                "subtype": "CIT-BIR",
                "description": "Pigeons; Bird eggs",
                "quantity": {"amount": "4", "unit": "H87"},
            }
        ],
        "route": [
            {"role": "transit", "place": {"code": "DXB", "city": "Dubai", "country": "AE"}},
            {"role": "destination", "place": {"code": "MEL", "city": "Melbourne", "country": "AU"}},
        ],
        "conveyances": [{"mode": "LUG"}],
    }


def test_the_legs_of_a_journey_come_from_the_joined_file_in_order(sample: MappedFile) -> None:
    row = next(
        one
        for one in sample.outcomes
        if isinstance(one, MappedRow) and len([leg for leg in _legs(one) if leg[0] == "transit"]) == 4
    )

    assert [country for role, country in _legs(row) if role == "transit"] == ["UG", "AE", "SG", "LA"]


def _legs(row: MappedRow) -> list[tuple[str, str]]:
    legs = row.values.get("route", [])
    assert isinstance(legs, list)
    return [(leg["role"], leg["place"]["country"]) for leg in legs]


def test_without_the_legs_file_the_cells_of_the_row_are_used_and_each_row_says_so(
    routes: RowMapper, judge: Check, shared: Path
) -> None:
    found = routes.map_file((shared / SAMPLE).read_bytes(), check=judge)

    assert (found.totals.mapped, found.totals.refused) == (556, 1)
    assert found.totals.warnings[DoubtKind.NOT_JOINED] == 556
    row = next(
        one
        for one in found.outcomes
        if isinstance(one, MappedRow) and len([leg for leg in _legs(one) if leg[0] == "transit"]) == 4
    )
    assert [country for role, country in _legs(row) if role == "transit"] == ["UG", "AE", "SG", "LA"]


@pytest.mark.parametrize(
    ("written", "date", "doubts"),
    [
        ("18-Jan-2016", "2016-01-18", set()),
        ("2016-03-02", "2016-03-02", set()),
        ("Mar-16", "2016-03", set()),
        ("1/5/2016", "2016-01-05", {DoubtKind.DATE_ORDER}),
        ("3-5 May 2016", "2016-05", {DoubtKind.COARSE_DATE}),
        ("", "2016", {DoubtKind.COARSE_DATE}),
        ("spring", "2016", {DoubtKind.COARSE_DATE, DoubtKind.KEPT_AS_TEXT}),
        ("2-Mar-15", "2015-03-02", {DoubtKind.CONFLICT}),
    ],
)
def test_dates_of_other_years_are_read(map_row: MapRow, written: str, date: str, doubts: set[DoubtKind]) -> None:
    row = kept(map_row(date=written))

    assert row.values["seizure_date"] == date
    assert kinds(row) == doubts


def test_a_date_that_was_not_read_stands_in_the_remarks(map_row: MapRow) -> None:
    assert kept(map_row(date="spring")).values["remarks"] == "Date: spring"
    assert kept(map_row(date="3-5 May 2016")).values["remarks"] == "Date: 3-5 May 2016"


def test_a_row_without_date_and_year_is_refused(map_row: MapRow) -> None:
    outcome = map_row(date="", year="")

    assert isinstance(outcome, RefusedRow)
    assert outcome.reasons == ("no date",)


def test_a_row_without_an_identifier_is_refused(map_row: MapRow) -> None:
    outcome = map_row(id="")

    assert isinstance(outcome, RefusedRow)
    assert outcome.reasons == ("no case reference: ID is empty",)


def test_all_reasons_of_a_refusal_are_told_at_once(map_row: MapRow) -> None:
    outcome = map_row(id="", date="", year="", where="Congo")

    assert isinstance(outcome, RefusedRow)
    assert len(outcome.reasons) == 3


@pytest.mark.parametrize(
    ("weight", "number", "quantity", "quantity2"),
    [
        ("12.5", "", {"amount": "12.5", "unit": "KGM"}, None),
        ("12.5 kg", "3", {"amount": "12.5", "unit": "KGM"}, {"amount": "3", "unit": "H87"}),
        ("1,200", "", {"amount": "1200", "unit": "KGM"}, None),
        ("~300", "", {"amount": "300", "unit": "KGM", "basis": "estimated"}, None),
        ("<1", "", {"amount": "1", "unit": "KGM", "basis": "at_most"}, None),
        ("500 g", "", {"amount": "500", "unit": "GRM"}, None),
        ("", "20+", {"amount": "20", "unit": "H87", "basis": "at_least"}, None),
        ("Unknown", "", {"unweighed": True}, None),
        ("0", "", {"unweighed": True}, None),
        ("400g each", "2", {"amount": "2", "unit": "H87"}, None),
    ],
)
def test_weights_and_numbers_are_kept_as_given(
    map_row: MapRow, weight: str, number: str, quantity: JsonValue, quantity2: JsonValue
) -> None:
    row = kept(map_row(weight=weight, number=number))

    assert item(row)["quantity"] == quantity
    assert item(row).get("quantity2") == quantity2


def test_a_weight_that_was_not_read_stands_in_the_remarks(map_row: MapRow) -> None:
    row = kept(map_row(weight="Multiple"))

    assert row.values["remarks"] == "Weight (kg): Multiple"
    assert kinds(row) == {DoubtKind.KEPT_AS_TEXT}


@pytest.mark.parametrize(
    ("database", "species", "subtype", "specimen"),
    [
        ("Mammals", "Pangolins; pangolin", "CIT-MAM-PANGOLIN", None),
        ("Mammals", "Slow Loris, Gibbons", "CIT-MAM-PRIMATE", None),
        ("Marine", "Seahorses", "CIT-FIS-SEAHORSE", None),
        ("Marine", "Seahorses; Sea Cucumbers", "CIT-FIS", None),
        ("Rhino Horn", "", "CIT-RHI", "horn"),
        ("Ivory", "", "CIT-IVO", "ivory_unspecified"),
        ("Birds", "Falcon eggs", "CIT-BIR-RAPTOR", "eggs"),
        ("Reptiles", "Frogs", "CIT-REP", None),
    ],
)
def test_databases_of_other_years_lead_to_goods(
    map_row: MapRow, database: str, species: str, subtype: str, specimen: str | None
) -> None:
    row = kept(map_row(database=database, species=species))

    assert item(row)["subtype"] == subtype
    assert item(row).get("specimen_term") == specimen
    assert item(row).get("description", "") == species


def test_an_unknown_database_is_wildlife_and_its_name_is_kept(map_row: MapRow) -> None:
    row = kept(map_row(database="Meteorites"))

    assert item(row)["category"] == "CIT"
    assert "subtype" not in item(row)
    assert row.values["remarks"] == "Database: Meteorites"


def test_species_that_lead_to_no_code_stay_in_the_description_with_a_warning(map_row: MapRow) -> None:
    row = kept(map_row(species="Kapikas; Angonokas"))

    assert item(row)["subtype"] == "CIT-REP"
    assert item(row)["description"] == "Kapikas; Angonokas"
    assert kinds(row) == {DoubtKind.KEPT_AS_TEXT}


def test_new_airports_and_cities_are_found(map_row: MapRow) -> None:
    row = kept(map_row(location="Narita Airport", where="Tokyo, Japan"))

    assert row.values["place"] == {"code": "NRT", "site": "Narita Airport", "city": "Tokyo", "country": "JP"}
    assert kinds(row) == set()


def test_an_unknown_city_is_kept_in_words(map_row: MapRow) -> None:
    row = kept(map_row(location="", where="Erewhon, Peru"))

    assert row.values["place"] == {"city": "Erewhon", "country": "PE"}
    assert kinds(row) == {DoubtKind.UNKNOWN_PLACE}


def test_an_ambiguous_country_is_a_reason_for_refusal_never_a_guess(map_row: MapRow) -> None:
    outcome = map_row(location="", where="Congo")

    assert isinstance(outcome, RefusedRow)
    assert "CG or CD" in outcome.reasons[0]


def test_a_leg_of_no_country_goes_to_the_remarks(map_row: MapRow) -> None:
    row = kept(map_row(origin="West Africa", destination="Hanoi, Vietnam; China"))

    assert _legs(row) == [("destination", "VN"), ("destination", "CN")]
    assert row.values["remarks"] == "Origin: West Africa"
    assert kinds(row) == {DoubtKind.UNKNOWN_PLACE}


def test_a_flight_number_is_told_from_the_airline(map_row: MapRow) -> None:
    def conveyance(airline: str) -> JsonValue:
        return kept(map_row(airline=airline)).values["conveyances"]

    assert conveyance("ET682") == [{"mode": "4", "flight_no": "ET682"}]
    assert conveyance("Flight MU 744 (China Eastern)") == [
        {"mode": "4", "flight_no": "MU744", "carrier": "Flight MU 744 (China Eastern)"}
    ]
    assert conveyance("Thai Airways") == [{"mode": "4", "carrier": "Thai Airways"}]
    assert conveyance("Airbus A320") == [{"mode": "4", "carrier": "Airbus A320"}]
    assert conveyance("KQ584 and KQ882") == [{"mode": "4"}]


def test_columns_that_the_mapping_does_not_know_go_to_the_remarks(routes: RowMapper, judge: Check) -> None:
    headers = [*HEADERS, "Arrests (new)"]
    found = routes.map_file(sheet({**ROW, "Arrests (new)": "2 men"}, headers=headers), check=judge)

    row = kept(found.outcomes[0])
    assert row.values["remarks"] == "Arrests (new): 2 men"
    assert kinds(row) == {DoubtKind.NO_FIELD}


def test_missing_columns_are_named_and_the_rest_is_mapped(routes: RowMapper, judge: Check) -> None:
    headers = [header for header in HEADERS if header not in {"Airline ", "Transit"}]
    found = routes.map_file(sheet(ROW, headers=headers), check=judge)

    assert {"Airline", "Transit"} <= set(found.missing_columns)
    assert found.totals.mapped == 1


def test_a_file_without_the_column_of_a_required_rule_is_refused_as_a_whole(routes: RowMapper) -> None:
    with pytest.raises(TableError, match="no column 'ID'"):
        routes.map_file(sheet(ROW, headers=HEADERS[1:]))


def test_padded_and_shouted_headers_are_the_same_headers(routes: RowMapper, judge: Check) -> None:
    headers = [f" {header.upper()}  " for header in HEADERS]
    row = {header: ROW.get(known, "") for header, known in zip(headers, HEADERS, strict=True)}

    found = routes.map_file(sheet(row, headers=headers), check=judge)

    assert found.totals.mapped == 1


def test_a_second_row_with_the_same_reference_is_refused(routes: RowMapper, judge: Check) -> None:
    found = routes.map_file(sheet(ROW, ROW), check=judge)

    assert found.totals.mapped == 1
    second = found.outcomes[1]
    assert isinstance(second, RefusedRow)
    assert second.reasons == ("ROUTES-900 is the reference of row 2 already",)


def test_a_row_with_more_cells_than_columns_is_refused_since_its_cells_may_have_shifted(routes: RowMapper) -> None:
    (outcome,) = routes.map_file(sheet(ROW)[:-2] + b",x\r\n").outcomes

    assert isinstance(outcome, RefusedRow)
    assert outcome.reasons == ("the row has more cells than the header has columns",)


def test_a_row_with_an_endless_cell_is_refused_and_the_others_are_kept(routes: RowMapper, judge: Check) -> None:
    found = routes.map_file(sheet({**ROW, "Species": "x" * 4_500}, {**ROW, "ID": "901"}), check=judge)

    assert (found.totals.mapped, found.totals.refused) == (1, 1)
    refused = found.outcomes[0]
    assert isinstance(refused, RefusedRow)
    assert refused.reasons == ("a cell is longer than 4000 characters",)


def test_what_fits_no_field_is_never_cut(map_row: MapRow) -> None:
    outcome = map_row(airline="a" * 2_600, method_of_detection="b" * 2_600)

    assert isinstance(outcome, RefusedRow)
    assert "longer than the 5000 characters" in outcome.reasons[0]


def test_what_the_form_objects_to_is_a_reason_for_refusal(map_row: MapRow) -> None:
    outcome = map_row(species="Finches \u202e seldom")

    assert isinstance(outcome, RefusedRow)
    assert outcome.reasons == ("items[0].description: text_direction",)


def test_a_broken_character_is_told_and_kept(map_row: MapRow) -> None:
    row = kept(map_row(location="Cayenne \ufffd Felix Eboue Airport", where="Cayenne, French Guiana"))

    assert row.values["place"] == {
        "code": "CAY",
        "site": "Cayenne \ufffd Felix Eboue Airport",
        "city": "Cayenne",
        "country": "GF",
    }
    assert kinds(row) == {DoubtKind.BROKEN_CHARACTER}


def test_every_string_of_the_naughty_list_is_kept_as_it_is_or_refused(map_row: MapRow, shared: Path) -> None:
    strings = (shared / "data/bad/blns.txt").read_text("utf-8").splitlines()

    for naughty in [line for line in strings if line and not line.startswith("#")][::7]:
        outcome = map_row(species=naughty)
        if isinstance(outcome, MappedRow) and naughty.strip(" -"):  # a dash says nothing
            assert item(outcome).get("description", "") == " ".join(naughty.split())


def test_monthly_sums_of_drugs_keep_their_pounds_and_their_month(drugs: RowMapper, judge: Check, shared: Path) -> None:
    found = drugs.map_file((shared / DRUGS).read_bytes(), check=judge)

    assert (found.totals.mapped, found.totals.refused) == (10_092, 0)
    assert found.totals.warnings == {DoubtKind.ROUNDED: 7_227, DoubtKind.KEPT_AS_TEXT: 34}
    first = kept(found.outcomes[0])
    assert first.values["seizure_date"] == "2019-04"
    assert first.values["remarks"] == "Count of Event: 3"
    assert first.values["place"] == {"site": "ATLANTA FIELD OFFICE", "country": "US"}
    assert item(first)["subtype"] == "DRG-PSY-MDMA"
    assert item(first)["quantity"] == {"amount": "8.379946948", "unit": "LBR"}


def test_october_to_december_belong_to_the_calendar_year_before_the_fiscal_year(drugs: RowMapper) -> None:
    header = (
        "FY,Month (abbv),Component,Region,Land Filter,Area of Responsibility,Drug Type,Count of Event,Sum Qty (lbs)\n"
    )
    rows = "".join(f"2020,{month},X,Y,Z,OFFICE,Heroin,1,2\n" for month in ("SEP", "OCT", "DEC", "JAN"))

    found = drugs.map_file((header + rows).encode())

    assert [kept(row).values["seizure_date"] for row in found.outcomes] == ["2020-09", "2019-10", "2019-12", "2020-01"]
