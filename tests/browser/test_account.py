"""The owner of an account at a browser: sessions that end, a second factor, another password (D2, D6)."""

import pyotp
import pytest
from aiohttp import web
from playwright.async_api import Locator, expect

from cencomm.client.account.account import sign_in as sign_in_elsewhere
from cencomm.client.account.session import Computer
from cencomm.client.transport.relay_client import open_relay
from cencomm.relay.browser_client import load_browser_client
from tests.browser.conftest import PASSWORD, WAIT, Desk
from tests.browser.test_signing_in import sign_in
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import NOW, Person, Place

pytestmark = pytest.mark.slow
STEP_SECONDS = 30
SOURCE_BYTES = 32
NEW_PASSWORD = "nine lanterns under a paper bridge"


async def open_account(desk: Desk) -> Locator:
    await desk.page.get_by_role("button", name="Votre compte").click()
    account = desk.page.locator("main.account")
    await account.locator(".account-list").first.wait_for()
    return account


async def kept_here(desk: Desk) -> int:
    """How many bytes the browser keeps in all that pages can keep things in."""
    return int(
        await desk.page.evaluate(
            """async () => {
                let bytes = localStorage.length + sessionStorage.length + (await caches.keys()).length;
                for (const { name } of await indexedDB.databases()) {
                    const open = indexedDB.open(name);
                    await new Promise((done) => (open.onsuccess = done));
                    const [store] = open.result.objectStoreNames;
                    const all = open.result.transaction(store).objectStore(store).getAll();
                    await new Promise((done) => (all.onsuccess = done));
                    bytes += all.result.reduce((sum, value) => sum + value.length, 0);
                    open.result.close();
                }
                return bytes;
            }"""
        )
    )


async def sign_out(desk: Desk) -> None:
    await desk.page.get_by_role("button", name="Se déconnecter").click()
    await desk.page.locator(".gate").wait_for(timeout=WAIT)


async def test_a_session_is_ended_a_code_is_asked_for_and_who_is_ended_is_told(
    desk: Desk, server: LoopbackRelay, place: Place, ana: Person
) -> None:
    """D2: no session goes on that never showed a code; a recovery code stands for one, once."""
    assert place.operation
    await sign_in(desk, server)
    account = await open_account(desk)
    sessions = account.locator("[aria-labelledby=account-sessions] li")
    await expect(sessions).to_have_count(2)
    assert "celle-ci" in await sessions.filter(has_text="Linux").inner_text()  # the name that this browser gave itself

    await account.get_by_role("button", name="Mettre fin à la session de ?").click()
    await sessions.nth(1).wait_for(state="detached")

    assert len((await ana.access.relay.sessions()).sessions) == 2  # hers had ended: her program began another by itself

    await account.get_by_role("button", name="L'activer").click()
    secret = (await account.locator(".account-qr code").inner_text()).replace(" ", "")
    recovery = await account.locator(".recovery-codes li").first.inner_text()
    assert await account.locator("svg.qr").count() == 1
    await account.locator("form:has(.recovery-codes) [name=password]").fill(PASSWORD)
    await account.locator("form:has(.recovery-codes) [name=code]").fill(pyotp.TOTP(secret).at(NOW))
    await desk.page.keyboard.press("Enter")
    await account.get_by_text("Il est activé.").wait_for(timeout=WAIT)
    await expect(sessions).to_have_count(1)
    assert not [line for line in desk.sent for word in (secret, recovery, recovery.replace("-", "")) if word in line]
    await sign_out(desk)

    await desk.page.get_by_label("Nom").fill("ana.roissy")
    await desk.page.get_by_label("Mot de passe").fill(PASSWORD)
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_label("Code de votre application").fill(pyotp.TOTP(secret).at(NOW + STEP_SECONDS))
    await desk.page.keyboard.press("Enter")
    await desk.page.locator(".mailbox").wait_for(timeout=WAIT)

    async def ask_code() -> str:
        return recovery.replace("-", "")

    async with open_relay(server.url) as relay:
        access = await sign_in_elsewhere(
            relay, name="ana.roissy", password=PASSWORD, computer=Computer(ask_code=ask_code)
        )
        await access.relay.end_other_sessions()

    await desk.page.get_by_text("La session est terminée").wait_for(timeout=WAIT)
    await expect(desk.page.locator(".mailbox")).to_have_count(0)
    assert [said for said in desk.complaints if "401" not in said] == []  # a code was needed, a session had ended


async def test_a_page_shows_the_number_of_what_it_was_given(desk: Desk, server: LoopbackRelay) -> None:
    await desk.page.goto(server.url)
    await desk.page.get_by_text("Ce programme").click()

    groups = desk.page.locator(".program-number li")
    await groups.first.wait_for(timeout=WAIT)
    assert " ".join(await groups.all_inner_texts()) == load_browser_client().fingerprint

    async def alter(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/assets/icon.svg":
            return web.Response(body=b"<svg/>", content_type="image/svg+xml")
        return await handler(request)

    server.meddle = alter
    await desk.page.evaluate("fetch('/assets/icon.svg', {cache: 'reload'})")
    for _ in range(2):
        await desk.page.get_by_text("Ce programme").click()

    await expect(desk.page.get_by_role("alert")).to_contain_text("assets/icon.svg")


async def test_another_password_wants_the_old_one_and_opens_the_same_mailbox(
    desk: Desk, server: LoopbackRelay, place: Place
) -> None:
    """D2: a wrong old one is a try, and the mailbox is sealed again under the new one."""
    assert place.operation
    await sign_in(desk, server)
    account = await open_account(desk)
    form = account.locator("[aria-labelledby=account-password] form")

    async def ask(old: str, new: str) -> None:
        await form.locator("[name=password]").fill(old)
        for field in ("new-password", "new-password-again"):
            await form.locator(f"[name={field}]").fill(new)
        await desk.page.keyboard.press("Enter")

    assert await kept_here(desk) == 0  # unless somebody says so, nothing

    await ask(PASSWORD, "motdepasse2026")
    await expect(form.locator(".strength")).to_contain_text("se devine trop vite")
    await form.get_by_role("alert").wait_for(timeout=WAIT)

    await ask("somebody else's words", NEW_PASSWORD)
    await form.get_by_role("alert").get_by_text("Rien n'a été changé").wait_for(timeout=WAIT)

    await ask(PASSWORD, NEW_PASSWORD)
    await form.get_by_text("Le nouveau mot de passe ouvre ce compte").wait_for(timeout=WAIT)
    assert not [line for line in desk.sent for word in (PASSWORD, NEW_PASSWORD) if word in line]
    await sign_out(desk)

    await desk.page.get_by_label("Se souvenir").check()
    await desk.page.get_by_label("Nom").fill("ana.roissy")
    await desk.page.get_by_label("Mot de passe").fill(NEW_PASSWORD)
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_text("Exercice").first.wait_for(timeout=WAIT)
    assert await kept_here(desk) == SOURCE_BYTES

    account = await open_account(desk)
    await account.get_by_role("button", name="Oublier cet ordinateur").click()
    await account.get_by_role("button", name="Oublier cet ordinateur").wait_for(state="detached")
    assert await kept_here(desk) == 0
