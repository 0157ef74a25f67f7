"""An operation with a release channel, three posts of two services, and what they say there."""

from collections.abc import Mapping
from dataclasses import replace

from cencomm.client.account.device import new_device, new_identity
from cencomm.client.events import ControlDelivered, MessageDelivered
from cencomm.client.operation.coordination import admit
from cencomm.client.operation.decision import decide
from cencomm.client.operation.directory import Profile
from cencomm.client.operation.invitation import Invitation
from cencomm.client.operation.proposal import Proposal
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.control import Control, ControlKind, sign_control
from cencomm.forms.form import Form
from cencomm.forms.release_decision import Decided, ReleaseDecision
from cencomm.ids import AccountId, MessageId
from cencomm.ledger.bodies import ChannelBody
from cencomm.ledger.content_key import new_blob
from cencomm.ledger.enrolment import EnrolmentCode, request_enrolment
from cencomm.ledger.kinds import ChannelKind, Role
from tests.unit.node.records.operation import CHANNEL, NOW, Author, Desk, Values, open_desk


def release(reference: str = "KE-1", **more: JsonValue) -> Values:
    """What of a seizure goes to CEN."""
    values: Values = {
        "case_ref": reference,
        "seizure_date": "2026-11-05",
        "reporting_country": "KE",
        "location_type": "airport",
        "place": {"country": "KE"},
        "items": [{"category": "CIT", "quantity": {"amount": "12.50", "unit": "KGM"}}],
        "route": [
            {"role": "origin", "place": {"country": "KE"}, "certainty": "alleged"},
            {"role": "destination", "place": {"country": "TH"}},
        ],
    }
    return values | more


def open_release_desk(forms: Mapping[str, Form], *, seed: str = "", kind: ChannelKind = ChannelKind.RELEASE) -> Desk:
    """As `open_desk`; CHANNEL is of `kind`. `KE2` is another post of the service of `KE`."""
    desk = open_desk(forms, seed=seed)
    return with_post(with_channel(desk, kind), "KE2", organisation="Customs of KE", country="KE")


def with_channel(desk: Desk, kind: ChannelKind) -> Desk:
    title = new_blob(b'{"en":"To CEN"}', desk.entropy)
    body = ChannelBody(
        channel=CHANNEL,
        generation=1,
        group_id=desk.entropy(32),
        kind=kind,
        roles=(Role.OFFICER, Role.CEN),
        accounts=(),
        title=title.ref,
    )
    declared = Proposal(body=body, blobs=(title,))
    return replace(desk, operation=decide(desk.operation, desk.unit, declared, now=NOW, entropy=desk.entropy).operation)


def with_post(desk: Desk, post: str, *, organisation: str, country: str | None) -> Desk:
    entropy = desk.entropy
    author = new_identity(AccountId(entropy(16)), entropy)
    code = EnrolmentCode.generate(entropy)
    request = request_enrolment(
        desk.operation.id, author.account, author.signing_key, author.exchange_key.public_key(), code
    )
    profile = Profile(name=f"Desk {post}", organisation=organisation, country=country).encode()
    admission = admit(
        desk.operation, request, Invitation(code=code, role=Role.OFFICER, profile=profile), entropy=entropy
    )
    operation = decide(desk.operation, desk.unit, admission, now=NOW, entropy=entropy).operation
    officers = {**desk.officers, post: Author(author, new_device(author, now=NOW, entropy=entropy))}
    return replace(desk, operation=operation, officers=officers)


def withdrawal(desk: Desk, released: MessageDelivered, *, by: str, at: int = NOW) -> ControlDelivered:
    """What `by` says to take the release back."""
    author, ledger = desk.officers[by], desk.operation.ledger
    named = ReleaseDecision(Decided.WITHDRAWN, released.identity_key, released.envelope.message)
    control = Control(
        kind=ControlKind.RELEASE_DECISION,
        message=MessageId(desk.entropy(16)),
        operation=desk.operation.id,
        channel=CHANNEL,
        author=author.device.certificate_hash,
        ledger_sequence=ledger.sequence,
        ledger_hash=ledger.head_hash,
        written_at=at,
        body=named.encode(),
    )
    return ControlDelivered(
        place=desk.next_place(),
        account=author.identity.account,
        identity_key=author.identity.identity_key,
        certificate=author.device.certificate,
        salt=desk.entropy(32),
        signed=sign_control(control, author.device.signing_key),
        control=control,
        own=False,
        author_revoked=False,
    )
