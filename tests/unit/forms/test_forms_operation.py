"""The plan of an operation: the sample is one, and everything wrong with another is said at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from cencomm.errors import UsageError
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form, FormError
from cencomm.forms.library import load_forms, load_operation
from cencomm.forms.operation import History, OperationPlanError, PostRole, decode_operation
from cencomm.resources import resource

Lists = Mapping[str, CodeList]


@pytest.fixture(scope="module")
def source() -> str:
    return resource("operations/sample_air.toml").read_text("utf-8")


def test_the_sample_is_a_plan_with_two_coordinators_and_six_posts(forms: Mapping[str, Form], lists: Lists) -> None:
    plan = load_operation("sample_air", forms, lists)

    assert [post.role for post in plan.posts].count(PostRole.COORDINATOR) == 2
    assert {post.country for post in plan.posts if post.role is PostRole.OFFICER} == {
        "KE",
        "ET",
        "AE",
        "TH",
        "FR",
        "US",
    }
    assert plan.policy.history is History.ALL
    assert set(plan.forms) == {"alert", "response", "seizure", "note"}
    assert all(form.narrowed_for == "sample_air" for form in plan.forms.values())


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_sample_names_itself_and_all_that_is_in_it_in_three_languages(
    forms: Mapping[str, Form], lists: Lists, language: str
) -> None:
    plan = load_operation("sample_air", forms, lists)
    texts = [plan.label, plan.purpose, plan.legal_basis, *(post.label for post in plan.posts)]
    texts.extend(channel.label for channel in plan.channels)

    assert [text for text in texts if not text.get(language)] == []


FAULTS = [
    ('name = "sample_air"', 'name = "Sample air"', "machine name"),
    ('begins = "2026-02-02"', 'begins = "2026-13-02"', "begins is a day"),
    ('begins = "2026-02-02"', 'begins = "2025-02-02"', "phases are there"),
    ('phase = "test"', 'phase = "lunch"', "phase is one of"),
    ('country = "KE"', 'country = "Kenya"', "is not in the list"),
    ('country = "KE"\n', "", "an officer's post has a country"),
    ('role = "archive"', 'role = "relay"', "role is one of"),
    ('name = "unit_b"', 'name = "unit_a"', "'unit_a' is the name of two posts"),
    ('name = "unit"', 'name = "everybody"', "'everybody' is the name of two channels"),
    ('kind = "unit"', 'kind = "main"', "one main channel"),
    ('posts = ["nairobi", "addis_ababa"]', 'posts = ["nairobi", "oslo"]', "no post 'oslo'"),
    ('roles = ["coordinator", "archive"]', 'roles = ["everyone"]', "roles are some of"),
    ('roles = ["coordinator", "archive"]\nforms', "forms", "a channel for nobody"),
    ('roles = ["coordinator", "archive"]', 'roles = ["coordinator", "cen"]', "release channels only"),
    ('kind = "unit"', 'kind = "release"', "no other"),
    ('kind = "regional"', 'kind = "bilateral"', "for no role"),
    ('"seizure", "note"]\n\n[policy]', '"release"]\n\n[policy]', "no form 'release'"),
    ('forms = ["alert", "response", "seizure", "note"]\n\n[policy]', "[policy]", "nothing can be said"),
    ('history = "all"', 'history = "some"', "history is one of"),
    ("retention_days = 365", "retention_days = 36500", "retention_days is a whole number"),
    ('tlp = "AMBER"', 'tlp = "ORANGE"', "is not in the list"),
    ('handling = "H0"\n', "", "tlp and handling"),
    ("exercise = true", 'two_signatures = ["lunch"]', "two_signatures are some of"),
    ("[forms.note]", "[forms.sitrep]", "unknown key 'sitrep'"),
    ("[forms.note]", '[forms.note]\nleave_out = ["text"]', "text: is required"),
    ("[forms.note]", '[forms.note]\nleave_out = ["box"]', "note has no such field"),
    ('"items.category" = ["CIT"]', '"items.category" = ["ZZZ"]', "'ZZZ' is not in 'commodity'"),
]


@pytest.mark.parametrize(("old", "new", "reason"), FAULTS, ids=[reason for _, _, reason in FAULTS])
def test_a_fault_in_a_plan_is_named(
    forms: Mapping[str, Form], lists: Lists, source: str, old: str, new: str, reason: str
) -> None:
    assert old in source

    with pytest.raises(OperationPlanError, match=reason):
        decode_operation(source.replace(old, new), forms, lists)


def test_an_operation_that_is_no_exercise_has_two_coordinators(
    forms: Mapping[str, Form], lists: Lists, source: str
) -> None:
    alone = source.replace('role = "coordinator"', 'role = "analyst"', 1)

    decode_operation(alone, forms, lists)
    with pytest.raises(OperationPlanError, match="at least 2 coordinators"):
        decode_operation(alone.replace("exercise = true", "exercise = false"), forms, lists)


def test_all_faults_of_a_plan_are_named_at_once(forms: Mapping[str, Form], lists: Lists, source: str) -> None:
    for old, new in (('tlp = "AMBER"', 'tlp = "ORANGE"'), ('history = "all"', ""), ('country = "KE"', 'country = "1"')):
        source = source.replace(old, new)

    with pytest.raises(OperationPlanError) as refusal:
        decode_operation(source, forms, lists)

    assert len(str(refusal.value).splitlines()) == 3


def test_a_folder_can_replace_a_form_and_is_told_what_is_wrong_with_it(tmp_path: Path, lists: Lists) -> None:
    folder = tmp_path / "templates/messages"
    folder.mkdir(parents=True)
    note = resource("templates/messages/note.toml").read_text("utf-8")

    (folder / "note.toml").write_text(note.replace("version = 2", "version = 3"), "utf-8")
    assert load_forms(lists, override=tmp_path)["note"].version == 3

    (folder / "note.toml").write_text(note.replace('name = "note"', 'name = "memo"', 1), "utf-8")
    with pytest.raises(FormError, match="holds the form 'memo'"):
        load_forms(lists, override=tmp_path)

    (folder / "note.toml").write_bytes(b"\xff")
    with pytest.raises(FormError, match="utf-8"):
        load_forms(lists, override=tmp_path)


def test_an_operation_that_is_not_there_or_misnamed_is_refused(
    tmp_path: Path, forms: Mapping[str, Form], lists: Lists, source: str
) -> None:
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations/other.toml").write_text(source, "utf-8")

    with pytest.raises(UsageError):
        load_operation("nothing", forms, lists)
    with pytest.raises(OperationPlanError, match="holds the plan of 'sample_air'"):
        load_operation("other", forms, lists, override=tmp_path)
