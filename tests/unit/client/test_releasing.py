"""What may stand in a release channel: nothing personal, whoever signed the form (rules R1 to R6)."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from cencomm.client.channel.readership import Reader
from cencomm.client.operation.directory import Profile
from cencomm.client.releases.rules import (
    PICTURE_SUFFIXES,
    NotForRelease,
    is_owner,
    judge_release,
    released_values,
)
from cencomm.forms.attachment import PICTURE_TYPES, Attachment, AttachmentKey
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.envelope import Body, Tlp
from cencomm.forms.form import Block, Field, Form, Nominal, Variant, personal_fields
from cencomm.forms.form_json import decode_form, encode_form
from cencomm.forms.library import load_forms
from cencomm.forms.validation import validate
from cencomm.ids import AttachmentId
from tests.unit.client.test_answering import NAIROBI, NOW, PARIS
from tests.unit.forms.answering import VECTORS

BODY = Body(values={}, language="en", written_at=NOW)
NOT_RELEASED = {"alert_ref", "images.kind"}  # a reference into the operation; what is said of a file that stays there


@pytest.fixture(scope="module")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


@pytest.fixture(scope="module")
def forms(lists: Mapping[str, CodeList]) -> Mapping[str, Form]:
    return load_forms(lists)


@pytest.fixture
def shipped(forms: Mapping[str, Form]) -> Form:
    return forms["release"]


def test_the_release_is_the_seizure_without_what_is_personal(forms: Mapping[str, Form], shipped: Form) -> None:
    seizure = {path: replace(field, simplified=False) for path, field in forms["seizure"].all_fields()}
    released = dict(shipped.all_fields())

    assert personal_fields(shipped) == ()
    assert {path: seizure[path] for path in released} == released
    assert {path for path, field in seizure.items() if field.nominal is Nominal.NO} - released.keys() == NOT_RELEASED


def test_what_is_released_is_what_the_vectors_of_both_languages_say(
    forms: Mapping[str, Form], shipped: Form, lists: Mapping[str, CodeList]
) -> None:
    vector = json.loads((VECTORS / "released.json").read_text("utf-8"))
    seizure = validate(
        forms["seizure"], vector["values"], variant=Variant.LONG, lists=lists, written_at=vector["written_at"]
    )

    released = released_values(seizure, shipped)

    assert (released.values, [*released.withheld]) == (vector["released"], vector["withheld"])


def test_a_narrowed_release_is_a_release(shipped: Form) -> None:
    judge_release(shipped, BODY, shipped)
    judge_release(replace(shipped, fields=shipped.fields[:3], blocks=(), narrowed_for="sample"), BODY, shipped)


@pytest.mark.parametrize("name", ["alert", "note", "response", "seizure"])
def test_no_other_form_is_released(forms: Mapping[str, Form], shipped: Form, name: str) -> None:
    """R1."""
    with pytest.raises(NotForRelease):
        judge_release(forms[name], BODY, shipped)


def test_the_same_fields_under_another_name_are_not_released(shipped: Form) -> None:
    """R1."""
    with pytest.raises(NotForRelease):
        judge_release(replace(shipped, name="bulletin"), BODY, shipped)


def with_field(form: Form, field: Field) -> Form:
    """The form as the unit would sign it: through the bytes that the ledger names."""
    return decode_form(encode_form(replace(form, fields=(*form.fields, field))))


def test_a_field_that_the_program_does_not_know_is_not_released_whatever_its_flag(shipped: Form) -> None:
    """R2: who signs forms could call a field for names not personal."""
    surname = replace(next(field for field in shipped.fields if field.name == "customs_office"), name="surname")

    with pytest.raises(NotForRelease, match="surname"):
        judge_release(with_field(shipped, surname), BODY, shipped)


def test_a_field_that_is_flagged_as_personal_is_not_released(shipped: Form) -> None:
    """R2."""
    office = replace(shipped.fields[0], nominal=Nominal.IDENTIFIER)

    with pytest.raises(NotForRelease):
        judge_release(replace(shipped, fields=(office, *shipped.fields[1:])), BODY, shipped)


def test_a_field_of_another_type_is_not_released(shipped: Form) -> None:
    """R2: a count of arrests that takes a text takes a name."""
    text = next(field for field in shipped.fields if field.name == "customs_office").kind
    fields = tuple(replace(one, kind=text) if one.name == "arrests" else one for one in shipped.fields)

    with pytest.raises(NotForRelease, match="arrests"):
        judge_release(replace(shipped, fields=fields), BODY, shipped)


def test_a_block_that_the_program_does_not_know_is_not_released(shipped: Form) -> None:
    """R2."""
    first = shipped.blocks[0]
    block = Block(name="people_seen", section=first.section, label=first.label, fields=first.fields, max_rows=1)

    with pytest.raises(NotForRelease):
        judge_release(replace(shipped, blocks=(*shipped.blocks, block)), BODY, shipped)


def test_tlp_red_is_not_released(shipped: Form) -> None:
    """R3."""
    with pytest.raises(NotForRelease):
        judge_release(shipped, replace(BODY, tlp=Tlp.RED), shipped)


def test_what_is_personal_is_withheld_and_named_to_its_owner(
    forms: Mapping[str, Form], shipped: Form, lists: Mapping[str, CodeList]
) -> None:
    report = validate(
        forms["seizure"],
        {
            "case_ref": "FR-1",
            "seizure_date": "2026-11-20",
            "reporting_country": "FR",
            "location_type": "airport",
            "place": {"country": "FR"},
            "alert_ref": "0f" * 16,
            "remarks": "Mr Smith was nervous",
            "items": [{"category": "TOB", "quantity": {"amount": "3", "unit": "KGM"}}],
            "persons": [{"role": "passenger", "surname": "Smith", "nationality": "GB"}],
        },
        variant=Variant.LONG,
        lists=lists,
        written_at=NOW,
    )

    released = released_values(report, shipped)

    assert set(released.withheld) == {"remarks", "persons[0].surname", "alert_ref"}
    assert "Smith" not in str(released.values)
    assert released.values["persons"] == [{"role": "passenger", "nationality": "GB"}]
    validate(shipped, released.values, variant=Variant.LONG, lists=lists, written_at=NOW)


def test_a_seizure_belongs_to_the_service_that_reported_it() -> None:
    colleague = Reader(replace(NAIROBI.member), Profile(name="Lyon", organisation="Customs", country="FR"))
    other_service = Reader(NAIROBI.member, Profile(name="Police", organisation="Police", country="FR"))

    assert is_owner(PARIS, PARIS)
    assert is_owner(PARIS, colleague)
    assert not is_owner(PARIS, other_service)
    assert not is_owner(PARIS, NAIROBI)


def picture(name: str, media_type: str) -> Attachment:
    return Attachment(
        id=AttachmentId(bytes(16)),
        name=name,
        media_type=media_type,
        size=1,
        key=AttachmentKey(bytes(32)),
        hash=bytes(32),
    )


@pytest.mark.parametrize("media_type", [*sorted(PICTURE_TYPES), "application/pdf", "image/svg+xml", "video/mp4"])
def test_of_files_only_pictures_are_released(shipped: Form, media_type: str) -> None:
    """R4."""
    body = replace(BODY, attachments=(picture(f"picture-1{PICTURE_SUFFIXES.get(media_type, '.jpg')}", media_type),))

    if media_type in PICTURE_TYPES:
        judge_release(shipped, body, shipped)
    else:
        with pytest.raises(NotForRelease, match="pictures only"):
            judge_release(shipped, body, shipped)


def test_how_a_release_is_to_be_handled_is_said_by_its_code_alone(shipped: Form) -> None:
    """R5: what a form does not hold, the words around it could."""
    with pytest.raises(NotForRelease, match="code"):
        judge_release(shipped, replace(BODY, handling_text="for Mr Smith"), shipped)


@pytest.mark.parametrize("name", ["John Smith.jpg", "picture-1.jpg.png", "picture-0.jpg", "picture-1.pdf", "picture-1"])
def test_a_picture_with_a_name_of_its_own_is_not_released(shipped: Form, name: str) -> None:
    """R6."""
    with pytest.raises(NotForRelease, match="picture-1"):
        judge_release(shipped, replace(BODY, attachments=(picture(name, "image/jpeg"),)), shipped)
