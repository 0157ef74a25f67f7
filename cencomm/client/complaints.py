"""What to do about an error, in the reader's language; the error's own text is the detail behind it.

A program gets the same as a document of the one shape that errors have everywhere (docs/protocol.md section 8).
"""

import re

from cencomm.client import errors
from cencomm.client.attachments import pictures, sealing, uploading
from cencomm.client.channel import errors as channel_errors
from cencomm.client.channel import freshness, readership
from cencomm.client.history import errors as history_errors
from cencomm.client.releases import preparing
from cencomm.client.releases import rules as release_rules
from cencomm.client.transport import errors as relay_errors
from cencomm.client.unit import office
from cencomm.client.words import Words
from cencomm.errors import AccessDenied, CencommError, ProtocolError, Unavailable, UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.ledger import enrolment, fingerprint
from cencomm.ledger.history import HistoryRefused
from cencomm.ledger.refusal import LedgerRefused

ADVICE: tuple[tuple[type[Exception], str], ...] = (  # the first type that fits
    (errors.WrongPassword, "The password does not open this mailbox: type it again."),
    (
        errors.DeviceSecretNeeded,
        "This account has a device secret: give the file of its letter with --device-secret-file.",
    ),
    (
        errors.DeviceSecretLost,
        "Nothing was changed: sign in with --device-secret-file, or change the password on a computer of your own.",
    ),
    (
        errors.NoDeviceSecret,
        "Coordinators seal their account with a device secret first: cencomm account device-secret --letter FILE.",
    ),
    (
        errors.PasswordChangedElsewhere,
        "Bring the new password here: run cencomm account password --changed-elsewhere.",
    ),
    (
        errors.MailboxLeftUnopened,
        "Nothing was changed: open your mailbox at the relay once, in the browser or with --shared, then try again.",
    ),
    (errors.WeakPassword, "This password is guessed too soon: choose a longer one."),
    (errors.MailboxInUse, "The mailbox is open in another window: close it there first."),
    (errors.OutboxNotEmpty, "Not signed out: cencomm outbox shows what waits. Sign out when it is sent."),
    (errors.MailboxAltered, "The relay does not give your mailbox as it was sealed: tell the coordination unit."),
    (
        errors.AnotherProgram,
        "Your mailbox is the browser's: open the relay's address there, or sign in on a computer of your own.",
    ),
    (relay_errors.MailboxHeld, "Your mailbox is open elsewhere: sign out there, or give --take-over."),
    (relay_errors.NotHolder, "Your mailbox was opened on another computer: sign in again to take it back."),
    (errors.VaultDamaged, "The mailbox on this computer is damaged: sign in into a new folder, tell the unit."),
    (errors.UnknownProfile, "This program is too old for the relay: update it."),
    (relay_errors.WrongSignIn, "Name, password or code is wrong."),
    (relay_errors.CodeNeeded, "This account asks for a code too: run cencomm sign-in."),
    (
        relay_errors.Locked,
        "Too many wrong tries: use a computer that has signed in before, wait, or ask the unit to lift it.",
    ),
    (relay_errors.NoSession, "The session has ended: run cencomm sign-in."),
    (relay_errors.Taken, "Somebody has this already: choose another name, or sign in if it is yours."),
    (relay_errors.NotEntitled, "The operation does not admit you to this (any more): ask the coordination unit."),
    (relay_errors.NotFound, "The relay knows no such thing, or not for you: ask the coordination unit."),
    (relay_errors.TooMany, "Too much in too short a time: wait and try again."),
    (relay_errors.LogDiverged, "The relay shows another log than before: tell the coordination unit, send nothing."),
    (relay_errors.BadAnswer, "What answers is no relay of ours: check its address."),
    (sealing.AttachmentAltered, "The file is not what its author sent: nothing was saved; tell the coordination unit."),
    (pictures.UnreadablePicture, "Nothing was sent: the picture could not be made free of what it says of itself."),
    (uploading.AttachmentLost, "Nothing was sent: attach the file again."),
    (readership.TooManyReaders, "TLP:RED is refused here: name all readers with --to, or use another channel."),
    (freshness.MayBeOutOfDate, "You may be out of date: TLP:RED waits until archive or coordinators are heard again."),
    (HistoryRefused, "The operation's charter does not give you this history."),
    (
        history_errors.AnswerRefused,
        "The relay hands out what is no answer: nothing of it was taken, tell the unit.",
    ),
    (channel_errors.RolledBack, "The relay shows less than before: tell the coordination unit, send nothing."),
    (channel_errors.LogContradicted, "The relay shows two histories: tell the coordination unit, send nothing."),
    (channel_errors.OperationFrozen, "The relay signed two histories: the operation is frozen, tell the unit at once."),
    (channel_errors.FrozenOperation, "The operation is frozen until the coordination unit has looked at it."),
    (
        channel_errors.DeviceReadsOn,
        "Ended, but it reads on in the places below: end it again when that is mended, or tell the unit.",
    ),
    (channel_errors.ChannelRestarting, "The unit restarts this channel: nothing is lost, it goes on by itself."),
    (
        channel_errors.ChannelWaits,
        "Kept: it goes out by itself once the unit has restarted this channel, or a member has let you in again.",
    ),
    (
        channel_errors.NotYetAdded,
        "Kept: this device is not in the channel yet; it goes out when another member's program has added it.",
    ),
    (channel_errors.ChannelNotUsable, "Nothing can be sent here now: ask the coordination unit."),
    (channel_errors.NotAMember, "You are not a member here (yet, or any more): ask the coordination unit."),
    (channel_errors.RelayWithholds, "The relay holds something back: try again, and tell the unit if it stays so."),
    (
        fingerprint.FingerprintMismatch,
        "The letter and the operation do not belong together: do not go on, tell the unit.",
    ),
    (enrolment.WrongCode, "The enrolment was not made with the letter's code: make a new letter."),
    (LedgerRefused, "The ledger breaks a rule: nothing of it was accepted, tell the coordination unit."),
    (release_rules.NotForRelease, "A release channel takes other things than this: nothing was sent."),
    (preparing.Unseen, "Nothing was sent: change these texts with --text, or run this at a terminal and look at them."),
    (errors.FileRefused, "This file has mistakes, and nothing was done:"),
    (office.NotInOffice, "Only a coordinator may do this."),
    (Unavailable, "Not now: try again in a moment; nothing is lost."),
    (AccessDenied, "This is not allowed."),
    (ProtocolError, "Something that was received was refused; nothing was changed."),
    (UsageError, "This cannot be done."),
)


_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def complaint(error: CencommError, words: Words) -> str:
    """What to do, and behind it what happened: one line, or one more for each mistake in a file of the user's."""
    advice = words.say(_advice(error)[1])
    if isinstance(error, errors.FileRefused):
        return "\n".join([advice, *(f"  {line}" for line in error.mistakes)])
    detail = " ".join(str(error).split())
    return f"{advice} ({detail})" if advice and detail else advice or detail


def complaint_document(code: str, message: str, details: JsonValue = None) -> JsonValue:
    return {"error": {"code": code, "message": message, "details": {} if details is None else details}}


def code_of(error: CencommError) -> str:
    """What is wrong, for programs: the name of the error that has the advice, as wrong_password."""
    return _INNER_CAPITAL.sub("_", _advice(error)[0].__name__).lower()


def _advice(error: CencommError) -> tuple[type[Exception], str]:
    return next(((kind, sentence) for kind, sentence in ADVICE if isinstance(error, kind)), (type(error), ""))
