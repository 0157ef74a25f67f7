"""What a release channel takes: CEN reads there, and CEN holds nothing personal.

Sender and every receiver ask the same (docs/protocol.md section 6.4, rules R1 to R6). The unit signs what forms say,
but here its word is not enough: a `release` form with a field for names, flagged as not personal, would be a form like
any other. So each field has to be one of the form that ships with the program. Names that somebody writes into a free
text are not found here: the owner is shown what looks like one (preparing.py).
"""

import re

from cencomm.client.channel.readership import Reader
from cencomm.errors import ProtocolError
from cencomm.forms.attachment import PICTURE_TYPES
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Body, Tlp
from cencomm.forms.form import Form, Nominal
from cencomm.forms.non_nominal import NonNominal, strip_personal
from cencomm.forms.validation import Report

RELEASE = "release"
_PICTURE_NAME = re.compile(r"picture-[1-9][0-9]?\.(?:gif|jpg|png|tif|webp)", re.ASCII)
PICTURE_SUFFIXES = {
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
}


class NotForRelease(ProtocolError):  # noqa: N818 (names what was found)
    """Something that CEN must not get stands in a release channel, or was about to."""


def judge_release(form: Form, body: Body, shipped: Form) -> None:
    """A report of `form` may stand in a release channel.

    Args:
        form: as the ledger has it.
        shipped: the form `release` of this program.

    Raises:
        NotForRelease: it is another form, asks for more than the shipped one, is TLP:RED, has files that are no
            pictures or have names of their own, or says in words how it is to be handled.
    """
    if form.name != RELEASE:
        raise NotForRelease(f"a release channel takes the form {RELEASE!r} only, not {form.name!r}")
    known = dict(shipped.all_fields())
    for path, field in form.all_fields():
        if field.nominal is not Nominal.NO or path not in known or field.kind.type != known[path].kind.type:
            raise NotForRelease(f"the unit's form {RELEASE!r} has a field {path!r} that is not for CEN")
    if body.tlp is Tlp.RED:
        raise NotForRelease("TLP:RED is for those whom it names, never for CEN")
    if any(attachment.media_type not in PICTURE_TYPES for attachment in body.attachments):
        raise NotForRelease("a release channel takes pictures only: other files are full of names")
    if body.handling_text is not None:
        raise NotForRelease("how a release is to be handled is said by its code: words may name somebody")
    if not all(_PICTURE_NAME.fullmatch(attachment.name) for attachment in body.attachments):
        raise NotForRelease(
            "pictures for CEN are called picture-1.jpg and so on: a name of their own may name somebody"
        )


def released_values(report: Report, shipped: Form) -> NonNominal:
    """What of a seizure may go to CEN, and the paths of all that is withheld, for its owner to see first."""
    stripped = strip_personal(report)
    known = {part.name for part in shipped.parts()}
    kept: dict[str, JsonValue] = {name: value for name, value in stripped.values.items() if name in known}
    return NonNominal(kept, (*stripped.withheld, *(name for name in stripped.values if name not in known)))


def is_owner(author: Reader, us: Reader) -> bool:
    """Whether what `author` reported is ours to give away: the same post, or the same service of the same country."""
    if author.member.account == us.member.account:
        return True
    theirs, ours = author.profile, us.profile
    return ours.country is not None and (theirs.country, theirs.organisation) == (ours.country, ours.organisation)
