"""An officer who lost the password begins anew in the browser, with the unit's letter: the same member (D7, L6)."""

import pytest

from cencomm.client.unit import admission
from cencomm.client.unit.resetting import offer_reset
from cencomm.ledger import fingerprint
from tests.browser.conftest import WAIT, Desk
from tests.browser.test_signing_in import sign_in
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.people import Person, Place

pytestmark = pytest.mark.slow
NEW_PASSWORD = "nine lanterns under a paper bridge"


async def test_whoever_lost_the_password_gets_new_keys_and_is_the_same_member(
    desk: Desk, server: LoopbackRelay, place: Place, carla: Person, ana: Person
) -> None:
    letter = await offer_reset(carla.mailbox, place.operation, ana.account)
    await desk.page.goto(server.url)
    await desk.page.get_by_role("button", name="J'ai perdu mon mot de passe").click()
    await desk.page.get_by_label("Texte de la lettre").fill(letter.text())
    await desk.page.get_by_role("button", name="Lire la lettre").click()
    await desk.page.get_by_label("Je les ai comparés").check()
    for field in ("new-password", "new-password-again"):
        await desk.page.locator(f"[name={field}]").fill(NEW_PASSWORD)

    await desk.page.get_by_label("Le nom avec lequel").fill("somebody.else")
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_role("alert").get_by_text("une réinitialisation le garde").wait_for(timeout=WAIT)
    await desk.page.get_by_label("Le nom avec lequel").fill("ana.roissy")
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_text("Vos nouvelles clés attendent").wait_for(timeout=WAIT)

    shown = [line.split()[-1] for line in await desk.page.locator(".fingerprint li").all_inner_texts()]
    before = carla.mailbox.operation(place.operation).ledger.members[ana.account]
    admitted, strangers = await admission.admit_waiting(carla.mailbox, place.operation)
    after = carla.mailbox.operation(place.operation).ledger.members[ana.account]
    assert [one.account for one in admitted] == [ana.account]  # the same account: its HMAC is under the letter's code
    assert not strangers
    assert after.identity_key != before.identity_key
    assert shown == list(fingerprint.key_words(after.identity_key, after.exchange_key))
    planted = (NEW_PASSWORD, "ana.roissy", letter.access.code.text(), letter.access.code.expose().hex())
    assert not [line for line in desk.sent for word in planted if word in line]

    await sign_in(desk, server, NEW_PASSWORD)
    await desk.page.get_by_text("Exercice").first.wait_for(timeout=WAIT)
    await desk.page.locator(".inside > button").click()
    await desk.page.locator("tbody tr", has_text="vous").wait_for(timeout=WAIT)
    assert [said for said in desk.complaints if "422" not in said] == []  # the other name
