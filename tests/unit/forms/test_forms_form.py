"""Forms as TOML and as canonical JSON: what ships is complete, what is foreign is refused without harm."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.errors import UsageError
from cencomm.forms import canonical_json
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form, FormError, Nominal, Variant, personal_fields
from cencomm.forms.form_json import MAX_FORM_BYTES, compile_form, decode_form, encode_form, form_hash
from cencomm.forms.form_rules import check_lists
from cencomm.forms.kinds.kind import Kind
from cencomm.forms.language import Labels
from cencomm.forms.wording import WordingError, decode_wording
from cencomm.resources import resource
from tests.unit.forms.answering import VECTORS

Lists = Mapping[str, CodeList]
SHIPPED = ("alert", "note", "release", "response", "seizure")
COMPLETE = ("en", "fr", "ar")


def test_the_forms_that_ship_are_these(forms: Mapping[str, Form]) -> None:
    assert tuple(forms) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_form_that_ships_has_every_label_and_help_in_three_languages(forms: Mapping[str, Form], name: str) -> None:
    form = forms[name]
    texts: list[Labels | None] = [form.label, *(section.label for section in form.sections)]
    texts.extend(text for block in form.blocks for text in (block.label, block.help))
    texts.extend(text for _, field in form.all_fields() for text in (field.label, field.help))

    assert [text for text in texts if text is not None and not all(text.get(language) for language in COMPLETE)] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_form_that_ships_comes_back_from_its_bytes_and_hashes_the_same(
    forms: Mapping[str, Form], lists: Lists, name: str
) -> None:
    encoded = encode_form(forms[name])
    again = compile_form(resource(f"templates/messages/{name}.toml").read_text("utf-8"), lists)

    assert decode_form(encoded) == forms[name] == again
    assert form_hash(encode_form(again)) == form_hash(encoded)


def test_the_shared_small_form_compiles_to_the_shared_bytes(small: Form) -> None:
    assert encode_form(small) == (VECTORS / "small.json").read_bytes()


def test_the_simplified_seizure_asks_at_most_ten_questions(seizure: Form) -> None:
    assert seizure.variants == (Variant.LONG, Variant.SIMPLIFIED)
    assert len([path for path, field in seizure.all_fields() if field.simplified]) == 10


def test_a_note_is_one_box(forms: Mapping[str, Form]) -> None:
    assert [path for path, _ in forms["note"].all_fields()] == ["text"]


def test_the_names_of_people_and_firms_are_personal(forms: Mapping[str, Form]) -> None:
    personal = {name: set(personal_fields(form)) for name, form in forms.items()}

    for name in ("alert", "seizure"):
        assert {"persons.surname", "persons.date_of_birth", "persons.doc_no", "parties.name"} <= personal[name]
        assert {"conveyances.plate_no", "conveyances.tracking_no", "documents.number"} <= personal[name]
    assert "items.quantity" not in personal["seizure"]


FIELD = '{ name = "a", section = "s", type = "text", label = { en = "A" }, nominal = 0 }'
START = 'name = "f"\nversion = 1\nlabel = { en = "F" }\nsections = [{ name = "s", label = { en = "S" } }]\n'


def form_of(*fields: str, rest: str = "") -> str:
    return f"{START}{rest}fields = [{', '.join(fields)}]\n"


def field(extra: str, *, name: str = "b", type_name: str = "text", nominal: str = "0") -> str:
    rest = f", {extra}" if extra else ""
    return (
        f'{{ name = "{name}", section = "s", type = "{type_name}", label = {{ en = "B" }}, nominal = {nominal}{rest} }}'
    )


REFUSED = {
    "not TOML": "name = ",
    "nothing": "",
    "no fields": START,
    "an unknown key": form_of(FIELD, rest="color = 1\n"),
    "an unknown key of a field": form_of(field("colour = 1")),
    "a fraction": form_of(field("max_length = 1.5")),
    "a number that JavaScript cannot hold": form_of(
        field("min = 0, max = 1", name="a", type_name="integer"),
        field('applies = { field = "a", equals = 9007199254740993 }'),
    ),
    "a date": form_of(FIELD, rest="since = 2026-01-01\n"),
    "a name that is none": form_of(field("", name="B b")),
    "a type that is none": form_of(field("", type_name="regex")),
    "a pattern of its own": form_of(field('pattern = "(a+)+$"')),
    "an identifier without scheme": form_of(field("", type_name="identifier")),
    "a scheme that is none": form_of(field('scheme = "(a+)+$"', type_name="identifier")),
    "no nominal flag": form_of('{ name = "b", section = "s", type = "text", label = { en = "B" } }'),
    "nominal true": form_of(field("", nominal="true")),
    "nominal 2": form_of(field("", nominal="2")),
    "no English label": form_of('{ name = "b", section = "s", type = "text", label = { fr = "B" }, nominal = 0 }'),
    "a label in no language": form_of(
        '{ name = "b", section = "s", type = "text", label = { en = "B", xx = "B" }, nominal = 0 }'
    ),
    "a label that turns direction": form_of(
        '{ name = "b", section = "s", type = "text", label = { en = "B\\u202e" }, nominal = 0 }'
    ),
    "a section that is not there": form_of(FIELD.replace('section = "s"', 'section = "t"')),
    "a name twice": form_of(FIELD, FIELD),
    "columns that collide": form_of(field("", name="q_unit"), field("", name="q", type_name="quantity")),
    "a limit of nothing": form_of(field("max_length = 0")),
    "a limit without end": form_of(field("max_length = 1_000_000")),
    "limits crossed": form_of(field("min = 2, max = 1", type_name="integer")),
    "a list that is not there": form_of(field('list = "colour"', type_name="code")),
    "a code that is not there": form_of(field('list = "direction", first = ["up"]', type_name="code")),
    "goods restricted": form_of(field('list = "commodity", only = ["CIT"]', type_name="code")),
    "several goods restricted": form_of(field('list = "commodity", only = ["CIT"]', type_name="codes")),
    "under nothing": form_of(field('list = "commodity", under = "a"', type_name="code"), FIELD),
    "under itself": form_of(field('list = "commodity", under = "b"', type_name="code")),
    "no long variant": form_of(FIELD, rest='variants = ["simplified"]\n'),
    "dated by a text": form_of(FIELD, rest='dated_by = "a"\n'),
    "a condition on nothing": form_of(field('applies = { present = "z" }')),
    "a condition of nothing": form_of(field("applies = {}")),
    "a condition on a text": form_of(FIELD, field('applies = { field = "a", equals = "x" }')),
    "a condition on a number that is none": form_of(
        field("min = 0, max = 1", name="a", type_name="integer"), field('applies = { field = "a", equals = true }')
    ),
    "a condition on a code that is not there": form_of(
        field('list = "direction"', name="a", type_name="code"), field('applies = { field = "a", equals = "up" }')
    ),
    "conditions without end": form_of(FIELD, field("applies = " + "{ not = " * 9 + '{ present = "a" }' + " }" * 9)),
    "a block without fields": form_of(FIELD)
    + '[[blocks]]\nname = "r"\nsection = "s"\nlabel = { en = "R" }\nrows = { max = 2 }\n',
    "rows without end": form_of(FIELD)
    + '[[blocks]]\nname = "r"\nsection = "s"\nlabel = { en = "R" }\nrows = { max = 9999 }\n'
    + 'fields = [{ name = "b", type = "text", label = { en = "B" }, nominal = 0 }]\n',
}

REASONS = {
    "not TOML": "not TOML",
    "nothing": "name is missing",
    "no fields": "without fields",
    "an unknown key": "unknown key 'color'",
    "an unknown key of a field": "unknown key 'colour'",
    "a fraction": "1.5 is neither",
    "a number that JavaScript cannot hold": "9007199254740993 is neither",
    "a date": "is neither text",
    "a name that is none": "machine name",
    "a type that is none": "type is one of",
    "a pattern of its own": "unknown key 'pattern'",
    "an identifier without scheme": "scheme is missing",
    "a scheme that is none": "scheme is one of",
    "no nominal flag": "nominal is missing",
    "nominal true": "nominal is missing",
    "nominal 2": "nominal is missing",
    "no English label": "there is no text in 'en'",
    "a label in no language": "unknown key 'xx'",
    "a label that turns direction": "one line",
    "a section that is not there": "no section 't'",
    "a name twice": "'a' twice",
    "columns that collide": "'q_unit' twice",
    "a limit of nothing": "from 1 to 2000",
    "a limit without end": "from 1 to 2000",
    "limits crossed": "min is above max",
    "a list that is not there": "no list 'colour'",
    "a code that is not there": "'up' is not in",
    "goods restricted": "never restricted",
    "several goods restricted": "never restricted",
    "under nothing": "no code of the same list",
    "under itself": "no code of the same list",
    "no long variant": "variants are long",
    "dated by a text": "not a date",
    "a condition on nothing": "which is not there",
    "a condition of nothing": "a condition has",
    "a condition on a text": "a is never 'x'",
    "a condition on a number that is none": "a is never True",
    "a condition on a code that is not there": "'up' is not in",
    "conditions without end": "nested too deeply",
    "a block without fields": "a block without fields",
    "rows without end": "from 1 to 200",
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_form_is_refused_for(lists: Lists, why: str) -> None:
    with pytest.raises(FormError, match=REASONS[why]):
        compile_form(REFUSED[why], lists)


def test_the_form_that_the_refused_ones_vary_is_accepted(lists: Lists) -> None:
    compile_form(form_of(FIELD, field('applies = { present = "a" }')), lists)


def test_a_persian_label_keeps_its_non_joiner(lists: Lists) -> None:
    label = "\N{ARABIC LETTER MEEM}\u200c\N{ARABIC LETTER MEEM}"

    form = compile_form(form_of(FIELD.replace('{ en = "A" }', f'{{ en = "A", fa_AF = "{label}" }}')), lists)

    assert form.fields[0].label["fa_AF"] == label


def test_whoever_writes_a_form_sees_all_that_is_wrong_at_once(lists: Lists) -> None:
    source = form_of(field("colour = 1", nominal="2"), field("", name="c", type_name="regex"))

    with pytest.raises(FormError) as refusal:
        compile_form(source, lists)

    assert len(str(refusal.value).splitlines()) == 3
    assert "fields[b]: unknown key 'colour'" in str(refusal.value)


def test_the_commodity_list_is_never_restricted_and_the_refusal_says_what_to_do(lists: Lists) -> None:
    with pytest.raises(FormError, match="use first instead of only"):
        compile_form(REFUSED["goods restricted"], lists)


def test_a_decoded_form_may_name_lists_that_this_reader_lacks(small: Form, lists: Lists) -> None:
    without = {name: codes for name, codes in lists.items() if name != "transport_mode"}

    with pytest.raises(FormError, match="transport_mode"):
        check_lists(decode_form(encode_form(small)), without)


def test_a_form_in_another_spelling_is_refused(small: Form) -> None:
    value = json.loads(encode_form(small))
    value["fields"][0]["required"] = False  # the default, which the canonical form leaves out

    with pytest.raises(FormError, match="spelling"):
        decode_form(canonical_json.encode(value))
    with pytest.raises(FormError):
        decode_form(encode_form(small) + b"\n")


REFUSED_BYTES = json.loads((VECTORS / "refused.json").read_text("utf-8"))


@pytest.mark.parametrize("case", REFUSED_BYTES, ids=lambda case: case["why"])
def test_the_shared_bytes_that_are_no_form_are_refused(case: dict[str, str]) -> None:
    with pytest.raises(FormError):
        decode_form(case["form"].encode())


def test_the_shared_bytes_without_their_fault_are_a_form() -> None:
    decode_form(MINIMAL.encode())


MINIMAL = (
    '{"fields":[{"label":{"en":"A"},"name":"a","nominal":0,"section":"s","type":"text"}],"label":{"en":"F"},'
    '"name":"f","sections":[{"label":{"en":"S"},"name":"s"}],"version":1}'
)


def test_a_form_beyond_the_limit_is_refused_before_it_is_read(small: Form) -> None:
    with pytest.raises(FormError, match="bytes"):
        decode_form(encode_form(small).ljust(MAX_FORM_BYTES + 1))


def test_options_of_every_type_come_back(small: Form) -> None:
    kinds: list[Kind] = [field.kind for _, field in decode_form(encode_form(small)).all_fields()]

    assert kinds == [field.kind for _, field in small.all_fields()]
    assert {kind.type for kind in kinds} == {
        *("text", "long_text", "integer", "decimal", "boolean", "date", "time", "instant", "code", "codes"),
        *("place", "coordinate", "quantity", "money", "identifier", "message", "attachment"),
    }


def test_a_flag_is_one_of_three() -> None:
    assert [flag.value for flag in Nominal] == [0, 1, "X"]


def test_a_wording_without_a_sentence_or_with_one_too_many_is_refused() -> None:
    source = resource("templates/messages/wording.toml").read_text("utf-8")

    with pytest.raises(WordingError, match="check_digit is missing"):
        decode_wording(source.replace("check_digit =", "check_figure ="))
    with pytest.raises(WordingError, match="unknown key 'more'"):
        decode_wording(f'{source}\nmore = {{ en = "x", fr = "x" }}\n')
    with pytest.raises(WordingError):
        decode_wording("[")


def test_every_sentence_and_word_is_there_in_three_languages_with_the_same_slots() -> None:
    wording = decode_wording(resource("templates/messages/wording.toml").read_text("utf-8"))

    for labels in (*wording.words.values(), *wording.sentences.values()):
        slots = {
            language: sorted(part.split("}")[0] for part in labels[language].split("{")[1:]) for language in COMPLETE
        }
        assert slots["en"] == slots["fr"] == slots["ar"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_form_with_one_part_exchanged_is_a_form_or_a_form_error(small: Form, data: st.DataObject) -> None:
    value = json.loads(encode_form(small))
    spot, key = value, data.draw(st.sampled_from(sorted(value)))
    while isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
        spot = spot[key]
        key = data.draw(st.sampled_from(range(len(spot)) if isinstance(spot, list) else sorted(spot)))
    spot[key] = data.draw(
        st.none()
        | st.booleans()
        | st.integers(-9, 2**53)
        | st.text(max_size=9)
        | st.just([])
        | st.just({})
        | st.just([{}])
    )
    try:
        encoded = canonical_json.encode(value)
    except UsageError:
        return

    try:
        form = decode_form(encoded)
    except FormError:
        return
    assert encode_form(form) == encoded
