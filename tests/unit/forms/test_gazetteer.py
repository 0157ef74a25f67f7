"""Places as other people write them."""

import pytest

from cencomm.forms.code_list import countries
from cencomm.forms.doubt import DoubtKind
from cencomm.forms.gazetteer import Gazetteer, Place, PlaceError, load_gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(countries())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("UK", "GB"),
        ("UAE", "AE"),
        ("Taiwan ", "TW"),
        ("DR Congo", "CD"),
        ("Republic of Congo", "CG"),
        ("French Guiana", "GF"),
        ("Ivory Coast", "CI"),
        ("C\u00f4te d'Ivoire", "CI"),
        ("Libia", "LY"),
        ("Deutschland", "DE"),
        ("\u041a\u0438\u0442\u0430\u0439", "CN"),
        ("KE", "KE"),
        ("GBR", "GB"),
        ("Kosovo", "XK"),
        ("Trinidad and Tobago", "TT"),
        ("Saint Lucia", "LC"),
    ],
)
def test_countries_are_known_by_the_names_that_files_use(gazetteer: Gazetteer, name: str, code: str) -> None:
    assert gazetteer.country(name) == code


@pytest.mark.parametrize("name", ["", "Africa", "South America", "Atlantis", "ke", "XX", "Kenya" + "." * 300, "\ufffd"])
def test_a_name_of_no_country_is_refused(gazetteer: Gazetteer, name: str) -> None:
    with pytest.raises(PlaceError):
        gazetteer.country(name)


@pytest.mark.parametrize("name", ["Congo", "Korea", "ROC", "Virgin Islands"])
def test_a_name_of_two_countries_is_never_guessed(gazetteer: Gazetteer, name: str) -> None:
    with pytest.raises(PlaceError, match=" or "):
        gazetteer.country(name)
    with pytest.raises(PlaceError, match=" or "):
        gazetteer.locate_cell(f"Springfield, {name}")


def test_a_city_decides_between_two_countries_and_the_doubt_is_told(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate_cell("Bukavu, Congo")

    assert found.place == Place("CD", "Bukavu", "BKY")
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.AMBIGUOUS_COUNTRY]
    assert gazetteer.locate_cell("Brazzaville, ROC").place.country == "CG"


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("Bangkok, Thailand", Place("TH", "Bangkok", "BKK")),
        ("London, United Kingdom", Place("GB", "London", "LON")),
        ("Hong Kong, China", Place("HK", "Hong Kong", "HKG")),
        ("Taipei, Taiwan ", Place("TW", "Taipei", "TPE")),
        ("Urumqi,China", Place("CN", "Urumqi", "URC")),
        ("Cayenne, French Guiana", Place("GF", "Cayenne", "CAY")),
        ("Entebbe, Uganda", Place("UG", "Entebbe", "EBB")),
        ("Lom\u00e9, Togo", Place("TG", "Lom\u00e9", "LFW")),
        ("Singapore, Singapore", Place("SG", "Singapore", "SIN")),
        ("Singapore", Place("SG")),
        ("Netherlands", Place("NL")),
    ],
)
def test_a_cell_of_city_and_country_is_located(gazetteer: Gazetteer, cell: str, place: Place) -> None:
    found = gazetteer.locate_cell(cell)

    assert found.place == place
    assert not found.doubts


def test_an_unknown_city_keeps_its_name_and_a_doubt(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate_cell("West Papua, Indonesia")

    assert found.place == Place("ID", "West Papua")
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.UNKNOWN_PLACE]


def test_a_city_of_another_country_is_kept_as_written_and_the_conflict_is_told(gazetteer: Gazetteer) -> None:
    found = gazetteer.locate_cell("Brussels, Netherlands")

    assert found.place == Place("NL", "Brussels")
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.CONFLICT]


def test_a_city_without_a_country_is_located_only_if_one_country_has_it(gazetteer: Gazetteer) -> None:
    assert gazetteer.locate_cell("Lilongwe").place == Place("MW", "Lilongwe", "LLW")
    with pytest.raises(PlaceError):
        gazetteer.locate_cell("San Jose")


@pytest.mark.parametrize(
    ("name", "cell", "code"),
    [
        ("JFK Airport", "New York, USA", "JFK"),
        ("Heathrow Airport", "London, United Kingdom", "LHR"),
        ("Suvarnabhumi Airport", "Bangkok, Thailand", "BKK"),
        ("Don Mueang Airport", "Bangkok, Thailand", "DMK"),
        ("O.R. Tambo Airport", "Johannesburg, South Africa", "JNB"),
        ("Hong Kong Airport", "Hong Kong, China", "HKG"),
        ("Cayenne \ufffd Felix Eboue Airport", "Cayenne, French Guiana", "CAY"),
        ("Sao Paulo\ufffdGuarulhos Airport", "Sao Paulo, Brazil", "GRU"),
        ("Jomo Kenyatta Airport", "Nairobi, Kenya", "NBO"),
        ("Tiruchirappalli Airport", "Chennai, India", "TRZ"),
        ("Siem Reap Airport", "Siem Reap, Cambodia", "REP"),
        ("Trivandrum Airport", "Kerala, India", "TRV"),
        ("Narita International Airport", "Tokyo, Japan", "NRT"),
        ("Kempegowda Airport", "Bengaluru, India", "BLR"),
        ("Vancouver Airport", "Vancouver, Canada", "YVR"),
        ("LAX Airport", "Los Angeles, USA", "LAX"),
        ("Frankfurt Airport", "Frankfurt, Germany", "FRA"),
        ("Ataturk Airport", "Istanbul, Turkey", "IST"),
        ("Piarco Airport", "Port of Spain, Trinidad and Tobago", "POS"),
        ("Robert Gabriel Mugabe Airport", "Harare, Zimbabwe", "HRE"),
    ],
)
def test_an_airport_is_found_by_the_words_of_its_name(gazetteer: Gazetteer, name: str, cell: str, code: str) -> None:
    assert gazetteer.airport(name, gazetteer.locate_cell(cell).place).place.code == code


def test_an_unknown_airport_leaves_the_city_and_a_doubt(gazetteer: Gazetteer) -> None:
    found = gazetteer.airport("Nowhere Field", gazetteer.locate_cell("Nairobi, Kenya").place)

    assert found.place == Place("KE", "Nairobi", "NBO")
    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.UNKNOWN_AIRPORT]


def test_an_airport_is_not_taken_for_another_one_of_its_city(gazetteer: Gazetteer) -> None:
    found = gazetteer.airport("Berlin Nowhere Airport", gazetteer.locate_cell("Berlin, Germany").place)

    assert [doubt.kind for doubt in found.doubts] == [DoubtKind.UNKNOWN_AIRPORT]
