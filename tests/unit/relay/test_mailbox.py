"""One holder at a time reads and writes an account's mailbox (D4)."""

import asyncio
import dataclasses
import os
import threading
from collections.abc import Callable

import pytest
from aiohttp import web
from msgspec.structs import replace

from cencomm.relay.database import READERS
from cencomm.relay.keys import PACKING
from cencomm.wire.accounts import SignedIn, SignIn
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import MAX_STRANGERS_MAILBOX_BYTES
from cencomm.wire.log import Publish
from cencomm.wire.mailbox import (
    AskRows,
    ColdRow,
    HeldMailbox,
    MailboxPage,
    MailboxRow,
    MailboxRows,
    MailboxWritten,
    ReleaseMailbox,
    TakeMailbox,
    WriteMailbox,
)
from cencomm.wire.operations import CommitToChannel
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import START, Answer, Person, Relay

Said = Callable[[Operation, WriteMailbox], Publish]

HOLD, MAILBOX, ROWS, RELEASE = "/v1/mailbox/hold", "/v1/mailbox", "/v1/mailbox/rows", "/v1/mailbox/release"
ONE, TWO, THREE = (bytes([*bytes(31), last]) for last in (1, 2, 3))
SEALED = b"n" * 24 + b"ciphertext"


async def hold(person: Person, *, take_over: bool = False) -> Answer:
    return await person.ask("POST", HOLD, TakeMailbox(take_over=take_over))


async def held(person: Person, *, take_over: bool = False) -> HeldMailbox:
    return (await hold(person, take_over=take_over)).read(HeldMailbox)


async def put(person: Person, holder: int, version: int, *rows: MailboxRow, seal: bytes = b"s") -> Answer:
    return await person.ask("PUT", MAILBOX, WriteMailbox(holder=holder, version=version, seal=seal, rows=rows))


async def page(person: Person, holder: int) -> MailboxPage:
    return (await person.ask("GET", f"{MAILBOX}?holder={holder}")).read(MailboxPage)


def row(name: bytes, sealed: bytes = SEALED, *, cold: bool = False) -> MailboxRow:
    return MailboxRow(name=name, sealed=sealed, cold=cold)


async def test_the_first_holder_finds_an_empty_mailbox(relay: Relay) -> None:
    person = await relay.person()

    assert await held(person) == HeldMailbox(holder=1, version=0, seal=b"", clean=True, since=0)


async def test_the_next_holder_reads_what_the_one_before_wrote_and_gave_back(relay: Relay) -> None:
    person = await relay.person()
    await held(person)
    assert (await put(person, 1, 0, row(ONE), row(TWO, cold=True), seal=b"one")).read(MailboxWritten).version == 1
    assert (await person.ask("POST", RELEASE, ReleaseMailbox(holder=1))).status == 204

    assert await held(person) == HeldMailbox(holder=2, version=1, seal=b"one", clean=True, since=START)
    assert await page(person, 2) == MailboxPage(rows=(row(ONE),), cold=(ColdRow(name=TWO, nonce=SEALED[:24]),))
    named = (await person.ask("POST", ROWS, AskRows(holder=2, names=(TWO,)))).read(MailboxRows)
    assert named.rows == (row(TWO, cold=True),)


async def test_rows_are_shown_by_sort_and_up_to_a_name(relay: Relay) -> None:
    """Section 7.1: whoever opens reads the hot rows alone; the cold ones that a name lies among are shown by need."""
    person = await relay.person()
    await held(person)
    await put(person, 1, 0, row(ONE), row(TWO, cold=True), row(THREE, cold=True))
    cold = [ColdRow(name=name, nonce=SEALED[:24]) for name in (TWO, THREE)]

    async def shown(query: str) -> MailboxPage:
        return (await person.ask("GET", f"{MAILBOX}?holder=1&{query}")).read(MailboxPage)

    assert await shown("only=hot") == MailboxPage(rows=(row(ONE),), cold=())
    assert await shown("only=cold") == MailboxPage(rows=(), cold=tuple(cold))
    assert await shown(f"only=cold&until={TWO.hex()}") == MailboxPage(rows=(), cold=(cold[0],))
    assert await shown(f"only=cold&after={TWO.hex()}&until={THREE.hex()}") == MailboxPage(rows=(), cold=(cold[1],))
    assert (await person.ask("GET", f"{MAILBOX}?holder=1&only=warm")).code == ErrorCode.MALFORMED


async def test_an_open_mailbox_is_taken_over_only_by_who_says_so(relay: Relay) -> None:
    """D4: the hand-over is explicit, and the next holder learns that it was not clean."""
    person = await relay.person()
    await held(person)
    relay.clock.now += 60

    refused = await hold(person)
    taken = await held(person, take_over=True)

    assert refused.code == ErrorCode.MAILBOX_HELD
    assert refused.error.details.since == START
    assert (taken.holder, taken.clean) == (2, False)


async def test_taking_over_signs_the_other_computer_out(relay: Relay) -> None:
    """D4: whoever left it open somewhere leaves nobody there a screen that goes on."""
    person = await relay.person()
    await held(person)
    elsewhere = await sign_in_again(person)

    await held(elsewhere, take_over=True)

    assert (await page(elsewhere, 2)).rows == ()
    assert (await person.ask("GET", "/v1/operations")).code == ErrorCode.NO_SESSION


async def test_a_clean_hand_over_signs_nobody_out(relay: Relay) -> None:
    person = await relay.person()
    await held(person)
    await person.ask("POST", RELEASE, ReleaseMailbox(holder=1))

    await held(await sign_in_again(person))

    assert (await person.ask("GET", "/v1/operations")).status == 200


async def sign_in_again(person: Person) -> Person:
    asked = SignIn(handle=person.handle, sign_in_secret=person.secret)
    signed_in = (await person.relay.ask("POST", "/v1/sign-in", asked)).read(SignedIn)
    return dataclasses.replace(person, token=signed_in.token)


async def test_an_older_holder_neither_writes_nor_reads_nor_gives_back(relay: Relay) -> None:
    """D4: the relay refuses writes of older holders."""
    person = await relay.person()
    await held(person)
    relay.clock.now += 60
    await held(person, take_over=True)

    answers = [
        await put(person, 1, 0, row(ONE)),
        await person.ask("GET", f"{MAILBOX}?holder=1"),
        await person.ask("POST", ROWS, AskRows(holder=1, names=(ONE,))),
        await person.ask("POST", RELEASE, ReleaseMailbox(holder=1)),
    ]

    assert {answer.code for answer in answers} == {ErrorCode.NOT_HOLDER}
    assert {answer.error.details.since for answer in answers} == {START + 60}
    assert await page(person, 2) == MailboxPage(rows=(), cold=())


async def test_whoever_gave_the_mailbox_back_writes_nothing_more(relay: Relay) -> None:
    person = await relay.person()
    await held(person)
    await person.ask("POST", RELEASE, ReleaseMailbox(holder=1))

    assert (await put(person, 1, 0, row(ONE))).code == ErrorCode.NOT_HOLDER


async def test_a_write_replaces_exactly_the_version_that_it_names(relay: Relay) -> None:
    person = await relay.person()
    await held(person)
    await put(person, 1, 0, row(ONE), seal=b"one")

    stale = await put(person, 1, 0, row(ONE, SEALED + b"!"), seal=b"other")

    assert stale.code == ErrorCode.STALE_VERSION
    assert stale.error.details.version == 1
    assert (await page(person, 1)).rows == (row(ONE),)


async def test_a_write_whose_answer_was_lost_is_answered_again(relay: Relay) -> None:
    person = await relay.person()
    await held(person)
    first = await put(person, 1, 0, row(ONE), seal=b"one")

    again = await put(person, 1, 0, row(ONE), seal=b"one")

    assert first.read(MailboxWritten) == again.read(MailboxWritten) == MailboxWritten(version=1)


async def test_an_empty_row_goes(relay: Relay) -> None:
    person = await relay.person()
    await held(person)
    await put(person, 1, 0, row(ONE), row(TWO), seal=b"one")

    await put(person, 1, 1, row(ONE, b""), seal=b"two")

    assert (await page(person, 1)).rows == (row(TWO),)


@pytest.mark.parametrize("rows", [(row(ONE), row(ONE)), (row(ONE, b"short"),)], ids=["a name twice", "no nonce"])
async def test_rows_that_no_client_of_ours_writes_are_refused(relay: Relay, rows: tuple[MailboxRow, ...]) -> None:
    person = await relay.person()
    await held(person)

    assert (await put(person, 1, 0, *rows)).code == ErrorCode.REFUSED


async def test_who_is_in_no_operation_keeps_little(relay: Relay, officer: Person) -> None:
    """Anybody may make accounts: their mailboxes are not a disk for everybody."""
    stranger = await relay.person("stranger")
    much = [row(ONE, bytes(MAX_STRANGERS_MAILBOX_BYTES // 2 + 1)), row(TWO, bytes(MAX_STRANGERS_MAILBOX_BYTES // 2))]
    for person in (stranger, officer):
        await held(person)
        await put(person, 1, 0, much[0], seal=b"one")

    refused = await put(stranger, 1, 1, much[1], seal=b"two")
    taken = await put(officer, 1, 1, much[1], seal=b"two")

    assert refused.code == ErrorCode.TOO_LARGE
    assert (await page(stranger, 1)).rows == (much[0],)
    assert taken.status == 200


async def test_who_was_revoked_may_still_tidy_up(operation: Operation, officer: Person) -> None:
    await held(officer)
    much = row(ONE, bytes(MAX_STRANGERS_MAILBOX_BYTES + 1))
    await put(officer, 1, 0, much, row(TWO), seal=b"one")
    await operation.append(operation.revocation(officer))

    assert (await put(officer, 1, 1, row(TWO, b""), seal=b"two")).status == 200
    assert (await put(officer, 1, 2, row(TWO), row(bytes(32)), seal=b"three")).code == ErrorCode.TOO_LARGE


async def test_a_mailbox_is_seen_by_its_account_only(relay: Relay) -> None:
    person, other = await relay.person("one"), await relay.person("two")
    await held(person)
    await held(other)
    await put(person, 1, 0, row(ONE), seal=b"one")

    assert (await page(other, 1)).rows == ()
    assert (await relay.ask("GET", f"{MAILBOX}?holder=1")).code == ErrorCode.NO_SESSION


def state(holder: int = 1) -> WriteMailbox:
    return WriteMailbox(holder=holder, version=0, seal=b"one", rows=(row(ONE),))


def message(operation: Operation, mailbox: WriteMailbox) -> Publish:
    return replace(operation.message(), mailbox=mailbox)


def commit(operation: Operation, mailbox: WriteMailbox) -> Publish:
    return replace(operation.publish_of(operation.staged()), mailbox=mailbox)


@pytest.mark.parametrize("said", [message, commit])
async def test_message_and_sealed_state_are_stored_together(operation: Operation, said: Said) -> None:
    """D4: a holder's own Commit and the sealed state that stages it are accepted in one transaction."""
    person = operation.coordinator
    await held(person)

    assert (await operation.publish(said(operation, state()))).status == 200

    assert (await page(person, 1)).rows == (row(ONE),)
    assert len((await operation.log()).entries) == 2


@pytest.mark.parametrize("said", [message, commit])
async def test_an_older_holder_gets_nothing_into_the_log(operation: Operation, said: Said) -> None:
    """D4: two machines at once cannot both send."""
    person = operation.coordinator
    await held(person)
    await held(person, take_over=True)

    refused = await operation.publish(said(operation, state()))

    assert refused.code == ErrorCode.NOT_HOLDER
    assert len((await operation.log()).entries) == 1


@pytest.mark.parametrize("said", [message, commit])
async def test_a_message_that_is_refused_leaves_the_sealed_state_as_it_was(operation: Operation, said: Said) -> None:
    person = operation.coordinator
    await held(person)
    late = said(operation, state())
    await operation.commit()

    refused = await operation.publish(late)

    assert refused.code == ErrorCode.STALE_EPOCH
    assert (await page(person, 1)).rows == ()


async def test_a_retry_whose_receipt_exists_is_answered_to_the_holder_only(operation: Operation) -> None:
    """S2 gives the receipt whatever the bytes; the mailbox of whoever asks is looked at before."""
    person = operation.coordinator
    await held(person)
    first = message(operation, state())
    receipt = (await operation.publish(first)).body

    again = await operation.publish(first)
    await held(person, take_over=True)
    late = await operation.publish(first)

    assert again.body == receipt
    assert late.code == ErrorCode.NOT_HOLDER


async def test_the_commit_beside_an_entry_brings_its_sealed_state(operation: Operation) -> None:
    """L3, D4: entry, Commit and state, all or none."""
    person = operation.coordinator
    await held(person)
    await held(person, take_over=True)
    admission = operation.entry(operation.admission(await operation.relay.person("new")))
    staged = operation.publish_of(operation.staged(ledger=operation.after(admission)))
    beside = CommitToChannel(
        channel=operation.channel,
        generation=1,
        send_id=staged.send_id,
        kind=1,
        message=staged.message,
        mailbox=state(holder=1),
    )

    refused = await person.ask("POST", f"{operation.path}/ledger", operation.asking(admission, beside))
    accepted = await person.ask(
        "POST", f"{operation.path}/ledger", operation.asking(admission, replace(beside, mailbox=state(holder=2)))
    )

    assert refused.code == ErrorCode.NOT_HOLDER
    assert accepted.status == 200, accepted
    assert (await page(person, 2)).rows == (row(ONE),)


async def test_of_rows_longer_than_was_asked_for_a_page_shows_name_and_nonce(relay: Relay) -> None:
    person = await relay.person()
    holder = (await held(person)).holder
    long = b"n" * 24 + bytes(1001)
    await put(person, holder, 0, row(ONE), row(TWO, long), row(THREE, cold=True))

    answer = await person.ask("GET", f"{MAILBOX}?holder={holder}&only=hot&longest=1024")
    shown = answer.read(MailboxPage)
    named = await person.ask("POST", ROWS, AskRows(holder=holder, names=(TWO,)))
    refused = await person.ask("GET", f"{MAILBOX}?holder={holder}&longest=many")

    assert shown == MailboxPage(rows=(row(ONE),), cold=(ColdRow(name=TWO, nonce=b"n" * 24),))
    assert named.read(MailboxRows).rows == (row(TWO, long),)
    assert refused.code is ErrorCode.MALFORMED


async def test_a_long_page_is_packed_for_whoever_takes_that(relay: Relay) -> None:
    person = await relay.person()
    holder = (await held(person)).holder
    await put(person, holder, 0, row(ONE, b"n" * 24 + os.urandom(4096)))
    url = relay.server.make_url(f"{MAILBOX}?holder={holder}")
    bearer = {"Authorization": f"Bearer {person.token}"}

    async with relay.http.get(url, headers={**bearer, "Accept-Encoding": "gzip"}) as packed:
        content = await packed.read()
    async with relay.http.get(url, headers={**bearer, "Accept-Encoding": "identity"}) as plain:
        assert await plain.read() == content

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert int(packed.headers["Content-Length"]) < 0.8 * int(plain.headers["Content-Length"])


async def test_answers_that_are_packed_keep_no_reader_from_others(relay: Relay) -> None:
    """An insider who asks for many pages at once holds up nobody who reads a line."""
    person, go_on = await relay.person(), threading.Event()
    holder = (await held(person)).holder
    await put(person, holder, 0, row(ONE, b"n" * 24 + os.urandom(4096)))
    url = relay.server.make_url(f"{MAILBOX}?holder={holder}")
    packed = {"Authorization": f"Bearer {person.token}", "Accept-Encoding": "gzip"}
    relay.app[PACKING].submit(go_on.wait)

    flood = [asyncio.create_task(relay.http.get(url, headers=packed).__aenter__()) for _ in range(READERS + 1)]
    try:
        async with asyncio.timeout(10):
            for _ in range(20):  # while the flood arrives, and once it has
                assert (await person.ask("GET", "/v1/devices")).status == web.HTTPOk.status_code
        assert not any(one.done() for one in flood)
    finally:
        go_on.set()
    for answer in await asyncio.gather(*flood):
        assert answer.headers["Content-Encoding"] == "gzip"
        answer.close()


async def test_no_answer_with_a_secret_in_it_is_packed(relay: Relay) -> None:
    """How far it shrinks beside what somebody else chose would tell of the secret (BREACH)."""
    person = await relay.person()
    await held(person)

    for method, path, asked in (
        ("POST", HOLD, TakeMailbox(take_over=True)),
        ("GET", "/v1/sessions", None),
        ("GET", "/v1/account/totp", None),
        ("GET", "/v1/relay", None),
    ):
        answer = await person.ask(method, path, asked)

        assert "Content-Encoding" not in answer.headers
