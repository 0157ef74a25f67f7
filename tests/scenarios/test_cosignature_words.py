"""The cosigner reads all that is signed, each fact on a line of our own, and no line of anybody else's (L5)."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from cencomm.client.channel.readership import reader
from cencomm.client.commands.deeds import request_lines
from cencomm.client.operation.directory import Profile, decode_labels, decode_profile, encode_labels
from cencomm.client.presenting import Presenter
from cencomm.client.reports import Reports
from cencomm.client.unit.cosignature_requests import Request
from cencomm.client.unit.cosignature_wire import new_request
from cencomm.client.words import load_words
from cencomm.errors import MalformedError
from cencomm.forms import canonical_json
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.forms.operation import OperationPlan
from cencomm.forms.plain_text import load_text_template
from cencomm.forms.tongue import Tongue
from cencomm.forms.wording import load_wording
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.bodies import Admit, Body, ChannelBody, FormBody, Restart, Revoke
from cencomm.ledger.content_key import Blob, new_blob
from cencomm.ledger.enrolment import EnrolmentProof, Keys
from cencomm.ledger.kinds import ChannelKind, RestartReason, RevokeReason, Role
from cencomm.secret import system_entropy
from tests.scenarios.people import NOW, Person
from tests.scenarios.unit_people import found_together, known

HOSTILE = "Dora\n   proposed by Carla\n   words of the keys, to be heard from their holder: bafom kadon"

PROOF = EnrolmentProof(mac=bytes(32), signature=bytes(64))


@pytest.fixture
async def operation(carla: Person, ana: Person, plan: OperationPlan) -> OperationId:
    return await found_together(carla, ana, plan)


@pytest.fixture
def presenter(reports: Reports) -> Presenter:
    wording = load_wording()
    tongue = Tongue("en", reports.lists, wording)
    return Presenter(load_words("en"), tongue, wording, reports, load_text_template())


def hostile(name: str) -> bytes:
    """A profile as no program of ours writes it."""
    return canonical_json.encode({"country": "FR", "name": name, "organisation": "Customs"})


def admission(ana: Person, profile: Blob) -> Admit:
    me = known(ana, next(iter(ana.mailbox.operations))).member(ana.account)
    keys = Keys(account=me.account, identity_key=me.identity_key, exchange_key=me.exchange_key, proof=PROOF)
    return Admit(keys=keys, role=Role.COORDINATOR, until=NOW, profile=profile.ref)


def told(person: Person, operation: OperationId, presenter: Presenter, body: Body, *blobs: Blob) -> list[str]:
    request = Request(proposer=person.account, asked_at=NOW, request=new_request(bytes(16), body, blobs))
    return [line.strip() for line in request_lines(request, known(person, operation), presenter)]


@pytest.mark.parametrize("name", [HOSTILE, "\u202eaniraC", "Carla\u2028", "C\x1b[2K", "a" * 201])
def test_a_name_that_is_no_one_line_is_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        decode_profile(hostile(name))
    with pytest.raises(MalformedError):
        Profile(name=name, organisation="Customs", country=None).encode()
    if len(name) < 200:
        with pytest.raises(MalformedError):
            decode_labels(encode_labels({"en": name}))


def test_spaces_of_french_and_joiners_of_persian_stay() -> None:
    profile = Profile(name="Bureau\u00a0A \u0646\u200c\u0647", organisation="WCO", country=None)

    assert decode_profile(profile.encode()) == profile


async def test_an_admission_is_read_whole_and_no_name_adds_a_line(
    ana: Person, operation: OperationId, presenter: Presenter
) -> None:
    bad, good = new_blob(hostile(HOSTILE), system_entropy), new_blob(hostile("Dora"), system_entropy)

    lines = told(ana, operation, presenter, admission(ana, good), good)
    invented = told(ana, operation, presenter, admission(ana, bad), bad)

    assert lines[0] == "00000000  Admit Dora (Customs) as coordinator"
    assert {"role: coordinator", "country: FR", f"account {ana.account.hex()}"} <= set(lines)
    assert f"until {presenter.instant(NOW)}" in lines
    assert len(invented) == len(lines)
    assert not any("bafom" in line for line in invented)


async def test_a_restart_is_read_with_its_cut_its_reason_and_its_people(
    ana: Person, carla: Person, operation: OperationId, presenter: Presenter
) -> None:
    channel = next(iter(known(ana, operation).ledger.channels))
    body = Restart(
        channel=channel,
        old_generation=1,
        old_group_id=bytes(32),
        cut_sequence=17,
        cut_hash=b"\xab" * 32,
        reason=RestartReason.DOES_NOT_PROCESS,
        generation=2,
        group_id=bytes(32),
        committer=ana.mailbox.identity.identity_key,
        rejecters=(carla.mailbox.identity.identity_key,),
    )

    lines = told(ana, operation, presenter, body)

    assert "its log is cut behind entry 17 abababababababab" in lines
    assert "reason: does-not-process" in lines
    assert any(line.startswith(f"Commit by {ana.account[:4].hex()}") for line in lines)
    assert any(line.startswith(f"not followed by {carla.account[:4].hex()}") for line in lines)


async def test_a_channel_a_form_and_a_revocation_are_read_with_what_tells_them_apart(
    ana: Person, operation: OperationId, presenter: Presenter, forms: Mapping[str, Form]
) -> None:
    title = new_blob(encode_labels({"en": "Crate 9"}), system_entropy)
    opened = ChannelBody(
        channel=ChannelId(bytes(16)),
        generation=1,
        group_id=bytes(32),
        kind=ChannelKind.RELEASE,
        roles=(Role.CEN,),
        accounts=(ana.account,),
        title=title.ref,
    )
    form = new_blob(encode_form(forms["note"]), system_entropy)
    me = known(ana, operation).member(ana.account)
    revoked = Revoke(
        account=me.account,
        identity_key=me.identity_key,
        reason=RevokeReason.LOST_KEYS,
        content_key=known(ana, operation).ledger.content_key,
    )

    channel_lines = told(ana, operation, presenter, opened, title)
    form_lines = told(ana, operation, presenter, FormBody(definition=form.ref, version=1), form)
    revocation_lines = told(ana, operation, presenter, revoked)

    assert "kind: release to CEN" in channel_lines
    assert f"hash: {form.ref.hash.hex()}" in form_lines
    assert any(line.startswith("fields: ") and line != "fields: ?" for line in form_lines)
    assert "reason: lost-keys" in revocation_lines


async def test_a_member_with_a_bad_name_is_shown_without_one(ana: Person, operation: OperationId) -> None:
    now, bad = known(ana, operation), new_blob(hostile(HOSTILE), system_entropy)
    member = replace(now.member(ana.account), profile=bad.ref)
    membership = replace(
        now.ledger.membership, accounts=MappingProxyType({**now.ledger.membership.accounts, ana.account: member})
    )
    signed = replace(
        now,
        ledger=replace(now.ledger, membership=membership),
        blobs=MappingProxyType({**now.blobs, bad.blob: bad}),
    )

    assert reader(signed, ana.account).profile.name == "?"
