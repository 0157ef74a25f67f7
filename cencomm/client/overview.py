"""An operation as a terminal shows it: state, fingerprint, members, channels with their readers, forms, troubles."""

from cencomm.client.channel.readership import Reader, members, readers
from cencomm.client.operation.directory import decode_purpose
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import ROLE_WORDS, Presenter
from cencomm.client.terminal import columns
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.language import pick
from cencomm.ids import short
from cencomm.ledger import fingerprint
from cencomm.ledger.kinds import Phase

PHASE_WORDS = {  # as sentences of the catalogue
    Phase.PLANNING: "planning",
    Phase.TEST: "test",
    Phase.PREPARATION: "preparation",
    Phase.OPERATIONAL: "operational",
    Phase.FOLLOW_UP: "follow-up",
    Phase.CLOSED: "closed",
}


def overview(presenter: Presenter, operation: Operation) -> str:
    """For people."""
    say, language, ledger = presenter.words.say, presenter.words.language, operation.ledger
    content = operation.content(ledger.charter.plan)
    lines = [presenter.title(operation)]
    if ledger.charter.policy.exercise:
        lines.append(say("EXERCISE: nothing here is real."))
    if operation.frozen is not None:
        lines.append(say("FROZEN: {reason}", reason=operation.frozen))
    lines += [say("CAUTION: {trouble}. It was kept out; tell the unit.", trouble=one) for one in operation.troubles]
    if content is not None:
        purpose = decode_purpose(content)
        lines += [pick(purpose.purpose, language), purpose.legal_basis]
    lines += ["", say("Phase: {phase}", phase=say(PHASE_WORDS[ledger.phase]))]
    lines.append(say("Fingerprint: {words}", words=" ".join(fingerprint.words(operation.id))))
    lines.append(say("Ledger: entry {sequence}, {hash}", sequence=ledger.sequence, hash=ledger.head_hash.hex()[:16]))
    lines += ["", say("Members")]
    rows = [
        (f"  {presenter.person(one)}", say(ROLE_WORDS[one.member.role]), short(one.member.account))
        for one in members(operation)
    ]
    lines.append(columns(rows))
    lines += ["", say("Channels")]
    for channel in ledger.channels:
        lines.append(f"  {presenter.channel_title(operation, channel)}")
        lines += [f"    {presenter.person(one)}" for one in readers(operation, channel)]
    lines += ["", say("Forms")]
    for name, blob in presenter.reports.newest(operation).items():
        form = presenter.reports.form(operation, blob)
        lines.append(f"  {name}: {pick(form.label, language)}")
    return "\n".join(lines)


def overview_document(presenter: Presenter, operation: Operation) -> JsonValue:
    """The same for programs."""
    ledger = operation.ledger
    return {
        "operation": operation.id.hex(),
        "title": presenter.title(operation),
        "exercise": ledger.charter.policy.exercise,
        "frozen": operation.frozen,
        "troubles": list(operation.troubles),
        "phase": ledger.phase.name.lower(),
        "words": list(fingerprint.words(operation.id)),
        "ledger": {"sequence": ledger.sequence, "hash": ledger.head_hash.hex()},
        "members": [_member_document(one) for one in members(operation)],
        "channels": [
            {
                "channel": channel.hex(),
                "title": presenter.channel_title(operation, channel),
                "readers": [one.member.account.hex() for one in readers(operation, channel)],
            }
            for channel in ledger.channels
        ],
        "forms": list(presenter.reports.newest(operation)),
    }


def _member_document(one: Reader) -> JsonValue:
    return {
        "account": one.member.account.hex(),
        "role": one.member.role.name.lower(),
        "name": one.profile.name,
        "organisation": one.profile.organisation,
        "country": one.profile.country,
        "node": one.is_node,
    }
