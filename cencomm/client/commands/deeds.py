"""What a second signature would do, in lines: everything that is signed, each fact on a line of ours (L5).

Said from the body that would be signed, never from anybody's words about it. Names are somebody's words: they are one
line (directory.py), and stand behind what we say about them.
"""

from cencomm.client.channel.readership import reader
from cencomm.client.commands.channels import KIND_WORDS
from cencomm.client.operation.directory import Profile, decode_labels, decode_profile
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.overview import PHASE_WORDS
from cencomm.client.presenting import ROLE_WORDS, Presenter
from cencomm.client.unit.cosignature_requests import Request
from cencomm.client.unit.cosignature_wire import CosignatureRequest
from cencomm.errors import ProtocolError, UsageError
from cencomm.forms.form import Form
from cencomm.forms.form_json import decode_form
from cencomm.forms.language import pick
from cencomm.ids import AccountId, short
from cencomm.ledger import fingerprint
from cencomm.ledger.bodies import (
    Admit,
    ChannelBody,
    Charter,
    EndDevice,
    FormBody,
    PhaseBody,
    Replace,
    Restart,
    Revoke,
)
from cencomm.ledger.content_key import BlobRef
from cencomm.ledger.enrolment import Keys

Asking = CosignatureRequest | Proposal


def request_lines(one: Request, known: Operation, presenter: Presenter) -> list[str]:
    """The request by its digits, what it does in one sentence, and below it each fact that is signed."""
    say = presenter.words.say
    proposed = say("proposed by {name}", name=_name(known, one.proposer, presenter))
    refused = [say("refused by {name}", name=_name(known, who, presenter)) for who in one.refused_by]
    deed, *facts = _deed(one.request, known, presenter)
    return [f"{one.digits}  {deed}", *(f"   {line}" for line in (*facts, proposed, *refused))]


def told_proposal(proposal: Proposal, known: Operation, presenter: Presenter) -> list[str]:
    """What we are about to ask a second signature for: what the other coordinator will be shown."""
    deed, *facts = _deed(proposal, known, presenter)
    return [deed, *(f"   {line}" for line in facts)]


def _deed(asked: Asking, known: Operation, presenter: Presenter) -> list[str]:
    say, body = presenter.words.say, asked.body
    match body:
        case Admit():
            return _admission(asked, body, presenter)
        case Revoke():
            return [
                say("Revoke {name}", name=_name(known, body.account, presenter)),
                _account(body.account, presenter),
                say("reason: {reason}", reason=_spelled(body.reason.name)),
            ]
        case Replace():
            name = _name(known, body.keys.account, presenter)
            return [say("Give {name} new keys", name=name), *_keys(body.keys, presenter)]
        case EndDevice():
            name = _name(known, body.account, presenter)
            deed = say("End device {device} of {name}", device=short(body.device), name=name)
            return [deed, _account(body.account, presenter)]
        case ChannelBody():
            return _channel(asked, body, known, presenter)
        case FormBody():
            return _form(asked, body, presenter)
        case PhaseBody():
            return [say("Begin the phase {phase}", phase=say(PHASE_WORDS[body.phase]))]
        case Restart():
            return _restart(body, known, presenter)
        case Charter():
            raise UsageError("a charter takes no second signature")


def _admission(asked: Asking, body: Admit, presenter: Presenter) -> list[str]:
    say, role, profile = presenter.words.say, presenter.words.say(ROLE_WORDS[body.role]), _profile(asked, body.profile)
    country, deed = "?", say("Admit somebody whose name is not here as {role}", role=role)
    if profile is not None:
        deed = say("Admit {name} as {role}", role=role, name=f"{profile.name} ({profile.organisation})")
        country = profile.country or "-"
    return [
        deed,
        say("role: {role}", role=role),
        say("country: {country}", country=country),
        say("until {when}", when=presenter.instant(body.until)) if body.until else say("without an end date"),
        *_keys(body.keys, presenter),
    ]


def _channel(asked: Asking, body: ChannelBody, known: Operation, presenter: Presenter) -> list[str]:
    say = presenter.words.say
    roles = [say(ROLE_WORDS[role]) for role in body.roles]
    names = [_name(known, account, presenter) for account in body.accounts]
    title = _title(asked, body.title, presenter) or short(body.channel)
    return [
        say("Open the channel {title} for {readers}", readers=", ".join([*roles, *names]), title=title),
        say("kind: {kind}", kind=say(KIND_WORDS[body.kind])),
        *(say("reader: {name}", name=name) for name in (*roles, *names)),
    ]


def _form(asked: Asking, body: FormBody, presenter: Presenter) -> list[str]:
    say, form = presenter.words.say, _definition(asked, body.definition)
    digest = body.definition.hash.hex()
    deed = say(
        "Publish the form {form}, version {version}", form=form.name if form else digest[:16], version=body.version
    )
    fields = ", ".join(path for path, _ in form.all_fields()) if form else "?"
    return [deed, say("hash: {hash}", hash=digest), say("fields: {fields}", fields=fields)]


def _restart(body: Restart, known: Operation, presenter: Presenter) -> list[str]:
    say, here = presenter.words.say, body.channel in known.ledger.channels
    title = presenter.channel_title(known, body.channel) if here else short(body.channel)
    facts = [
        say("Restart the channel {title}", title=title),
        say("its log is cut behind entry {sequence} {log}", sequence=body.cut_sequence, log=body.cut_hash.hex()[:16]),
        say("reason: {reason}", reason=_spelled(body.reason.name)),
    ]
    if body.committer is not None:
        facts.append(say("Commit by {name}", name=_holder(known, body.committer, presenter)))
    return facts + [say("not followed by {name}", name=_holder(known, key, presenter)) for key in body.rejecters]


def _keys(keys: Keys, presenter: Presenter) -> list[str]:
    words = " ".join(fingerprint.key_words(keys.identity_key, keys.exchange_key))
    said = presenter.words.say("words of the keys, to be heard from their holder: {words}", words=words)
    return [_account(keys.account, presenter), said]


def _account(account: AccountId, presenter: Presenter) -> str:
    return presenter.words.say("account {account}", account=account.hex())


def _spelled(name: str) -> str:
    """As commands and the ledger's tables spell it, in any language."""
    return name.lower().replace("_", "-")


def _profile(asked: Asking, ref: BlobRef) -> Profile | None:
    content = asked.content(ref)
    try:
        return None if content is None else decode_profile(content)
    except ProtocolError:
        return None


def _title(asked: Asking, ref: BlobRef, presenter: Presenter) -> str | None:
    content = asked.content(ref)
    try:
        return None if content is None else pick(decode_labels(content), presenter.words.language)
    except ProtocolError:
        return None


def _definition(asked: Asking, ref: BlobRef) -> Form | None:
    content = asked.content(ref)
    try:
        return None if content is None else decode_form(content)
    except ProtocolError:
        return None


def _holder(known: Operation, identity_key: bytes, presenter: Presenter) -> str:
    member = known.ledger.identities.get(identity_key)
    return short(identity_key) if member is None else _name(known, member.account, presenter)


def _name(known: Operation, account: AccountId, presenter: Presenter) -> str:
    """With the account's first digits, since two may bear one name."""
    if account not in known.ledger.members:
        return short(account)
    return f"{short(account)} {presenter.person(reader(known, account))}"
