"""The line breaks while the second half of the program is on its way."""

from playwright.async_api import Route, expect

from cencomm.relay.browser_client import load_browser_client
from tests.browser.conftest import PASSWORD, WAIT, Desk
from tests.browser.test_first_load import at_once, parts
from tests.browser.test_signing_in import sign_in
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.people import Person, Place


class Line:
    """It lets nothing of the second half through while it is `broken`."""

    def __init__(self) -> None:
        self.broken = True

    async def __call__(self, route: Route) -> None:
        if self.broken:
            await route.abort("connectionfailed")
        else:
            await route.continue_()


async def broken_line(desk: Desk) -> Line:
    files = load_browser_client().files
    line = Line()
    for name in parts(files) - at_once(files):
        await desk.page.context.route(f"**/{name}", line)
    return line


async def test_who_signs_in_before_all_of_the_program_is_here_loses_no_try_and_leaves_no_session(
    desk: Desk, server: LoopbackRelay, place: Place, ana: Person
) -> None:
    """D6: nothing is asked in her name that nobody could go on with; then the line is whole again."""
    assert place.operation
    line = await broken_line(desk)

    await sign_in(desk, server, "not the password of ana")

    await expect(desk.page.locator(".notice.wrong")).to_contain_text("Le relais ne répond pas")
    assert not [sent for sent in desk.sent if sent.startswith(f"POST {server.url}/v1/sign-in ")]
    assert len((await ana.access.relay.sessions()).sessions) == 1

    line.broken = False
    await desk.page.get_by_label("Mot de passe").fill(PASSWORD)
    await desk.page.keyboard.press("Enter")
    await desk.page.locator(".mailbox").wait_for(timeout=WAIT)
