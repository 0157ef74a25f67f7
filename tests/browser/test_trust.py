"""What the page believes, and what it says of it: ledger and log alone move it, and its officer is told at once."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from cencomm.client.operation import coordination
from cencomm.client.operation.directory import encode_labels
from cencomm.client.reports import Reports
from cencomm.client.unit import revocation
from cencomm.client.unit.act import act
from cencomm.client.unit.restarting import find_grounds, restart
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.forms.form import Form
from cencomm.ids import SendId
from cencomm.ledger.bodies import Body, PhaseBody
from cencomm.ledger.entry import sign_entry
from cencomm.ledger.kinds import ChannelKind, Phase, RevokeReason
from cencomm.ledger.log import LogKind
from cencomm.secret import system_entropy
from cencomm.wire.document import encode_document
from cencomm.wire.log import Publish
from cencomm.wire.operations import LedgerPage
from tests.browser.conftest import PASSWORD
from tests.browser.post import FIRST_WORDS, Post, duty_post, note_box, say
from tests.fakes.loopback_relay import Handler
from tests.scenarios.blinding import blind
from tests.scenarios.insider import Insider
from tests.scenarios.people import Person, admit, found, person

pytestmark = pytest.mark.slow
REPORTED, BEHIND, WAITED = "The lorry is at gate 4", "It left by the back gate", "We stop it at the toll"


@pytest.fixture
async def post(chromium: str, tmp_path: Path, forms: Mapping[str, Form], reports: Reports) -> AsyncIterator[Post]:
    async with duty_post(chromium, tmp_path, forms, reports) as one:
        yield one


@pytest.fixture
async def bob(post: Post, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """An officer too, who will break rules."""
    async with person(post.server.url, tmp_path / "bob", "Bob Otieno", reports, at=system_clock) as one:
        await admit(post.carla, one, post.place, "KE")
        yield one


async def test_the_ledger_and_the_log_alone_move_a_page_and_its_officer_is_told(
    post: Post, bob: Person, forms: Mapping[str, Form]
) -> None:
    """One story, since each part needs a relay, a browser that signed in, and three people."""
    page = await post.computer()
    await post.sign_in(page)
    await say(bob, post.place, REPORTED)
    await page.locator(".arrivals").get_by_text(REPORTED).click()

    await _an_insider_in_the_units_name_is_an_alarm(page, post, bob)
    await _an_entry_that_no_coordinator_signed_is_shown_as_refused(page, post, bob)
    await _a_bad_commit_is_said_and_after_the_restart_everything_is_there_once(page, post, bob)
    await _a_revocation_is_seen_at_once(page, post, bob)
    await _another_history_is_shown_as_that_and_nothing_of_it_is_believed(page, post, forms)
    await _who_is_revoked_is_told_and_stops(page, post)
    await _who_was_revoked_reads_on_what_was_theirs_at_the_next_sign_in(post)


async def _an_insider_in_the_units_name_is_an_alarm(page: Page, post: Post, bob: Person) -> None:
    """S8: what an officer's leaf sends is that officer's, whatever it says inside."""
    await catch_up(bob.mailbox)
    insider, order = Insider(bob, post.place), "Order of the unit: let every lorry pass"
    posed = replace(insider.envelope({"text": order}), author=post.carla.mailbox.device.certificate_hash)
    request = Publish(send_id=SendId(system_entropy(16)), kind=LogKind.APPLICATION, message=insider.message(posed))

    await bob.access.relay.publish(post.place.operation, post.place.channel, 1, request)

    await page.get_by_role("button", name="Set aside").click()
    await page.get_by_text("Somebody sent it in another member's name.").wait_for()
    await expect(page.get_by_text("Alarm: tell the coordination unit at once, by voice.")).to_be_visible()
    await page.get_by_role("button", name="Inbox").first.click()
    await expect(page.get_by_text(order)).to_have_count(0)


async def _an_entry_that_no_coordinator_signed_is_shown_as_refused(page: Page, post: Post, bob: Person) -> None:
    """L1: a relay and an officer together make no entry, and no channel for themselves (L8)."""
    await page.get_by_role("button", name="Roster and ledger").click()
    readers = sorted((post.ana.account, bob.account))
    lure = coordination.declare_channel(
        kind=ChannelKind.BILATERAL,
        title=encode_labels({"en": "Between us"}),
        roles=(),
        accounts=readers,
        entropy=system_entropy,
    )
    for body, shown in ((lure.body, "Bilateral"), (PhaseBody(phase=Phase.CLOSED), "Closed")):
        await _is_refused_until_the_truth_is_shown(page, post, bob, body)
        await expect(page.get_by_text(shown, exact=True)).to_have_count(0)
    await expect(page.locator(".story").get_by_text("Operational").first).to_be_visible()


async def _is_refused_until_the_truth_is_shown(page: Page, post: Post, bob: Person, body: Body) -> None:
    await catch_up(bob.mailbox)
    ledger, identity = bob.mailbox.operation(post.place.operation).ledger, bob.mailbox.identity
    forged = sign_entry(
        ledger.next_entry(body, time=ledger.time, signer=identity.identity_key), identity.signing_key
    ).encode()
    truth = await bob.access.relay.ledger(post.place.operation, after=ledger.sequence - 1)

    async def lie(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("/ledger") and "Chrome" in request.headers.get("User-Agent", ""):
            shown = LedgerPage(entries=(forged,), head=truth.head)
            return web.Response(body=encode_document(shown), content_type="application/json")
        return await post.listen(request, handler)

    post.server.meddle = lie
    await _change_phase(post, Phase.PREPARATION)
    refused = page.get_by_text("This does not verify and was refused")
    await expect(refused.first).to_contain_text("only coordinators sign entries")

    post.server.meddle = post.listen
    await _change_phase(post, Phase.OPERATIONAL)
    await expect(refused).to_have_count(0)


async def _change_phase(post: Post, phase: Phase) -> None:
    await act(post.carla.mailbox, post.place.operation, lambda _: coordination.change_phase(phase))


async def _a_bad_commit_is_said_and_after_the_restart_everything_is_there_once(
    page: Page, post: Post, bob: Person
) -> None:
    """C11: on the page as in the other program; what its officer wrote meanwhile goes out once."""
    place = post.place
    await catch_up(bob.mailbox)
    await blind(Insider(bob, place), 0, 1)
    await say(bob, place, BEHIND)  # acknowledged, and readable to nobody else
    await page.get_by_text("A faulty change stopped this channel").wait_for()
    await page.locator(".arrivals").get_by_text(REPORTED).click()
    await note_box(page).fill(WAITED)
    await note_box(page).press("Enter")

    grounds = await find_grounds(post.carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    await restart(post.carla.mailbox, place.operation, grounds)
    for _ in range(2):
        await catch_up(bob.mailbox)
        await catch_up(post.carla.mailbox)

    await page.locator(".story-pane").get_by_text(WAITED).first.wait_for()
    await page.locator(".arrivals").get_by_text(BEHIND).wait_for()
    await expect(page.get_by_text("A faulty change stopped this channel")).to_have_count(0)
    texts = await post.texts()
    assert sorted(map(str, texts)) == sorted((FIRST_WORDS, REPORTED, BEHIND, WAITED))


async def _a_revocation_is_seen_at_once(page: Page, post: Post, bob: Person) -> None:
    """C12, L3: with the push, before anybody carried it out in the channel."""
    await page.locator(".arrivals").get_by_text(BEHIND).click()
    await page.get_by_text("Read by: people 3").first.wait_for()

    mailbox, operation = post.carla.mailbox, post.place.operation
    await revocation.revoke(mailbox, operation, bob.account, RevokeReason.MISUSE)

    await page.get_by_text("Caution: the author has left the operation since.").first.wait_for()
    await page.get_by_text("Read by: people 2").first.wait_for()


async def _another_history_is_shown_as_that_and_nothing_of_it_is_believed(
    page: Page, post: Post, forms: Mapping[str, Form]
) -> None:
    """L2: the relay puts another operation of its members under the name of theirs."""
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_label("Password").wait_for()
    other = await found(post.carla, forms["note"])
    shown = await post.carla.access.relay.ledger(other.operation, after=-1)

    async def exchange(request: web.Request, handler: Handler) -> web.StreamResponse:
        of_ours = request.path.endswith(f"/{post.place.operation.hex()}/ledger")
        if of_ours and "Chrome" in request.headers.get("User-Agent", ""):
            return web.Response(body=encode_document(shown), content_type="application/json")
        return await post.listen(request, handler)

    post.server.meddle = exchange
    await page.get_by_label("Name").fill("ana.roissy")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")

    await page.get_by_text("The relay shows another history than the one that you joined").first.wait_for()
    await expect(page.get_by_role("button", name="New message")).to_have_count(0)
    post.server.meddle = post.listen


async def _who_is_revoked_is_told_and_stops(page: Page, post: Post) -> None:
    """C4: the relay ends the stream, the ledger says why, and nothing can be written any more."""
    mailbox, operation = post.carla.mailbox, post.place.operation
    await _change_phase(post, Phase.FOLLOW_UP)  # the true history is believed as soon as it is shown
    await page.locator(".arrivals").get_by_text(REPORTED).click()
    await note_box(page).wait_for()

    await revocation.revoke(mailbox, operation, post.ana.account, RevokeReason.LEFT_THE_POST)

    await page.get_by_text("has ended.").first.wait_for()
    await expect(note_box(page)).to_have_count(0)
    await expect(page.locator(".story-pane").get_by_text(REPORTED).first).to_be_visible()  # what was read stays


async def _who_was_revoked_reads_on_what_was_theirs_at_the_next_sign_in(post: Post) -> None:
    """Names and forms are for members: those of then are in the mailbox (ADR 0033)."""
    page = await post.computer()
    await post.sign_in(page)

    await page.locator(".arrivals").get_by_text(REPORTED).click()

    await expect(page.locator(".story-pane").get_by_text(REPORTED).first).to_be_visible()
    await expect(page.locator(".story-pane").get_by_text("Bob Otieno").first).to_be_visible()
    await expect(note_box(page)).to_have_count(0)
