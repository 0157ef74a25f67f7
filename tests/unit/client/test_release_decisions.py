"""Decisions about releases as they are taken in: in release channels alone, and kept whoever said them (R7)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cencomm.client.releases.decisions import decisions_on, take_decision
from cencomm.client.releases.standing import NEXT, Act, Standing, Stands
from cencomm.errors import MalformedError, UsageError
from cencomm.forms.form import Form
from cencomm.forms.release_decision import Decided
from cencomm.ledger.kinds import ChannelKind
from tests.fakes.memory_store import MemoryStore
from tests.unit.cen.release_desk import open_release_desk, release, withdrawal


async def test_a_decision_is_kept_under_what_it_names(forms: Mapping[str, Form]) -> None:
    desk, store = open_release_desk(forms), MemoryStore()
    released = desk.message("release", release())
    said = withdrawal(desk, released, by="KE2")

    await store.apply(await take_decision(store, desk.operation, said), expected_version=0)

    (kept,) = await decisions_on(store, desk.operation.id, released.identity_key, released.envelope.message)
    assert (kept.decided, kept.account, kept.order) == (Decided.WITHDRAWN, said.account, (1, said.place.sequence))
    assert await decisions_on(store, desk.operation.id, said.identity_key, released.envelope.message) == ()


async def test_a_decision_in_a_channel_of_another_kind_is_set_aside(forms: Mapping[str, Form]) -> None:
    """R7: all posts of a service read the release channel, not every other."""
    desk = open_release_desk(forms, kind=ChannelKind.MAIN)
    said = withdrawal(desk, desk.message("release", release()), by="KE")

    with pytest.raises(MalformedError, match="release channel"):
        await take_decision(MemoryStore(), desk.operation, said)


async def test_a_decision_from_after_the_last_calendar_is_set_aside(forms: Mapping[str, Form]) -> None:
    desk = open_release_desk(forms)
    said = withdrawal(desk, desk.message("release", release()), by="KE")

    late = replace(said, control=replace(said.control, written_at=1 << 40))

    with pytest.raises(MalformedError, match="calendar"):
        await take_decision(MemoryStore(), desk.operation, late)


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("act", Act)
def test_an_act_leads_where_the_table_says_or_is_refused(standing: Standing, act: Act) -> None:
    stands = Stands(standing=standing)

    if (standing, act) in NEXT:
        assert stands.after(act) is NEXT[standing, act]
    else:
        with pytest.raises(UsageError, match="nothing to"):
            stands.after(act)
