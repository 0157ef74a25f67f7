"""The form that a ledger names: decoded once, and refused where the unit signed one thing and sealed another."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from cencomm.client.account.device import Identity, new_identity
from cencomm.client.channel.errors import RelayWithholds
from cencomm.client.operation import chartering, coordination
from cencomm.client.operation.decision import decide
from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports, UnknownForm
from cencomm.errors import ProtocolError
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.envelope import Body
from cencomm.forms.form import Form, FormError
from cencomm.forms.form_json import encode_form
from cencomm.forms.library import load_forms
from cencomm.forms.validation import InvalidReport
from cencomm.ids import AccountId, BlobId
from cencomm.ledger.bodies import Policy
from cencomm.ledger.kinds import History
from cencomm.secret import system_entropy

NOW = 1_795_305_600
IDENTITY: Identity = new_identity(AccountId(b"a" * 16), system_entropy)
EXERCISE = Policy(
    history=History.NONE,
    retention_days=1,
    update_interval_hours=1,
    heartbeat_seconds=60,
    two_signatures=(),
    exercise=True,
)


@pytest.fixture(scope="module")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


@pytest.fixture(scope="module")
def note(lists: Mapping[str, CodeList]) -> Form:
    return load_forms(lists)["note"]


@pytest.fixture
def empty() -> Operation:
    return chartering.found_operation(
        IDENTITY,
        plan=b"{}",
        profile=b"{}",
        relay_key=b"r" * 32,
        relay_name="relay.example",
        policy=EXERCISE,
        now=NOW,
        entropy=system_entropy,
    ).operation


def with_form(operation: Operation, definition: bytes, version: int) -> tuple[Operation, BlobId]:
    before = operation.ledger.forms.keys()
    proposal = coordination.publish_form(definition, version=version, entropy=system_entropy)
    after = decide(operation, IDENTITY, proposal, now=NOW, entropy=system_entropy).operation
    (blob,) = after.ledger.forms.keys() - before
    return after, blob


def said(text: str) -> Body:
    return Body(values={"text": text}, language="en", written_at=NOW)


def test_values_that_answer_the_form_make_a_report(empty: Operation, note: Form, lists: Mapping[str, CodeList]) -> None:
    operation, blob = with_form(empty, encode_form(note), note.version)

    assert Reports(lists).report(operation, blob, said("hello")).values() == {"text": "hello"}


def test_values_that_do_not_are_refused_with_every_fault(
    empty: Operation, note: Form, lists: Mapping[str, CodeList]
) -> None:
    operation, blob = with_form(empty, encode_form(note), note.version)

    with pytest.raises(InvalidReport):
        Reports(lists).report(operation, blob, said(""))


def test_a_form_is_decoded_once(empty: Operation, note: Form, lists: Mapping[str, CodeList]) -> None:
    operation, blob = with_form(empty, encode_form(note), note.version)
    reports = Reports(lists)

    assert reports.form(operation, blob) is reports.form(operation, blob)


def test_a_form_that_the_ledger_does_not_name_is_unknown(empty: Operation, lists: Mapping[str, CodeList]) -> None:
    with pytest.raises(UnknownForm):
        Reports(lists).form(empty, BlobId(b"b" * 16))


def test_a_definition_that_is_not_here_is_waited_for_and_sets_nothing_aside(
    empty: Operation, note: Form, lists: Mapping[str, CodeList]
) -> None:
    """A local fault: the same message is judged again later."""
    operation, blob = with_form(empty, encode_form(note), note.version)
    bare = replace(operation, blobs=MappingProxyType({}))

    with pytest.raises(RelayWithholds):
        Reports(lists).form(bare, blob)


def test_what_was_decoded_before_is_not_believed_without_its_blob(
    empty: Operation, note: Form, lists: Mapping[str, CodeList]
) -> None:
    operation, blob = with_form(empty, encode_form(note), note.version)
    reports = Reports(lists)
    reports.form(operation, blob)

    with pytest.raises(RelayWithholds):
        reports.form(replace(operation, blobs=MappingProxyType({})), blob)


def test_a_form_of_another_version_than_the_entry_says_is_refused(
    empty: Operation, note: Form, lists: Mapping[str, CodeList]
) -> None:
    operation, blob = with_form(empty, encode_form(note), note.version + 1)

    with pytest.raises(ProtocolError, match="version"):
        Reports(lists).form(operation, blob)


def test_what_is_no_form_is_refused(empty: Operation, lists: Mapping[str, CodeList]) -> None:
    operation, blob = with_form(empty, b"{}", 1)

    with pytest.raises(FormError):
        Reports(lists).form(operation, blob)


def test_the_newest_version_of_a_form_is_the_one_to_write_in(
    empty: Operation, note: Form, lists: Mapping[str, CodeList]
) -> None:
    first, old = with_form(empty, encode_form(note), note.version)
    newer = replace(note, version=note.version + 1)
    both, new = with_form(first, encode_form(newer), newer.version)
    reports = Reports(lists)

    assert reports.newest(both) == {"note": new}
    assert reports.form(both, old).version == note.version  # messages under it stay readable
