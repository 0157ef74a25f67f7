"""Some seizures go to CEN: each by its owner, without what is personal, and none in which a text looks personal.

Nobody sits here who could look at such a text, so it stays: the same rule that the command line keeps for `--yes`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from cencomm.client import inbox as inboxes
from cencomm.client.channel.enactment import enact
from cencomm.client.channel.posting import Draft, send
from cencomm.client.operation.directory import encode_labels
from cencomm.client.releases.preparing import prepare
from cencomm.client.releases.rules import RELEASE
from cencomm.client.releases.standing import SEIZURE
from cencomm.client.reports import Reports
from cencomm.client.unit import declaring
from cencomm.clock import system_clock
from cencomm.demo.founding import Stage
from cencomm.demo.member import Member
from cencomm.demo.repertoire import Repertoire
from cencomm.errors import Unavailable
from cencomm.forms.envelope import Body
from cencomm.forms.form_json import encode_form
from cencomm.ids import BlobId, ChannelId
from cencomm.ledger.kinds import ChannelKind, Role

EVERY = 5  # of an officer's seizures one is released
MOST = 20  # of one officer: a long file need not be released whole to be counted
ENTRY_SECONDS = 60.0
LOOK_SECONDS = 0.1
TITLE = {"en": "To CEN", "fr": "Vers le CEN", "ar": "إلى CEN"}


@dataclass(frozen=True, slots=True)
class ReleaseStage:
    """Where CEN reads, and the form that it takes."""

    channel: ChannelId
    form: BlobId


async def open_release_channel(founder: Member, stage: Stage, repertoire: Repertoire) -> ReleaseStage:
    """A release channel for owners, unit and CEN."""
    mailbox, reports = founder.mailbox, repertoire.reports
    shipped = reports.shipped_release()
    await declaring.publish_form(mailbox, stage.operation, encode_form(shipped), version=shipped.version)
    channel = await declaring.open_channel(
        mailbox,
        stage.operation,
        kind=ChannelKind.RELEASE,
        title=encode_labels(TITLE),
        roles=(Role.COORDINATOR, Role.OFFICER, Role.CEN),
    )
    await enact(mailbox, stage.operation, channel)
    return ReleaseStage(channel, reports.newest(mailbox.operation(stage.operation))[RELEASE])


async def release_some(owners: Sequence[Member], stage: Stage, releases: ReleaseStage, repertoire: Repertoire) -> int:
    """How many seizures their owners released: some of each.

    Raises:
        Unavailable: an owner's device is not in the release channel after a minute.
    """
    return sum([await _release_own(owner, stage, releases, repertoire.reports) for owner in owners])


async def _release_own(owner: Member, stage: Stage, releases: ReleaseStage, reports: Reports) -> int:
    await _entered(owner, stage, releases)
    drafts = await _drafts(owner, stage, releases, reports)
    for draft in drafts:
        await send(owner.mailbox, stage.operation, releases.channel, draft)
    return len(drafts)


async def _drafts(owner: Member, stage: Stage, releases: ReleaseStage, reports: Reports) -> list[Draft]:
    known = owner.mailbox.operation(stage.operation)
    form, seizure = reports.form(known, releases.form), stage.forms[SEIZURE]
    messages = [item.message async for item in inboxes.messages(owner.mailbox, stage.operation)]
    own = [message for message in messages if message.own and message.envelope.form == seizure]
    drafts = []
    for message in own[::EVERY]:
        said = message.envelope.body
        prepared = prepare(reports.report(known, seizure, said), form)
        if not prepared.suspects():
            body = Body(values=prepared.values, language=said.language, written_at=system_clock(), tlp=said.tlp)
            drafts.append(Draft(form=releases.form, body=body, reply_to=message.envelope.message))
    return drafts[:MOST]


async def _entered(owner: Member, stage: Stage, releases: ReleaseStage) -> None:
    try:
        async with asyncio.timeout(ENTRY_SECONDS):
            while (stage.operation, releases.channel) not in owner.mailbox.sessions:  # noqa: ASYNC110 (its watch is another task's)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise Unavailable(f"{owner.part.name} is not in the release channel after {ENTRY_SECONDS:.0f} s") from None
