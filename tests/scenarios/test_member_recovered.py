"""A mailbox whose key packages may have opened Welcomes in another life: it commits in whatever it enters (D5)."""

from dataclasses import replace

from cencomm.client.channel.opening import Opening
from cencomm.client.channel.posting import send
from cencomm.client.events import EpochBegan
from cencomm.client.watch import catch_up
from tests.scenarios.people import Person, Place, draft
from tests.scenarios.test_two_officers import seizure


async def test_that_it_has_to_commit_outlasts_the_process(ana: Person, bob: Person, place: Place) -> None:
    """S5, D5."""
    mailbox, key = bob.mailbox, (place.operation, place.channel)
    entered = Opening(recovered=True).joined(mailbox.sessions[key])
    async with mailbox.lock:
        await mailbox.write({}, session=entered)

    mailbox.environment = replace(mailbox.environment, opening=Opening(recovered=True))
    await mailbox.load()
    assert mailbox.sessions[key].must_commit
    await send(mailbox, *key, draft(place, seizure(1)))

    await catch_up(ana.mailbox)
    assert ana.said(EpochBegan)[-1].committer == bob.account
    await mailbox.load()
    assert not mailbox.sessions[key].must_commit  # once
