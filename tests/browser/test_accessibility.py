"""Everybody can work on every screen: with a screen reader, with keys alone, on any width, in every language."""

from collections.abc import Awaitable, Callable
from itertools import groupby, pairwise
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, expect

from tests.browser import keyboard
from tests.browser.gallery import ORIGIN, barriers

pytestmark = pytest.mark.slow
HEIGHTS = {360: 740, 768: 1024, 1440: 900}  # by width, in CSS pixels: a telephone, a tablet, a desk

# Numbers what Tab should reach, in the order of the page, and says how much it is.
MARK_CONTROLS = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
  const group = (one) => all.filter((other) => other.type === "radio" && other.name === one.name);
  const first = (one) => group(one).find((other) => other.checked) ?? group(one)[0];  // arrow keys lead to the others
  const alone = (one) => one.type !== "radio" || one === first(one);
  const stops = all.filter((one) => !one.matches(":disabled") && one.tabIndex >= 0 && alone(one));
  const there = stops.filter((one) => one.checkVisibility());
  there.forEach((one, place) => { one.dataset.stop = place; });
  return there.length;
}"""
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const inSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const ring = style.boxShadow !== "none" && style.outlineStyle !== "none";  // the outline where colours are taken away
  return { number: Number(one.dataset.stop ?? -1), shown: inSight && ring, what: `${one.tagName}.${one.className}` };
}"""

Prepare = Callable[[Page], Awaitable[None]]

# What does not fit: the page, a pane that was to scroll in one direction only, a text in a box that is too narrow for
# it. Titles in a list of one line each end in an ellipsis, by purpose; what nobody sees has no width.
CLIPPED = """() => {
  const shown = (one) => one.getClientRects().length > 0 && !one.closest(".unseen, svg, canvas");
  const name = (one) => `${one.tagName}.${one.className}: ${(one.textContent || one.value || "").slice(0, 40)}`;
  const found = [];  // what is typed into a line scrolls with its caret
  const width = document.documentElement.clientWidth;
  const { scrollHeight, clientHeight } = document.documentElement;
  const panes = document.querySelector(".mailbox") !== null;  // they scroll, and the page does not
  if (panes && scrollHeight > clientHeight) found.push(`the page is longer than its window: ${scrollHeight}`);
  if (document.documentElement.scrollWidth > width) found.push(`the page: ${document.documentElement.scrollWidth}`);
  for (const one of [...document.querySelectorAll("body *")].filter(shown)) {
    const style = getComputedStyle(one);
    const rect = one.getBoundingClientRect();
    const scrolls = one.closest("[role=region][tabindex], nav.steps, textarea") !== null;  // by purpose, and by keys
    if (!scrolls && (rect.right > width + 1 || rect.left < -1)) found.push(`beyond the edge, ${name(one)}`);
    if (!scrolls && ["auto", "scroll"].includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1) {
      found.push(`scrolls sideways, ${name(one)}`);
    }
    const cut = ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis";
    const typed = one.matches("button, select, summary, th, td, dt, dd, label, h1, h2, h3, p, li, legend");
    const fits = one.scrollWidth <= one.clientWidth + 1 || style.display === "inline";
    if (!fits && !scrolls && !one.matches("input") && (cut || typed) && style.textOverflow !== "ellipsis") {
      found.push(`clipped, ${name(one)}`);
    }
  }
  return [...new Set(found)];
}"""


async def as_it_opens(_page: Page) -> None:
    """Nothing is done."""


async def read_the_letter(page: Page) -> None:
    await page.locator("[name=letter]").fill("CENcomm access letter")
    await page.locator("form .primary").click()
    await page.locator("[name=new-password]").wait_for()


async def two_passwords_that_differ(page: Page) -> None:
    await read_the_letter(page)
    await page.locator("[type=checkbox]").check()
    await page.locator("[name=new-password]").fill("one")
    await page.locator("[name=new-password-again]").fill("other")


async def asked_for_the_code(page: Page) -> None:
    await page.locator("[name=code]").wait_for()


async def sent_too_soon(page: Page) -> None:
    await page.locator(".send .primary").click()
    await page.locator("#fault-summary").wait_for()


async def simplified(page: Page) -> None:
    await page.locator(".compose-head [aria-pressed=false]").click()


async def help_is_open(page: Page) -> None:
    await page.keyboard.press("?")
    await page.locator("dialog[open]").wait_for()


async def settings_are_open(page: Page) -> None:
    await page.locator(".settings summary").click()


async def account_is_read(page: Page) -> None:
    await page.locator(".account .cards").wait_for()


async def forms_are_offered(page: Page) -> None:
    await page.locator(".new-message .primary").click()


GATES, MAILBOX, WRITING = "gates.html", "", "writing.html"
SCREENS: dict[str, tuple[str, dict[str, str], Prepare]] = {
    "sign-in": (GATES, {}, as_it_opens),
    "sign-in asks for the code": (GATES, {"failure": "code_needed"}, asked_for_the_code),
    "mailbox held elsewhere": (GATES, {"failure": "mailbox_held"}, as_it_opens),
    "letter": (GATES, {"screen": "letter"}, as_it_opens),
    "passwords that differ": (GATES, {"screen": "letter"}, two_passwords_that_differ),
    "words and new keys": (GATES, {"screen": "letter", "resets": "yes"}, read_the_letter),
    "inbox": (MAILBOX, {}, as_it_opens),
    "boxes": (MAILBOX, {"pane": "boxes"}, as_it_opens),
    "story": (MAILBOX, {"message": "reefer", "pane": "story"}, as_it_opens),
    "operation and people": (MAILBOX, {"details": "yes", "pane": "story"}, as_it_opens),
    "drafts": (MAILBOX, {"shelf": "drafts"}, as_it_opens),
    "set aside": (MAILBOX, {"shelf": "aside"}, as_it_opens),
    "without connection": (MAILBOX, {"online": "no"}, as_it_opens),
    "may be out of date": (MAILBOX, {"trust": "stale"}, as_it_opens),
    "frozen": (MAILBOX, {"trust": "frozen", "details": "yes", "pane": "story"}, as_it_opens),
    "history on its way": (MAILBOX, {"past": "reading"}, as_it_opens),
    "history that is missing": (MAILBOX, {"past": "missing"}, as_it_opens),
    "account": (MAILBOX, {"account": "yes", "pane": "story"}, account_is_read),
    "keys": (MAILBOX, {}, help_is_open),
    "settings": (MAILBOX, {}, settings_are_open),
    "forms to choose from": (MAILBOX, {"pane": "boxes"}, forms_are_offered),
    "seizure": (WRITING, {"form": "seizure"}, as_it_opens),
    "seizure, simplified": (WRITING, {"form": "seizure"}, simplified),
    "seizure with faults": (WRITING, {"form": "seizure"}, sent_too_soon),
    "alert": (WRITING, {"form": "alert"}, as_it_opens),
    "answer": (WRITING, {"form": "response", "answer": "reefer"}, as_it_opens),
    "note": (WRITING, {"form": "note"}, as_it_opens),
}


async def show(page: Page, screen: str, **how: str) -> None:
    file, asked, prepare = SCREENS[screen]
    await page.goto(f"{ORIGIN}/{file}?{urlencode({**asked, **how})}")
    await page.locator(".gate, .mailbox, .compose").first.wait_for()
    await prepare(page)


# Each language once. Every screen is asked about barriers in light from left to right and in dark from right to left;
# in French the texts are the longest.
HOW: dict[str, dict[str, str]] = {"en": {}, "fr": {}, "ar": {"theme": "dark"}}


@pytest.mark.parametrize("language", HOW)
async def test_no_screen_has_a_barrier_that_axe_knows_or_a_text_that_does_not_fit(page: Page, language: str) -> None:
    """WCAG 2.2 AA, as far as a program can tell, in light and dark, on a telephone, a tablet and a desk."""
    found: dict[str, list[str]] = {}
    for screen in SCREENS:
        await page.set_viewport_size({"width": 1440, "height": HEIGHTS[1440]})
        await show(page, screen, language=language, **HOW[language])
        if language != "fr":
            found[screen] = await barriers(page)
        for width, height in HEIGHTS.items():
            await page.set_viewport_size({"width": width, "height": height})
            found[f"{screen}, {width}"] = await page.evaluate(CLIPPED)

    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "screen", ["sign-in", "passwords that differ", "inbox", "story", "operation and people", "account", "seizure"]
)
async def test_every_control_is_reached_with_tab_alone_and_shows_that_it_is(page: Page, screen: str) -> None:
    """WCAG 2.1.1, 2.4.3, 2.4.7: none is left out, the order is that of the page, and the focus is seen."""
    await show(page, screen)
    await page.evaluate("document.activeElement.blur()")
    wanted = await page.evaluate(MARK_CONTROLS)

    reached: list[int] = []
    for _ in range(keyboard.MOST_STOPS):
        await page.keyboard.press("Tab")
        at = await page.evaluate(FOCUSED)
        if at["number"] in reached and at["number"] != reached[-1]:
            break  # all around
        if at["what"] != "BODY.":  # where the page ends
            assert at["shown"], at
            reached.append(at["number"])

    inside = [one for one, _ in groupby(reached)]  # day, month and year are one control
    assert sorted(inside) == [*range(wanted)]
    assert [other - one for one, other in pairwise(inside)].count(1) >= wanted - 2  # but where the page begins anew


async def test_the_help_holds_the_focus_and_gives_it_back(page: Page) -> None:
    await show(page, "story")
    flag = page.locator(".flag-act")
    await keyboard.reach(page, flag)
    await page.keyboard.press("?")
    await expect(page.locator("dialog[open]")).to_be_visible()

    for _ in range(6):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement.closest('dialog') || document.activeElement === document.body"
        )
    await page.keyboard.press("Escape")

    await expect(flag).to_be_focused()


async def test_escape_closes_what_is_open_and_nothing_else(page: Page) -> None:
    await show(page, "story")
    for opener, inside in ((".new-message .primary", ".new-forms"), (".settings summary", ".settings[open]")):
        await keyboard.press(page, page.locator(opener))
        await page.locator(inside).wait_for()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Escape")

        await expect(page.locator(inside)).to_have_count(0)
        await expect(page.locator(opener)).to_be_focused()
        await expect(page.locator("#story-title")).to_be_visible()


async def test_what_was_pressed_keeps_the_focus(page: Page) -> None:
    """A button that is done with is not switched off under somebody's fingers."""
    await show(page, "story")
    acknowledge = page.locator("[aria-keyshortcuts=a]")

    await keyboard.press(page, acknowledge)

    await expect(acknowledge).to_have_attribute("aria-disabled", "true")
    await expect(acknowledge).to_be_focused()


# What has the focus when everything that follows from an event was done, before a frame was drawn.
AT_ONCE = """async ([what, key]) => {
  const one = document.querySelector(what);
  if (key === null) one.click();
  else one.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  for (let turn = 0; turn < 20; turn += 1) await null;
  const { id, name, className } = document.activeElement;
  return id || name || className;
}"""


async def test_the_focus_is_there_before_the_next_key(page: Page) -> None:
    """Whoever types fast is not ahead of the page: a letter would go nowhere, or act where it was not meant."""
    await show(page, "inbox")
    await page.keyboard.press("j")
    await expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)

    assert await page.evaluate(AT_ONCE, [".arrivals-frame", "Enter"]) == "story-title"
    assert await page.evaluate(AT_ONCE, ["#story-title", "Escape"]) == "arrivals-frame"

    await show(page, "sign-in")
    assert await page.evaluate(AT_ONCE, [".panel button:not(.primary)", None]) == "letter"


async def test_each_step_to_an_account_begins_where_the_focus_is(page: Page) -> None:
    await show(page, "sign-in")
    await expect(page.locator("[name=name]")).to_be_focused()

    await keyboard.press(page, page.get_by_role("button", name="I have an access letter"))
    await expect(page.locator("[name=letter]")).to_be_focused()
    await page.keyboard.type("CENcomm access letter")
    await keyboard.press(page, page.get_by_role("button", name="Read the letter"))
    await expect(page.get_by_role("heading", name="The operation's words")).to_be_focused()
    await keyboard.press(page, page.get_by_role("button", name="Back"))
    await expect(page.locator("[name=letter]")).to_be_focused()
    await keyboard.press(page, page.get_by_role("button", name="Back"))

    await expect(page.locator("[name=name]")).to_be_focused()
