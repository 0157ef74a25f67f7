"""Somebody with an access letter and a browser: words, name, password, waiting, admitted (D7)."""

import pytest
from playwright.async_api import expect

from cencomm.client.account.account import fetch_vault, sign_in
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.unit import admission
from cencomm.ledger import fingerprint
from cencomm.ledger.kinds import Role
from cencomm.ledger.letter import AccessLetter
from tests.browser.conftest import PASSWORD, WAIT, Desk
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.people import Person, Place, profile

pytestmark = pytest.mark.slow


@pytest.fixture
async def letter(carla: Person, place: Place) -> AccessLetter:
    """For an officer who is not there yet."""
    return await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(carla, "FR"))


async def read_letter(desk: Desk, server: LoopbackRelay, text: str) -> None:
    await desk.page.goto(server.url)
    await desk.page.get_by_role("button", name="J'ai une lettre d'accès").click()
    await desk.page.get_by_label("Texte de la lettre").fill(text)
    await desk.page.get_by_role("button", name="Lire la lettre").click()


async def test_whoever_has_a_letter_enrols_in_the_browser_and_the_unit_admits_them(
    desk: Desk, server: LoopbackRelay, carla: Person, place: Place, letter: AccessLetter
) -> None:
    await read_letter(desk, server, f"Bonjour,\nvoici votre lettre.\n\n{letter.text()}")

    await desk.page.locator(".fingerprint li").first.wait_for()
    shown = await desk.page.locator(".fingerprint li").all_inner_texts()
    assert [line.split()[-1] for line in shown] == list(fingerprint.words(place.operation))
    assert await desk.page.get_by_label("Nom").is_disabled()  # before the words were compared

    await desk.page.get_by_label("Je les ai comparés").check()
    await desk.page.get_by_label("Nom").fill("bea.calais")
    for field in ("new-password", "new-password-again"):
        await desk.page.locator(f"[name={field}]").fill(PASSWORD)
    await desk.page.get_by_role("button", name="Créer le compte").click()
    await desk.page.locator(".mailbox").wait_for(timeout=WAIT)

    await expect(desk.page.locator("nav.boxes")).to_contain_text("En attente d'admission")
    await expect(desk.page.get_by_role("alert")).to_contain_text("auprès de l'unité de coordination")
    planted = (PASSWORD, "bea.calais", letter.code.text(), letter.code.expose().hex())
    assert not [line for line in desk.sent for word in planted if word in line]
    assert desk.complaints == []

    admitted, strangers = await admission.admit_waiting(carla.mailbox, place.operation)

    assert len(admitted) == 1  # the HMAC is under the letter's code
    assert not strangers
    await desk.page.get_by_text("Exercice").first.wait_for(timeout=WAIT)  # it comes by itself
    await desk.page.locator(".inside > button").click()
    await desk.page.locator("table").wait_for(timeout=WAIT)
    await expect(desk.page.locator("tbody tr", has_text="vous")).to_have_count(1)

    async with open_relay(server.url) as relay:  # the account is one for every program
        version, vault = await fetch_vault(await sign_in(relay, name="bea.calais", password=PASSWORD))
    assert version
    assert vault is not None
    assert [pin.operation for pin in vault.pins] == [place.operation]
    member = carla.mailbox.operation(place.operation).ledger.members[admitted[0].account]
    assert vault.identity_key.public_key == member.identity_key


async def test_a_weak_password_and_a_letter_with_a_mistake_are_said_in_words(
    desk: Desk, server: LoopbackRelay, letter: AccessLetter
) -> None:
    text = letter.text()
    await read_letter(desk, server, text.replace("Words: ", "Words: babab "))
    assert "ne peut pas être lue" in await desk.page.get_by_role("alert").inner_text()

    await desk.page.get_by_label("Texte de la lettre").fill(text)
    await desk.page.get_by_role("button", name="Lire la lettre").click()
    await desk.page.get_by_label("Je les ai comparés").check()
    await desk.page.get_by_label("Nom").fill("bea.calais")
    for field in ("new-password", "new-password-again"):
        await desk.page.locator(f"[name={field}]").fill("motdepasse2026")
    await desk.page.get_by_role("button", name="Créer le compte").click()

    await expect(desk.page.get_by_role("alert")).to_contain_text("se devine trop vite")
    assert not [line for line in desk.sent if "/v1/accounts" in line]
