"""Suspects and companies: found by names that are written otherwise, one only on what is strong, linked to cases."""

from collections.abc import Sequence

import pytest

from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.ncen.names import company_words, person_words
from cencomm.ncen.search import Role, Wanted, find_roles
from cencomm.ncen.tables import COMPANIES, SUSPECTS, Register
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk, Values


async def roles(ncen: Keep, register: Register, asked: Sequence[str], wanted: Wanted = Wanted()) -> list[Role]:  # noqa: B008 (it never changes)
    async with ncen.database.reading() as connection:
        return await find_roles(connection, register, asked, wanted.condition(), limit=10)


async def suspects(ncen: Keep, name: str = "") -> list[str]:
    return [one.name for one in await roles(ncen, SUSPECTS, person_words(name))]


def person(surname: str, given: str, **more: JsonValue) -> JsonValue:
    return {"role": "courier", "surname": surname, "given_names": given, **more}


def party(name: str, **more: JsonValue) -> JsonValue:
    return {"role": "consignee", "name": name, **more}


@pytest.mark.parametrize(
    "asked",
    [
        "Mohammed Al-Rashid",
        "RASHID, Mohamed",
        "Muhammad Rasheed",
        "محمد الرشيد",
        "Mokhammed Rashid",
        "MohammedRashid",
        "M. Rashid",
    ],
)
async def test_a_suspect_is_found_however_the_name_is_spelled(
    ncen: Keep, desk: Desk, ivory: Values, asked: str
) -> None:
    people = [person("Al Rashid", "Mohammed"), person("Rasmussen", "Mads"), person("Mohammed", "Khalid")]
    await ncen.take(desk.message("seizure", {**ivory, "persons": people}))

    assert (await suspects(ncen, asked))[0] == "Al Rashid, Mohammed"
    assert "Rasmussen, Mads" not in await suspects(ncen, asked)


@pytest.mark.parametrize("asked", ["Petrov Sergey", "Sergei Petrov", "Петров Сергей", "PETROW Siergiej"])
async def test_a_name_in_another_script_is_the_same_name(ncen: Keep, desk: Desk, ivory: Values, asked: str) -> None:
    people = [person("Петров", "Сергей Иванович"), person("Pietri", "Sergio")]
    await ncen.take(desk.message("seizure", {**ivory, "persons": people}))

    assert await suspects(ncen, asked) == ["Петров, Сергей Иванович"]


@pytest.mark.parametrize(
    "asked", ["Savannah Exports", "SAVANNAH EXPORT Ltd.", "Société Savannah Exports S.A.R.L.", "Exports Savanna GmbH"]
)
async def test_a_company_is_found_whatever_form_it_is_written_with(
    ncen: Keep, desk: Desk, ivory: Values, asked: str
) -> None:
    parties = [party("Savannah Exports Limited"), party("Savoy Imports Limited")]
    await ncen.take(desk.message("seizure", {**ivory, "parties": parties}))

    assert [one.name for one in await roles(ncen, COMPANIES, company_words(asked))] == ["Savannah Exports Limited"]


async def test_an_alias_finds_its_person(ncen: Keep, desk: Desk, ivory: Values) -> None:
    await ncen.take(desk.message("seizure", {**ivory, "persons": [person("Exemple", "Jean", aliases="Le Renard")]}))

    assert await suspects(ncen, "renard") == ["Exemple, Jean"]


async def test_one_document_is_one_suspect_with_a_role_in_each_case(ncen: Keep, desk: Desk, ivory: Values) -> None:
    passport: dict[str, JsonValue] = {"doc_type": "passport", "doc_no": "A 000-7", "doc_country": "KE"}
    again = {**passport, "doc_no": "a0007", "role": "driver"}
    await ncen.take(
        desk.message("seizure", {**ivory, "persons": [person("Exemple", "Jean", **passport)]}),
        desk.message("seizure", {**ivory, "case_ref": "KE-2", "persons": [person("Exempel", "J.", **again)]}),
    )

    found = await roles(ncen, SUSPECTS, ())

    assert len({one.subject for one in found}) == 1
    assert {(one.case, one.role) for one in found} == {("KE-2026-0117", "courier"), ("KE-2", "driver")}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"date_of_birth": "1980"},
        {"doc_type": "passport", "doc_no": "A0000009"},
    ],
    ids=["a name", "a year", "a number without issuer"],
)
async def test_what_is_weak_makes_nobody_one_person(
    ncen: Keep, desk: Desk, ivory: Values, more: dict[str, JsonValue]
) -> None:
    """A wrong merger would put one person's deeds on another's record."""
    people = [person("Exemple", "Jean", **more)]
    await ncen.take(
        desk.message("seizure", {**ivory, "persons": people}),
        desk.message("seizure", {**ivory, "case_ref": "KE-2", "persons": people}),
    )

    assert len({one.subject for one in await roles(ncen, SUSPECTS, ())}) == 2


async def test_victims_and_witnesses_are_no_suspects(ncen: Keep, desk: Desk, ivory: Values) -> None:
    people = [
        person("Victim", "Vera", status="victim"),
        person("Witness", "Will", status="witness"),
        person("Suspect", "Sam", status="suspect"),
    ]
    await ncen.take(desk.message("seizure", {**ivory, "persons": people}))

    assert await suspects(ncen) == ["Suspect, Sam"]


async def test_who_was_taken_out_of_a_case_is_shown_only_when_asked_for(ncen: Keep, desk: Desk, ivory: Values) -> None:
    await ncen.take(
        desk.message("seizure", {**ivory, "persons": [person("Wrong", "Walter")]}),
        desk.message("seizure", {**ivory, "persons": [person("Right", "Rita")]}, written_at=NOW + 60),
    )

    assert await suspects(ncen) == ["Right, Rita"]
    every = await roles(ncen, SUSPECTS, (), Wanted(every_version=True))
    assert [one.name for one in every] == ["Right, Rita", "Wrong, Walter"]


async def test_persons_of_an_alert_are_suspects_without_a_case(ncen: Keep, desk: Desk) -> None:
    alert: Values = {
        "title": "Watch",
        "requested_action": "physical_exam",
        "direction": "import",
        "suspected_commodity": ["CIT"],
        "route": [{"role": "origin", "place": {"country": "KE"}}],
        "subject_kind": "passenger",
        "reason": "Came often",
        "persons": [person("Exemple", "Jean")],
    }
    await ncen.take(desk.message("alert", alert))

    (found,) = await roles(ncen, SUSPECTS, person_words("exemple"))
    assert (found.name, found.case) == ("Exemple, Jean", None)


async def test_too_long_a_name_is_refused(ncen: Keep) -> None:
    with pytest.raises(UsageError, match="at most"):
        await roles(ncen, SUSPECTS, [str(number) for number in range(11)])
