"""The language of mappings: what is refused, and what each rule promises, on a file of one's own."""

from collections.abc import Mapping

import pytest

from cencomm.forms.code_list import CodeList
from cencomm.forms.doubt import DoubtKind
from cencomm.forms.gazetteer import Gazetteer, load_gazetteer
from cencomm.forms.mapped_row import MappedFile, MappedRow, Outcome, RefusedRow
from cencomm.forms.mapping import RowMapper
from cencomm.forms.mapping_file import MAX_MAPPING_BYTES, MappingError, decode_mapping

HEAD = 'title="t"\nsource="s"\nform="seizure"\nfree_text="remarks"\n'
TABLE = '[tables.t]\nlist="direction"\n'


@pytest.fixture(scope="module")
def gazetteer(lists: Mapping[str, CodeList]) -> Gazetteer:
    return load_gazetteer(lists["country"])


def rule(text: str, extra: str = "") -> bytes:
    return f"{HEAD}{extra}\n[[rules]]\n{text}\n".encode()


HOSTILE = {
    "not UTF-8": b"\xff",
    "not TOML": b"[",
    "nested brackets": b"rules=" + b"[" * 20_000,
    "empty": b"",
    "too large": rule('read="text"\nto="x"\ncolumn="a"') + b"#" * MAX_MAPPING_BYTES,
    "no rules": HEAD.encode(),
    "unknown key": (HEAD + 'colour="red"\nrules=[]').encode(),
    "unknown kind of rule": rule('read="eval"\nto="x"'),
    "rule without a column": rule('read="text"\nto="x"'),
    "rule with a foreign key": rule('read="text"\nto="x"\ncolumn="a"\ncode="x"'),
    "target that is no name": rule('read="text"\nto="__class__"\ncolumn="a"'),
    "target two blocks deep": rule('read="text"\nto="a.b.c"\ncolumn="a"'),
    "form that is no name": rule('read="text"\nto="x"\ncolumn="a"').replace(b"seizure", b"../seizure"),
    "column of no joined file": rule('read="text"\nto="x"\ncolumn="legs:a"'),
    "unknown code page": rule('read="text"\nto="x"\ncolumn="a"', 'fallback_encoding="rot13"'),
    "unknown language": rule('read="text"\nto="x"\ncolumn="a"', 'languages=["xx"]'),
    "unknown order of dates": rule('read="text"\nto="x"\ncolumn="a"', 'date_order="ymd"'),
    "unknown unit": rule('read="quantities"\nto=["x"]\namounts=[{column="a",unit="stone"}]'),
    "unknown unit name": rule('read="text"\nto="x"\ncolumn="a"', '[units]\nstone="STONE"'),
    "more amounts than targets": rule(
        'read="quantities"\nto=["x"]\namounts=[{column="a",unit="KGM"},{column="b",unit="KGM"}]'
    ),
    "no amounts": rule('read="quantities"\nto=["x"]\namounts=[]'),
    "unknown table": rule('read="codes"\ncolumn="a"\ntargets=[{to="x",table="t"}]'),
    "table of no code list": rule('read="text"\nto="x"\ncolumn="a"', '[tables.t]\nlist="colours"'),
    "table with an unknown code": rule('read="text"\nto="x"\ncolumn="a"', TABLE + 'exact={a="sideways"}'),
    "unknown default": rule('read="codes"\ncolumn="a"\ntargets=[{to="x",table="t",default="sideways"}]', TABLE),
    "unknown role of a stop": rule('read="legs"\nblock="route"\nrole="detour"\ncolumn="a"'),
    "unknown country": rule('read="site"\ncolumn="a"\ncountry="XX"\nto="place"'),
    "a thirteenth month": rule('read="fiscal_month"\nyear_column="a"\nmonth_column="b"\nfirst_month=13\nto="x"'),
    "reference to nothing": rule('read="reference"\ncolumns=[]\nto="x"'),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_that_is_no_mapping_is_refused_with_one_error_type(data: bytes, lists: Mapping[str, CodeList]) -> None:
    with pytest.raises(MappingError):
        decode_mapping(data, lists)


@pytest.fixture
def mapped(lists: Mapping[str, CodeList], gazetteer: Gazetteer) -> "Mapped":
    return Mapped(lists, gazetteer)


class Mapped:
    """Maps a CSV text with rules written in the test."""

    def __init__(self, lists: Mapping[str, CodeList], gazetteer: Gazetteer) -> None:
        self._lists, self._gazetteer = lists, gazetteer

    def __call__(self, rules: bytes, csv: str, **joined: str) -> MappedFile:
        mapper = RowMapper(
            mapping=decode_mapping(rules, self._lists), code_lists=self._lists, gazetteer=self._gazetteer
        )
        return mapper.map_file(csv.encode(), joined={name: text.encode() for name, text in joined.items()})

    def row(self, rules: bytes, csv: str, **joined: str) -> Outcome:
        (outcome,) = self(rules, csv, **joined).outcomes
        return outcome


def values(outcome: Outcome) -> Mapping[str, object]:
    assert isinstance(outcome, MappedRow), outcome
    return outcome.values


def doubts(outcome: Outcome) -> list[DoubtKind]:
    assert isinstance(outcome, MappedRow), outcome
    return [warning.doubt.kind for warning in outcome.warnings]


DIRECTIONS = TABLE + 'exact={in="import", out="export"}\nwords={outbound="export"}\n'


def test_a_cell_that_a_table_knows_whole_becomes_its_code_without_a_doubt(mapped: Mapped) -> None:
    outcome = mapped.row(rule('read="codes"\ncolumn="a"\ntargets=[{to="direction",table="t"}]', DIRECTIONS), "a\nIN.\n")

    assert values(outcome) == {"direction": "import"}
    assert doubts(outcome) == []


def test_a_cell_read_by_a_word_is_kept_as_text_as_well(mapped: Mapped) -> None:
    rules = rule('read="codes"\ncolumn="a"\ntargets=[{to="direction",table="t"}]', DIRECTIONS)

    outcome = mapped.row(rules, "a\nvan outbound at noon\n")

    assert values(outcome) == {"direction": "export", "remarks": "a: van outbound at noon"}
    assert doubts(outcome) == [DoubtKind.BY_KEYWORD]


def test_a_word_inside_another_word_decides_nothing(mapped: Mapped) -> None:
    rules = rule('read="codes"\ncolumn="a"\ntargets=[{to="direction",table="t"}]', DIRECTIONS)

    outcome = mapped.row(rules, "a\nnonoutboundish\n")

    assert values(outcome) == {"remarks": "a: nonoutboundish"}
    assert doubts(outcome) == [DoubtKind.KEPT_AS_TEXT]


def test_a_field_of_one_code_takes_the_first_and_the_other_is_kept_as_text(mapped: Mapped) -> None:
    rules = rule('read="codes"\ncolumn="a"\nsplit=";"\ntargets=[{to="direction",table="t"}]', DIRECTIONS)

    outcome = mapped.row(rules, "a\nin; out\n")

    assert values(outcome) == {"direction": "import", "remarks": "a: in; out"}
    assert doubts(outcome) == [DoubtKind.KEPT_AS_TEXT]


def test_a_field_of_many_codes_takes_each_once(mapped: Mapped) -> None:
    rules = rule('read="codes"\ncolumn="a"\nsplit=";"\ntargets=[{to="x",table="t",many=true}]', DIRECTIONS)

    assert values(mapped.row(rules, "a\nin; out; In\n")) == {"x": ["import", "export"]}


def test_a_required_code_that_is_not_found_refuses_the_row(mapped: Mapped) -> None:
    rules = rule('read="codes"\nrequired=true\ncolumn="a"\ntargets=[{to="x",table="t"}]', DIRECTIONS)

    outcome = mapped.row(rules, "a\nsideways\n")

    assert isinstance(outcome, RefusedRow)
    assert outcome.reasons == ("'sideways' in a leads to no code",)


def test_a_text_that_is_too_long_goes_to_the_free_text(mapped: Mapped) -> None:
    outcome = mapped.row(rule('read="text"\nmost=3\ncolumn="a"\nto="x"'), "a\nabcd\n")

    assert values(outcome) == {"remarks": "a: abcd"}
    assert doubts(outcome) == [DoubtKind.KEPT_AS_TEXT]


def test_free_text_follows_what_a_rule_wrote_there(mapped: Mapped) -> None:
    rules = rule('read="text"\ncolumn="a"\nto="remarks"\n[[rules]]\nread="note"\ncolumn="b"')

    assert values(mapped.row(rules, "a,b\nfirst,second\n")) == {"remarks": "first\nb: second"}


def test_cells_that_say_nothing_are_empty_cells(mapped: Mapped) -> None:
    rules = rule('read="note"\ncolumn="a"', 'silent=["unknown", "n/a", "-"]')

    assert [values(row) for row in mapped(rules, "a,b\nUNKNOWN,1\nN/A,2\n?,3\nknown,3\n").outcomes] == [
        {"remarks": "b: 1"},
        {"remarks": "b: 2"},
        {"remarks": "a: ?\nb: 3"},
        {"remarks": "a: known\nb: 3"},
    ]


def test_an_ignored_column_is_left_out_because_the_mapping_says_why(mapped: Mapped) -> None:
    rules = rule('read="note"\ncolumn="a"', '[ignored]\nb="a running number"')

    assert values(mapped.row(rules, "a,b\nx,1\n")) == {"remarks": "a: x"}


JOINED = '[joins.more]\ncolumn="k"'


def test_a_second_file_is_joined_by_its_key(mapped: Mapped) -> None:
    rules = rule('read="text"\ncolumn="more:v"\nto="x"', JOINED)

    found = mapped(rules, "k\n1\n2\n3\n", more="K ,V\n2,two\n1,one\n2,again\n")

    assert [values(row).get("x") for row in found.outcomes] == ["one", "two", None]
    assert doubts(found.outcomes[2]) == [DoubtKind.NOT_JOINED]


def test_a_stranger_in_the_joined_file_is_kept_as_well(mapped: Mapped) -> None:
    rules = rule('read="text"\ncolumn="more:v"\nto="x"', JOINED)

    outcome = mapped.row(rules, "k\n1\n", more="k,v,new\n1,one,thing\n")

    assert values(outcome) == {"x": "one", "remarks": "new: thing"}
    assert doubts(outcome) == [DoubtKind.NO_FIELD]


def test_a_row_shorter_than_its_header_ends_in_empty_cells(mapped: Mapped) -> None:
    rules = rule('read="text"\ncolumn="a"\nto="x"\n[[rules]]\nread="text"\ncolumn="b"\nto="y"')

    assert values(mapped.row(rules, "a,b\n1\n")) == {"x": "1"}
