"""Whether an envelope's values answer the form that the ledger names for it, and the report that they make.

The form is the unit's, narrowed for the operation, never the one that ships with this program; the code lists are ours.
"""

from collections.abc import Mapping

from cencomm.client.channel.errors import RelayWithholds
from cencomm.client.operation.operation import Operation
from cencomm.client.releases.rules import RELEASE, judge_release
from cencomm.errors import ProtocolError
from cencomm.forms.code_list import CodeList
from cencomm.forms.envelope import Body, Envelope
from cencomm.forms.form import Form
from cencomm.forms.form_json import decode_form
from cencomm.forms.form_rules import check_lists
from cencomm.forms.library import load_form
from cencomm.forms.validation import Report, validate
from cencomm.ids import BlobId, ChannelId
from cencomm.ledger.kinds import ChannelKind


class UnknownForm(ProtocolError):  # noqa: N818 (names what was found)
    """The ledger names no such form."""

    def __init__(self) -> None:
        super().__init__("the operation's ledger names no such form")


class Reports:
    """The forms of operations, decoded once each: by the salted hash that the ledger has of them."""

    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self.lists = lists
        self._forms: dict[bytes, Form] = {}
        self._shipped_release: Form | None = None

    def form(self, operation: Operation, blob: BlobId) -> Form:
        """The form that the ledger names by `blob`.

        Raises:
            UnknownForm: it names none.
            RelayWithholds: it does, and the definition is not here yet.
            FormError: the unit signed something that is no form, or one of another version than it says.
        """
        named = operation.ledger.forms.get(blob)
        if named is None:
            raise UnknownForm
        definition = operation.content(named.definition)
        if definition is None:
            raise RelayWithholds("the relay does not show the definition of this form")
        known = self._forms.get(named.definition.hash)
        if known is not None:
            return known
        form = decode_form(definition)
        check_lists(form, self.lists)
        if form.version != named.version:
            raise ProtocolError(f"the form {form.name!r} is version {form.version}, the ledger says {named.version}")
        self._forms[named.definition.hash] = form
        return form

    def newest(self, operation: Operation) -> Mapping[str, BlobId]:
        """Name of a form -> its newest version, as far as definitions are here."""
        found: dict[str, tuple[int, BlobId]] = {}
        for blob, named in operation.ledger.forms.items():
            if operation.content(named.definition) is None:
                continue
            name = self.form(operation, blob).name
            found[name] = max(found.get(name, (0, blob)), (named.sequence, blob))
        return {name: blob for name, (_, blob) in sorted(found.items())}

    def report(self, operation: Operation, blob: BlobId, body: Body) -> Report:
        """What the values say, checked.

        Raises:
            InvalidReport: with every fault.
            UnknownForm, RelayWithholds, FormError: as `form`.
        """
        return validate(
            self.form(operation, blob),
            dict(body.values),
            variant=body.variant,
            lists=self.lists,
            written_at=body.written_at,
        )

    def judge(self, operation: Operation, envelope: Envelope) -> None:
        """For `Environment.judge_report`: the envelope's values answer its form, which its channel takes.

        Raises as `report` and `judge_place`.
        """
        report = self.report(operation, envelope.form, envelope.body)
        self.judge_place(operation, envelope.channel, report.form, envelope.body)

    def judge_place(self, operation: Operation, channel: ChannelId, form: Form, body: Body) -> None:
        """A report of this form may stand in this channel.

        Raises:
            NotForRelease: the channel is for CEN, and the report is not (rules R1 to R4).
        """
        declared = operation.ledger.channels.get(channel)
        if declared is not None and declared.kind is ChannelKind.RELEASE:
            judge_release(form, body, self.shipped_release())

    def shipped_release(self) -> Form:
        """The form `release` of this program, which bounds what any operation's may ask."""
        if self._shipped_release is None:
            self._shipped_release = load_form(RELEASE, self.lists)
        return self._shipped_release
