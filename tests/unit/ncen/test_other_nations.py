"""Another nation's report never reaches the disk of an nCEN: not as record, not in quarantine, not in passing."""

import gzip
import lzma
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from cencomm.client.channel.errors import RelayWithholds
from cencomm.client.events import MessageDelivered, Quarantined, Reason
from cencomm.ids import AccountId
from cencomm.ncen.originator import PassedBy
from cencomm.ncen.queries import counts
from cencomm.node.quarantine import list_set_aside
from cencomm.node.records.tables import MESSAGES
from tests.fakes.traces import contents, traces
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import Desk, Values, without_names
from tests.unit.node.records.test_attachments import described

MARK, CASE = "Zyxwvut", "ZZ-7351-QQ"


@pytest.fixture
def marked(ivory: Values) -> Values:
    """A seizure that carries the mark wherever somebody can write."""
    return {
        **ivory,
        "case_ref": CASE,
        "customs_office": f"Office {MARK}",
        "concealment_text": f"Below the {MARK}",
        "remarks": f"Seen by {MARK}",
        "items": [{"category": "CIT", "description": MARK, "quantity": {"unweighed": True}}],
        "conveyances": [{"mode": "3", "plate_no": CASE}],
        "persons": [{"role": "courier", "surname": MARK, "doc_type": "passport", "doc_no": CASE, "doc_country": "FR"}],
        "parties": [{"role": "consignee", "name": f"{MARK} Ltd", "registration_no": CASE, "country": "FR"}],
    }


def report(desk: Desk, values: Values, country: str) -> MessageDelivered:
    return desk.message("seizure", values, country=country, attachments=(described(name=f"{MARK}.pdf"),))


def aside(desk: Desk, message: MessageDelivered, reason: Reason, *, known: bool = True) -> Quarantined:
    """What the member makes of a message that breaks a rule: the fault quotes what it found."""
    return Quarantined(
        place=desk.next_place(),
        reason=reason,
        detail=f"surname: {MARK!r} is too long",
        message=message.signed.encode(),
        account=message.account if known else None,
    )


async def disk(ncen: Keep, tmp_path: Path) -> list[bytes]:
    """All files as they lie there, and what the sealed values say."""
    values = [value for _, value in await ncen.journal.store.scan("")]
    return [*contents(tmp_path), *values]


async def test_its_own_reports_are_found_by_the_same_search(
    ncen: Keep, desk: Desk, marked: Values, tmp_path: Path
) -> None:
    """The control of this file: the search below would find what it says is not there."""
    await ncen.take(report(desk, marked, "KE"))

    found = await disk(ncen, tmp_path)

    assert (tmp_path / "node.sqlite-wal").stat().st_size > 0
    assert traces(MARK, *found)
    assert traces(CASE, *found)
    assert traces(f"{MARK}.pdf", *found)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, str.encode], ids=["gzip", "xz", "plain"])
def test_the_search_looks_into_what_is_packed(pack: object) -> None:
    text = f"Seen by {MARK}, twice"
    packed = text.encode() if pack is str.encode else pack(text.encode())  # type: ignore[operator]  # one of three

    assert traces(MARK, b"before" + packed)
    assert traces(MARK, b"before" + text.encode("utf-16-le").upper())
    assert traces(MARK, text.encode().hex().upper().encode())


async def test_another_nations_report_leaves_no_trace(ncen: Keep, desk: Desk, marked: Values, tmp_path: Path) -> None:
    foreign = report(desk, marked, "FR")

    await ncen.take(foreign, desk.message("note", {"text": "Ours"}))
    found = await disk(ncen, tmp_path)

    assert traces("Ours", *found)
    assert not traces(MARK, *found)
    assert not traces(CASE, *found)
    assert not traces("passport", *found)
    assert not [one for one in found if bytes(foreign.envelope.message) in one or foreign.salt in one]


async def test_another_nations_report_leaves_no_trace_in_quarantine_whatever_the_reason(
    ncen: Keep, desk: Desk, marked: Values, tmp_path: Path
) -> None:
    foreign = report(desk, marked, "FR")

    for reason in Reason:
        await ncen.take(aside(desk, foreign, reason), aside(desk, foreign, reason, known=False))

    assert not traces(MARK, *await disk(ncen, tmp_path))
    async with ncen.database.reading() as connection:
        kept = await list_set_aside(connection)
    assert [one.reason for one in reversed(kept)] == [reason for reason in Reason for _ in range(2)]
    assert {one.evidence for one in kept} == {sha256(foreign.signed.encode()).digest()}


async def test_only_a_proven_author_makes_evidence_ours(ncen: Keep, desk: Desk, marked: Values, tmp_path: Path) -> None:
    """Somebody of ours who sends what another nation signed, is nobody's evidence of that nation's report."""
    foreign = report(desk, marked, "FR")
    sender = desk.officers["KE"].identity.account

    await ncen.take(replace(aside(desk, foreign, Reason.NOT_THE_AUTHOR), account=sender))

    assert not traces(MARK, *await disk(ncen, tmp_path))


async def test_what_we_wrote_ourselves_stays_whole_in_quarantine(ncen: Keep, desk: Desk, marked: Values) -> None:
    own = report(desk, marked, "KE")

    await ncen.take(aside(desk, own, Reason.ILL_FORMED))

    async with ncen.database.reading() as connection:
        (kept,) = await list_set_aside(connection)
    assert kept.evidence == own.signed.encode()
    assert MARK in kept.detail


async def test_what_passes_by_is_counted_and_nothing_else(ncen: Keep, desk: Desk, marked: Values) -> None:
    await ncen.take(report(desk, marked, "FR"), report(desk, marked, "FR"), report(desk, marked, "KE"))

    async with ncen.database.reading() as connection:
        found = await counts(connection)

    assert found == {"messages": 1, "cases": 1, PassedBy.OTHER_NATION: 2, PassedBy.NO_NATION: 0}


async def test_what_a_report_says_of_itself_makes_it_nobodys(
    ncen: Keep, desk: Desk, marked: Values, tmp_path: Path
) -> None:
    """Only the ledger names an author's nation: a French officer who reports for Kenya reports for France."""
    await ncen.take(report(desk, {**marked, "reporting_country": "KE"}, "FR"))

    assert not traces(MARK, *await disk(ncen, tmp_path))


async def test_a_name_that_a_relay_withholds_stops_the_node_and_nothing_reaches_the_disk(
    ncen: Keep, desk: Desk, marked: Values, tmp_path: Path
) -> None:
    """Were it passed by, a relay could choose what a nation keeps of its own."""
    whole = desk.operation
    own = report(desk, marked, "KE")
    desk.operation = without_names(desk).operation

    with pytest.raises(RelayWithholds):
        await ncen.take(own)
    assert not traces(MARK, *await disk(ncen, tmp_path))
    assert ncen.version == 0
    desk.operation = whole
    await ncen.take(own)

    assert traces(MARK, *await disk(ncen, tmp_path))


async def test_an_author_whom_the_ledger_does_not_know_is_nobodys(
    ncen: Keep, desk: Desk, marked: Values, tmp_path: Path
) -> None:
    stranger = replace(report(desk, marked, "KE"), identity_key=bytes(32), account=AccountId(bytes(16)))

    await ncen.take(stranger)

    assert not traces(MARK, *await disk(ncen, tmp_path))
    async with ncen.database.reading() as connection:
        assert (await counts(connection))[PassedBy.NO_NATION] == 1
        assert (await connection.scalars(select(MESSAGES.c.id))).all() == []
