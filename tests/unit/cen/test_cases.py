"""One seizure, one report: what CEN shows of releases, corrections, withdrawals, and of two operations."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from cencomm.cen.search import read_route
from cencomm.cen.statistics import By, Line, Period
from cencomm.cen.tables import RELEASES, TOMBSTONES
from cencomm.client.channel.errors import RelayWithholds
from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.ledger.kinds import ChannelKind
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.tables import FORMS, MESSAGES
from tests.unit.cen.cases import Cen
from tests.unit.cen.release_desk import open_release_desk, release, with_post, withdrawal
from tests.unit.node.records.operation import NOW, Desk

LONG_AGO = NOW - 86_400


async def test_a_correction_replaces_what_is_shown_and_both_are_kept(cen: Cen, desk: Desk, labels: Labels) -> None:
    tobacco: JsonValue = [{"category": "TOB", "quantity": {"unweighed": True}}]
    await cen.take(desk.message("release", release("KE 1"), written_at=LONG_AGO))
    await cen.take(desk.message("release", release("ke  1", items=tobacco), country="KE2"))

    assert await cen.cases(labels) == ["ke 1"]
    assert await cen.cases(labels, Criteria(commodity="CIT")) == []
    assert await cen.releases(labels) == [(2, 1)]
    assert [(line.first, line.cases) for line in await cen.statistics(By.MONTH)] == [("TOB", 1)]


async def test_what_was_said_earlier_and_comes_later_is_not_the_newest(cen: Cen, desk: Desk, labels: Labels) -> None:
    await cen.take(desk.message("release", release(customs_office="new")))
    await cen.take(desk.message("release", release(customs_office="old"), written_at=LONG_AGO))

    assert await cen.cases(labels, Criteria(text="new")) == ["KE-1"]
    assert await cen.cases(labels, Criteria(text="old")) == []


async def test_a_clock_that_runs_ahead_makes_nothing_the_newest_for_ever(cen: Cen, desk: Desk, labels: Labels) -> None:
    await cen.take(desk.message("release", release(customs_office="ahead"), written_at=NOW + 10**9))
    await cen.take(desk.message("release", release(customs_office="corrected"), written_at=NOW + 60))

    assert await cen.cases(labels, Criteria(text="corrected")) == ["KE-1"]


async def test_the_same_seizure_from_two_operations_is_one_case(
    cen: Cen, desk: Desk, forms: Mapping[str, Form], labels: Labels
) -> None:
    other = open_release_desk(forms, seed="another operation")
    cen.others.append(other)

    await cen.take(desk.message("release", release(), written_at=LONG_AGO), other.message("release", release()))

    assert await cen.cases(labels) == ["KE-1"]
    assert await cen.releases(labels) == [(2, 2)]
    assert [line.cases for line in await cen.statistics(By.COUNTRY)] == [1]


async def test_another_service_does_not_replace_a_case_by_naming_its_country(
    cen: Cen, desk: Desk, labels: Labels
) -> None:
    await cen.take(desk.message("release", release()), desk.message("release", release(), country="FR"))

    assert await cen.cases(labels) == ["KE-1", "KE-1"]


async def test_a_withdrawal_deletes_the_record_and_leaves_a_tombstone(cen: Cen, desk: Desk, labels: Labels) -> None:
    """R7: by another post of the service."""
    released = desk.message("release", release())
    await cen.take(released)
    assert await cen.counts() == (1, 3)

    await cen.take(withdrawal(desk, released, by="KE2", at=NOW + 5))

    assert (await cen.counts(), await cen.cases(labels)) == ((0, 0), [])
    async with cen.database.reading() as connection:
        (stone,) = await connection.execute(select(TOMBSTONES))
    assert (stone.message, stone.withdrawn_at, stone.honoured) == (released.envelope.message, NOW + 5, 1)


async def test_an_earlier_release_is_shown_again_when_the_newest_is_withdrawn(
    cen: Cen, desk: Desk, labels: Labels
) -> None:
    newest = desk.message("release", release(items=[{"category": "TOB", "quantity": {"unweighed": True}}]))
    await cen.take(desk.message("release", release(), written_at=LONG_AGO), newest)

    await cen.take(withdrawal(desk, newest, by="KE"))

    assert await cen.cases(labels, Criteria(commodity="CIT")) == ["KE-1"]
    assert [(line.first, line.cases) for line in await cen.statistics(By.MONTH)] == [("CIT", 1)]


async def test_nobody_else_takes_a_release_back(cen: Cen, desk: Desk, labels: Labels) -> None:
    """R7: neither another service, nor one of the same name in no country."""
    released = desk.message("release", release())
    cen.desk = desk = with_post(desk, "posing", organisation="Customs of KE", country=None)
    await cen.take(released, withdrawal(desk, released, by="FR"), withdrawal(desk, released, by="posing"))

    assert await cen.cases(labels) == ["KE-1"]


@pytest.mark.parametrize(("by", "shown"), [("KE2", []), ("FR", ["KE-1"])])
async def test_a_withdrawal_counts_also_when_its_release_comes_later(
    cen: Cen, desk: Desk, labels: Labels, by: str, shown: list[str]
) -> None:
    """R7: after a restart an author's program sends again what lay behind the cut (C11)."""
    released = desk.message("release", release())

    await cen.take(withdrawal(desk, released, by=by), released)

    assert await cen.cases(labels) == shown


def without_name(desk: Desk, post: str) -> Desk:
    """As if the relay did not give the post's profile."""
    profile = desk.operation.ledger.members[desk.officers[post].identity.account].profile.blob
    blobs = {blob: content for blob, content in desk.operation.blobs.items() if blob != profile}
    return replace(desk, operation=replace(desk.operation, blobs=blobs))


async def test_a_withdrawal_waits_until_the_relay_shows_who_says_so(cen: Cen, desk: Desk, labels: Labels) -> None:
    """R7."""
    released = desk.message("release", release())
    await cen.take(released)
    cen.desk = without_name(desk, "KE2")
    taken_back = withdrawal(desk, released, by="KE2")

    with pytest.raises(RelayWithholds):
        await cen.take(taken_back)
    assert await cen.cases(labels) == ["KE-1"]
    cen.desk = desk
    await cen.take(taken_back)

    assert await cen.cases(labels) == []


async def test_a_tombstone_is_not_written_without_the_name_by_which_it_will_be_honoured(
    cen: Cen, desk: Desk, labels: Labels
) -> None:
    """R7: the release comes after its withdrawal, as after a restart, and the relay withholds who withdrew it."""
    released = desk.message("release", release())
    cen.desk = without_name(desk, "KE2")
    taken_back = withdrawal(desk, released, by="KE2")

    with pytest.raises(RelayWithholds):
        await cen.take(taken_back)
    cen.desk = desk
    await cen.take(taken_back, released)

    assert await cen.cases(labels) == []


async def test_a_release_waits_until_the_relay_shows_whose_it_is(cen: Cen, desk: Desk, labels: Labels) -> None:
    """R7: recorded as nobody's, it would stay when its service takes it back."""
    released = desk.message("release", release())
    cen.desk = without_name(desk, "KE")

    with pytest.raises(RelayWithholds):
        await cen.take(released)
    assert await cen.counts() == (0, 0)
    cen.desk = desk
    await cen.take(released, withdrawal(desk, released, by="KE2"))

    assert await cen.cases(labels) == []


async def test_an_owner_takes_back_without_a_name(cen: Cen, desk: Desk, labels: Labels) -> None:
    released = desk.message("release", release())
    await cen.take(released)
    cen.desk = without_name(desk, "KE")

    await cen.take(withdrawal(desk, released, by="KE"))

    assert await cen.cases(labels) == []


async def test_nothing_but_releases_in_release_channels_is_recorded(
    cen: Cen, desk: Desk, forms: Mapping[str, Form]
) -> None:
    """Whatever a member's own rules let pass: CEN does not hang on them."""
    main = open_release_desk(forms, seed="main", kind=ChannelKind.MAIN)
    cen.others.append(main)

    await cen.take(desk.message("note", {"text": "secret"}), main.message("release", release()))

    assert await cen.counts() == (0, 0)


async def test_a_record_names_the_service_and_not_the_post_and_stands_under_our_own_form(
    cen: Cen, desk: Desk, forms: Mapping[str, Form]
) -> None:
    await cen.take(desk.message("release", release()))

    async with cen.database.reading() as connection:
        (record,) = await connection.execute(select(MESSAGES, FORMS.c.definition).join(FORMS))
    assert (record.author_name, record.author_organisation, record.author_country) == (None, "Customs of KE", "KE")
    assert record.definition == encode_form(forms["release"])


async def test_a_case_is_found_by_route_reference_period_and_words(
    cen: Cen, desk: Desk, lists: Mapping[str, CodeList], labels: Labels
) -> None:
    back: JsonValue = [
        {"role": "departure", "place": {"country": "TH"}},
        {"role": "destination", "place": {"country": "KE"}},
    ]
    earlier = release("KE-2", seizure_date="2025-01", route=back)
    await cen.take(desk.message("release", release()), desk.message("release", earlier))

    def route(text: str) -> object:
        return read_route(text, lists)

    assert await cen.cases(labels, route=route("KE>TH")) == ["KE-1"]
    assert await cen.cases(labels, route=route("TH-KE")) == ["KE-1", "KE-2"]
    assert await cen.cases(labels, route=route("TH>FR")) == []
    assert await cen.cases(labels, reference="ke-2") == ["KE-2"]
    assert await cen.cases(labels, reference="KE") == ["KE-1", "KE-2"]
    assert await cen.cases(labels, Criteria(until="2025-12")) == ["KE-2"]
    assert await cen.cases(labels, Criteria(country="TH", text="kenia")) == ["KE-1", "KE-2"]
    with pytest.raises(UsageError, match="route"):
        route("KE>Thailand")


async def test_statistics_count_each_case_once_for_each_kind_month_and_route(cen: Cen, desk: Desk) -> None:
    two: JsonValue = [{"category": code, "quantity": {"unweighed": True}} for code in ("CIT", "CIT", "TOB")]
    await cen.take(desk.message("release", release(items=two)))
    await cen.take(desk.message("release", release("KE-2", seizure_date="2025")))
    await cen.take(desk.message("release", release("FR-1", reporting_country="FR"), country="FR"))

    assert await cen.statistics(By.MONTH) == [
        Line("2025", "CIT", "", 1),
        Line("2026-11", "CIT", "", 2),
        Line("2026-11", "TOB", "", 1),
    ]
    assert await cen.statistics(By.COUNTRY) == [Line("", "KE", "", 2), Line("", "FR", "", 1)]
    assert await cen.statistics(By.ROUTE) == [Line("", "KE", "TH", 3)]
    assert await cen.statistics(By.COUNTRY, Period(until="2025-03")) == [Line("", "KE", "", 1)]
    assert await cen.statistics(By.COUNTRY, Period(since="2026")) == [Line("", "FR", "", 1), Line("", "KE", "", 1)]
    with pytest.raises(UsageError):
        Period(since="2026-11-05")


async def test_the_database_itself_shows_no_case_twice(cen: Cen, desk: Desk) -> None:
    await cen.take(desk.message("release", release()), desk.message("release", release()))

    with pytest.raises(IntegrityError):
        await cen.database.transact(lambda connection: connection.execute(update(RELEASES).values(newest=1)))
