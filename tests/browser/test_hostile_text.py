"""What somebody wrote is shown as the text that it is: in each field of each form, in names, titles, entry screens.

The page runs under the policy with which the relay serves it: whatever a text achieved would be seen here.
"""

import json
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, Route, async_playwright

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.forms.kinds.text import TextKind
from cencomm.forms.library import load_forms
from cencomm.forms.tongue import Tongue
from cencomm.forms.wording import load_wording
from cencomm.site.headers import PAGE_POLICY
from tests.browser.gallery import ORIGIN, QUIET, open_gallery, serve_gallery
from tests.browser.hostile import (
    FOREIGN,
    OUR_OWN,
    Report,
    hostile_texts,
    questions,
    without_conditions,
)

pytestmark = pytest.mark.slow
POLICY = {"Content-Security-Policy": PAGE_POLICY}
FORMS = ("note", "response", "alert", "seizure")
PHONE = 360  # pixels


@dataclass
class Trap:
    """A page, and everything that it did and should not have."""

    page: Page
    sprung: list[str] = field(default_factory=list)

    async def plant(self, said: Sequence[Mapping[str, JsonValue]], *, name: str | None = None) -> None:
        """What the gallery shows when it is opened next."""
        await self.page.add_init_script(f"window.planted = {json.dumps({'said': said, 'name': name})}")

    async def give(self, forms: Mapping[str, Form]) -> None:
        """The operation's forms."""
        texts = json.dumps({name: encode_form(form).decode() for name, form in forms.items()})

        async def answer(route: Route) -> None:
            await route.fulfill(body=texts, content_type="application/json", headers=POLICY)

        await self.page.route("**/assets/forms.json", answer)

    async def is_whole(self) -> None:
        """Nothing that was shown or typed has become more than text."""
        assert self.sprung == []
        assert self.page.url.startswith(f"{ORIGIN}/")
        assert re.fullmatch(r"(\(\d+\) )?CENcomm", await self.page.title())
        assert len(self.page.frames) == 1
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= PHONE


@pytest.fixture
async def trap(gallery: str) -> AsyncIterator[Trap]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=gallery, args=QUIET)
        context = await browser.new_context(viewport={"width": PHONE, "height": 740}, reduced_motion="reduce")
        await serve_gallery(context, headers=POLICY)
        one = Trap(await context.new_page())
        page, sprung = one.page, one.sprung
        page.on("console", lambda said: sprung.append(said.text))  # violations of the policy too
        page.on("pageerror", lambda error: sprung.append(str(error)))
        page.on("dialog", lambda dialog: sprung.append(dialog.message))
        page.on("popup", lambda popup: sprung.append(popup.url))
        page.on("download", lambda saved: sprung.append(saved.url))
        context.on("request", lambda asked: None if asked.url.startswith(ORIGIN) else sprung.append(asked.url))
        await page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective))"
        )
        yield one
        await browser.close()


@pytest.fixture(scope="module")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


def reports_of(form: Form, texts: Sequence[str], tongue: Tongue) -> Iterator[Report]:
    """Every text is said once, whoever asks, and those of our own are said in every answer."""
    asked = questions(form)
    dealt = [texts[place : place + len(asked)] for place in range(0, len(texts), len(asked))]
    for said in (*dealt, *([text] * len(asked) for text in OUR_OWN)):
        report = Report(form.name)
        for (block, one), text in zip(asked, said, strict=False):
            report.answer(block, one, text, tongue)
        yield report


CARDS = """() => [...document.querySelectorAll(".letter")].map((card) => ({
    about: card.querySelector("h2").textContent,
    said: [...card.querySelectorAll("dd:not(.written-in), .stops span")].map((one) => one.textContent),
    tags: [...card.querySelectorAll("*")].map((one) => one.localName),
    attributes: [...card.querySelectorAll("*")].flatMap((one) => one.getAttributeNames()),
}))"""
TOO_WIDE = """() => [...document.querySelectorAll(".story-pane *")]
    .filter((one) => one.getClientRects().length && !one.closest(".unseen"))
    .filter((one) => { const r = one.getBoundingClientRect(); return r.right > 361 || r.left < -1; })
    .map((one) => `${one.className || one.localName}: ${one.textContent.slice(0, 60)}`)"""
TAGS = set("abbr article b bdi dd div dl dt h2 h3 header li ol p section small span time".split())  # noqa: SIM905 (read at a glance)
ATTRIBUTES = set("aria-labelledby class datetime dir id lang title".split())  # noqa: SIM905 (the same)


async def test_every_form_shows_every_naughty_string_as_itself_or_leaves_it_out(
    trap: Trap, shared: Path, lists: Mapping[str, CodeList]
) -> None:
    tongue, texts = Tongue("en", lists, load_wording()), hostile_texts(shared)
    forms = {name: without_conditions(form) for name, form in load_forms(lists).items()}
    reports = [one for name in FORMS for one in reports_of(forms[name], texts, tongue)]
    await trap.give(forms)
    await trap.plant([one.reply() for one in reports])

    await open_gallery(trap.page, message="oriel", pane="story")
    cards = await trap.page.evaluate(CARDS)

    assert [card["said"] for card in cards[-len(reports) :]] == [one.shown for one in reports]
    assert {tag for card in cards for tag in card["tags"]} <= TAGS
    assert {name for card in cards for name in card["attributes"]} <= ATTRIBUTES
    assert await trap.page.evaluate(TOO_WIDE) == []
    await trap.is_whole()


ISOLATED = """(planted) => {
    const isOwnBox = ({ display, unicodeBidi }) => display !== "inline" || /isolate|plaintext/.test(unicodeBidi);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        if (node.data.includes(planted)) found.push([node.data, node.parentElement]);
    }
    const beside = found.filter(
        ([text, box]) =>
            !text.includes(`\u2068${planted}\u2069`) &&
            (box.textContent !== planted || !isOwnBox(getComputedStyle(box))),
    );
    return { count: found.length, beside: beside.map(([text, box]) => `${box.localName}.${box.className}: ${text}`) };
}"""
NAME = "\u05d0\u05d1\u05d2 (TLP:CLEAR)<b>1"  # right to left, and what changes places at the end of such words


async def test_a_name_that_runs_the_other_way_moves_none_of_the_words_beside_it(trap: Trap) -> None:
    """Each stands alone in a box with a direction of its own, or isolated in a sentence of ours."""
    await trap.plant([], name=NAME)
    screens: Sequence[dict[str, str]] = (
        {},
        {"pane": "boxes"},
        {"message": "oriel", "pane": "story"},
        {"details": "yes", "pane": "story"},
        {"shelf": "aside"},
    )
    for asked in screens:
        await open_gallery(trap.page, **asked)
        found = await trap.page.evaluate(ISOLATED, NAME)

        assert found["count"] > 0
        assert found["beside"] == [], asked
        await trap.is_whole()


FILE = "<img src=x onerror=alert(1)>\u202egpj.txt"
BOXES = ".compose :is(input[type=text], textarea)"
TYPE = """async (boxes, texts) => {
    const typed = {};
    for (const box of boxes) {
        box.value = texts.shift();
        typed[box.id] = box.value; // one of a single line takes no second one
        box.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve)); // it is drawn
        box.dispatchEvent(new FocusEvent("blur")); // now faults are told, which quote it
    }
    return typed;
}"""
UNGUARDED = """() => [...document.querySelectorAll("input, textarea, select")]
    .filter((one) => !["checkbox", "file"].includes(one.type) && !one.hasAttribute("autocomplete"))
    .map((one) => one.outerHTML)"""


@pytest.mark.parametrize("name", FORMS)
async def test_what_is_typed_is_kept_as_it_was_typed_and_offered_by_the_browser_to_nobody(
    trap: Trap, shared: Path, lists: Mapping[str, CodeList], name: str
) -> None:
    forms = {one: without_conditions(form) for one, form in load_forms(lists).items()}
    await trap.give(forms)
    page = trap.page
    await page.goto(f"{ORIGIN}/writing.html?form={name}")
    await page.locator(".compose").wait_for()
    file = FilePayload(name=FILE, mimeType="text/plain", buffer=b"x")
    await page.locator("input[type=file]").first.set_input_files(file)
    for label in [block.label["en"] for block in forms[name].blocks]:
        await page.get_by_role("button", name=f"+ {label}", exact=True).click()
    boxes = page.locator(BOXES)
    count, texts = await boxes.count(), [*OUR_OWN, *hostile_texts(shared)[FORMS.index(name) :: 40]]

    for place in range(0, len(texts), count):
        typed = await boxes.evaluate_all(TYPE, [*texts[place:], *texts * count][:count])
        saved = json.loads(await page.evaluate("document.documentElement.dataset.saved"))["values"]
        for block, one in questions(forms[name]):
            if isinstance(one.kind, TextKind):
                row, box = (saved, one.name) if block is None else (saved[block.name][0], f"{block.name}-0-{one.name}")
                assert row[one.name] == unicodedata.normalize("NFC", typed[f"f-{box}"]), box

    assert await page.evaluate(FOREIGN) == []
    assert await page.evaluate(UNGUARDED) == []
    await trap.is_whole()
