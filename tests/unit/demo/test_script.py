"""Who says what: every row once, by an officer of its country if there is one, alerts before what they led to."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from cencomm.clock import system_clock
from cencomm.demo.cast import Cast, Desk, cast_of
from cencomm.demo.cli import SAMPLE, SAMPLE_LEGS, _shipped
from cencomm.demo.repertoire import Repertoire, load_repertoire
from cencomm.demo.rows import named_mapping, read_rows
from cencomm.demo.script import dramatised, plain
from cencomm.forms.form import Variant
from cencomm.forms.mapped_row import MappedFile, MappedRow
from cencomm.forms.validation import validate
from cencomm.ledger.kinds import Role


@pytest.fixture(scope="module")
def repertoire() -> Repertoire:
    return load_repertoire()


@pytest.fixture(scope="module")
def sample(repertoire: Repertoire) -> MappedFile:
    return read_rows(
        _shipped(SAMPLE),
        _shipped(SAMPLE_LEGS),
        mapping=named_mapping("routes", repertoire.lists),
        forms=repertoire.plan.forms,
        lists=repertoire.lists,
        wording=repertoire.wording,
        now=system_clock(),
    )


@pytest.fixture(scope="module")
def rows(sample: MappedFile) -> Sequence[MappedRow]:
    return [outcome for outcome in sample.outcomes if isinstance(outcome, MappedRow)]


@pytest.fixture
def cast(repertoire: Repertoire) -> Cast:
    return cast_of(repertoire.plan)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk([part for part in cast.everybody if part.role is Role.OFFICER])


def test_the_cast_is_the_one_that_was_promised(cast: Cast) -> None:
    roles = [part.role for part in cast.everybody]
    countries = {part.post.country for part in cast.everybody if part.role is Role.OFFICER}

    assert (roles.count(Role.COORDINATOR), roles.count(Role.OFFICER), roles.count(Role.ANALYST)) == (2, 6, 1)
    assert len(countries) == 6
    assert {part.language for part in cast.everybody} == {"en", "fr"}


def test_the_sample_has_a_row_that_is_refused_and_says_why(sample: MappedFile) -> None:
    assert (sample.totals.rows, sample.totals.refused) == (14, 1)


def test_each_row_is_said_once_by_an_officer_of_its_country(rows: Sequence[MappedRow], desk: Desk) -> None:
    lines = list(plain(rows, desk, language="en"))

    assert [line.values["case_ref"] for line in lines] == [row.values["case_ref"] for row in rows]
    assert all(line.author.post.country == line.values["reporting_country"] for line in lines)


def test_officers_of_other_countries_take_turns(desk: Desk) -> None:
    authors = [desk.author("NZ").name for _ in range(12)]

    assert authors[:6] == authors[6:]
    assert len(set(authors)) == 6


def test_what_is_made_up_around_the_rows_answers_its_forms(
    rows: Sequence[MappedRow], desk: Desk, cast: Cast, repertoire: Repertoire
) -> None:
    others = [part for part in cast.everybody if part not in desk.officers]

    lines = list(dramatised(rows, desk, others, repertoire.lists, language="en"))

    for line in lines:
        form = repertoire.plan.forms[line.form]
        validate(form, dict(line.values), variant=Variant.LONG, lists=repertoire.lists, written_at=system_clock())
    assert {line.form for line in lines} == {"alert", "seizure", "note"}
    assert {line.author.language for line in lines if line.form == "alert"} == {"en", "fr"}
    for before, line in pairwise(lines):
        if line.answers_alert:
            assert before.form == "alert"
            assert before.author is not line.author
