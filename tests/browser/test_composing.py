"""Writing reports in a real browser: few keystrokes, faults at their fields, nothing sent that should not be."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.gallery import ORIGIN, barriers

pytestmark = pytest.mark.slow
MOST_FOR_A_SEIZURE, MOST_FOR_AN_ALERT, OPENING_IT = 36, 43, 2  # keystrokes and clicks; "New message", "Seizure"


@dataclass
class Hands:
    """What an officer's hands do, counted."""

    page: Page
    done: int = 0

    async def click(self, what: Locator) -> None:
        self.done += 1
        await what.click()

    async def type(self, letters: str) -> None:
        self.done += len(letters)
        await self.page.keyboard.type(letters)

    async def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.done += 1
            await self.page.keyboard.press(key)


async def write(page: Page, form: str, **asked: str) -> Hands:
    await page.goto(f"{ORIGIN}/writing.html?{urlencode({'form': form, **asked})}")
    await page.locator(".compose").wait_for()
    return Hands(page)


async def told(page: Page, what: str) -> Any:
    found = await page.evaluate("what => document.documentElement.dataset[what] ?? null", what)
    return None if found is None else json.loads(found)


async def paste(box: Locator, text: str) -> None:
    await box.evaluate(
        """(input, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            input.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def sending(page: Page) -> Locator:
    return page.get_by_role("button", name="Send", exact=True)


async def test_a_short_seizure_and_an_alert_take_few_keystrokes(page: Page) -> None:
    hands = await write(page, "seizure")

    await hands.click(page.get_by_role("button", name="Simplified"))
    await expect(page.locator(".compose .fault:not(:empty)")).to_have_count(0)  # nobody has had a chance to answer yet
    await hands.click(page.get_by_label("National case reference"))
    await hands.type("NL-2026-0417")
    await hands.click(page.get_by_role("button", name="Today"))
    await hands.press("Tab", times=2)  # the country that reports is there: this post's
    await hands.type("air")
    await hands.press("Tab")
    await hands.type("ams")
    await page.get_by_role("option", name="Amsterdam").first.wait_for()  # places are fetched while one writes
    await hands.click(page.get_by_role("combobox", name="Category"))
    await hands.type("wild")
    await hands.press("Tab", times=2)
    await hands.type("12")
    await hands.press("Control+Enter")

    assert hands.done + OPENING_IT <= MOST_FOR_A_SEIZURE
    assert (await told(page, "sent"))["values"] == {
        "case_ref": "NL-2026-0417",
        "seizure_date": "2026-11-22",
        "reporting_country": "NL",
        "location_type": "airport",
        "place": {"code": "AMS", "city": "Amsterdam", "country": "NL"},
        "items": [{"category": "CIT", "quantity": {"amount": "12", "unit": "H87"}}],
    }

    hands = await write(page, "alert")

    await hands.click(page.get_by_role("button", name="Simplified"))
    await hands.click(page.get_by_label("Title"))
    await hands.type("Reefer TEMU9305412")
    await hands.press("Tab")
    await hands.type("sc")  # Scan or X-ray
    await hands.click(page.get_by_text("Subject", exact=True))
    await hands.type("co")
    await hands.press("Tab")
    await hands.type("im")
    await hands.press("Tab")
    await hands.type("coca")
    await hands.press("Tab")
    await hands.click(page.get_by_role("combobox", name="Who must act"))
    await hands.type("ke")
    await hands.press("Enter")
    await hands.click(page.get_by_role("button", name="in 6 h"))
    await hands.click(sending(page))

    sent = await told(page, "sent")
    assert hands.done + OPENING_IT <= MOST_FOR_AN_ALERT
    assert sent["to"] == [{"country": "KE"}]
    assert sent["values"]["requested_action"] == "nii_scan"


async def test_a_seizure_begins_with_its_alert_and_a_fault_at_a_field_keeps_it_from_being_sent(page: Page) -> None:
    hands = await write(page, "seizure", answer="reefer")

    assert await page.locator("[id='f-conveyances-0-container_no']").input_value() == "TEMU9305412"
    assert "check digit right" in await page.locator(".compose").inner_text()
    await page.get_by_label("National case reference").fill("NL-1")
    saved = await told(page, "saved")
    assert (saved["handling"], saved["to"]) == ("H2", [{"account": saved["to"][0]["account"]}])
    assert saved["replyTo"] is not None
    assert saved["values"]["items"][0] == {"category": "DRG", "subtype": "DRG-COC-HCL"}

    number = page.locator("[id='f-conveyances-0-container_no']")

    await number.fill("temu 930541-3")
    await expect(page.locator("[id='f-conveyances-0-container_no-wrong']")).to_contain_text("TEMU9305412")
    assert await number.get_attribute("aria-invalid") == "true"
    await hands.click(sending(page))

    assert await told(page, "sent") is None
    await expect(page.locator("#fault-summary")).to_be_focused()
    await page.get_by_role("button", name="Conveyance 1: Container number").click()
    await expect(number).to_be_focused()
    await page.get_by_label("It is really written like this").check()
    await expect(number).not_to_have_attribute("aria-invalid", "true")
    assert (await told(page, "saved"))["values"]["conveyances"][0]["container_no"] == {"as_seen": "TEMU9305413"}


async def test_the_reporting_country_is_suggested_and_can_be_changed(page: Page) -> None:
    await write(page, "seizure", answer="reefer")
    country = page.get_by_role("combobox", name="Reporting country")

    await expect(country).to_have_value("Netherlands")
    await country.fill("belg")
    await page.keyboard.press("Tab")

    await expect(country).to_have_value("Belgium")
    assert (await told(page, "saved"))["values"]["reporting_country"] == "BE"


async def test_answers_beside_each_other_stand_in_one_line_whatever_help_stands_above_them(page: Page) -> None:
    await write(page, "seizure", language="fr")
    tops = await page.evaluate(
        """() => [...document.querySelector(".grid").querySelectorAll(":scope > .entry:not(.wide)")].map((entry) =>
            [entry.offsetTop, Math.round(entry.querySelector("input, select").getBoundingClientRect().top)])"""
    )

    assert len({row for row, _ in tops}) < len(tops)
    assert len({tuple(top) for top in tops}) == len({row for row, _ in tops})


async def test_answers_come_back_with_their_question_and_a_pasted_list_becomes_rows(page: Page) -> None:
    await write(page, "seizure")
    office = page.get_by_label("Customs office")

    await office.fill("Gate 4")
    await page.get_by_role("button", name="Simplified").click()
    await expect(office).to_have_count(0)
    await page.get_by_role("button", name="Complete").click()

    assert await office.input_value() == "Gate 4"

    await write(page, "seizure", answer="reefer")
    box = page.get_by_label("Paste a list of containers here")

    await paste(box, "CSQU 305438-3\nTEMU9305412")

    await expect(page.locator("[id='f-conveyances-1-container_no']")).to_have_value("CSQU3054383")
    rows = (await told(page, "saved"))["values"]["conveyances"]
    assert [row["container_no"] for row in rows] == ["TEMU9305412", "CSQU3054383"]
    assert rows[1]["mode"] == "1"


async def test_a_list_that_has_no_room_is_taken_as_far_as_it_goes_and_its_writer_is_told_so(page: Page) -> None:
    await write(page, "seizure", answer="reefer")
    box = page.get_by_label("Paste a list of containers here")

    await paste(box, "\n".join(f"CSQU{number}" for number in range(3000000, 3000050)))

    await expect(page.get_by_text("A report takes 20 entries")).to_contain_text("Left out: 31")
    assert len((await told(page, "saved"))["values"]["conveyances"]) == 20
    number = page.locator("[id='f-conveyances-0-container_no']")
    assert await number.evaluate("input => input.scrollWidth <= input.clientWidth")  # all eleven letters are seen


async def test_a_seizure_that_follows_from_ones_own_alert_is_for_everybody_and_not_for_its_writer(page: Page) -> None:
    await write(page, "seizure", answer="ours")
    await page.get_by_label("National case reference").fill("NL-1")

    saved = await told(page, "saved")

    assert saved["replyTo"] is not None
    assert saved["to"] == []


async def test_a_seizure_is_evaluated_its_route_ordered_and_its_text_cleaned_from_the_keyboard(page: Page) -> None:
    await write(page, "seizure", answer="reefer")

    await page.get_by_role("radio", name="X: cannot be assessed. 4").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowLeft")
    assert (await told(page, "saved"))["evaluation"] == {"source": "B", "information": "3"}
    await page.get_by_label("Expected action").select_option("nii_scan")

    await page.locator("[id='f-route-1-date']").focus()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.locator("[id='f-route-0-date']")).to_be_focused()
    assert [row["place"]["code"] for row in (await told(page, "saved"))["values"]["route"]] == [
        "PABLB",
        "ECGYE",
        "NLRTM",
    ]
    await expect(page.get_by_role("list", name="The route so far")).to_contain_text("Balboa")
    await expect(page.get_by_text("Before the stop above")).to_have_count(1)

    await page.get_by_role("button", name="+ Stop").click()
    await expect(page.locator("[id='f-route-3-role']")).to_be_focused()
    vessel = page.get_by_label("Vessel name")
    await vessel.fill("Cap\u202e San")
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="Take out what cannot be seen").press("Enter")
    await expect(vessel).to_have_value("Cap San")

    saved = await told(page, "saved")
    assert (saved["expectedAction"], saved["evaluation"]) == ("nii_scan", {"source": "B", "information": "3"})


async def test_a_moment_is_typed_in_utc_and_24_hours_and_one_that_has_passed_is_not_asked_for(page: Page) -> None:
    await write(page, "note")
    await page.get_by_label("Text").fill("Please answer.")
    day, hour = page.get_by_label("Answer by (UTC): date"), page.get_by_label("Answer by (UTC): time (UTC)")

    await day.fill("22.11.2026")
    await expect(page.get_by_text("Not a moment yet")).to_be_visible()
    await sending(page).click()
    await hour.fill("0100")
    await expect(page.get_by_text("This moment has passed")).to_be_visible()
    await sending(page).click()
    assert await told(page, "sent") is None
    await hour.fill("2359")
    await sending(page).click()

    moment = dt.datetime(2026, 11, 22, 23, 59, tzinfo=dt.UTC)
    assert (await told(page, "sent"))["answerBy"] == int(moment.timestamp())


async def test_a_paste_that_no_draft_holds_is_not_taken_and_its_writer_is_told(page: Page) -> None:
    await write(page, "note")
    text = page.get_by_label("Text")

    await text.fill("Crate 9")
    await text.fill("x" * 500_000)

    await expect(page.get_by_role("alert")).to_contain_text("Not taken")
    await expect(text).to_have_value("Crate 9")
    assert (await told(page, "saved"))["values"] == {"text": "Crate 9"}


async def test_what_would_go_to_cen_is_shown_and_what_stays_is_named(page: Page) -> None:
    await write(page, "seizure", answer="reefer")

    await page.get_by_text("What would go to CEN").click()
    for_cen = page.locator(".for-cen")

    await expect(for_cen).to_contain_text("TEMU9305412")
    await expect(for_cen.locator("article")).not_to_contain_text("Invented Fruits")
    await expect(for_cen.locator("ul")).to_contain_text("Company: Name")
    await page.get_by_label("Sharing (TLP)").select_option("AMBER+STRICT")
    await expect(page.get_by_text("TLP:AMBER+STRICT stays with its readers")).to_be_visible()


async def test_tlp_red_is_not_sent_where_people_beyond_those_named_would_read_it(page: Page) -> None:
    await write(page, "note")
    await page.get_by_label("Text").fill("For Rotterdam alone.")
    await page.get_by_label("Sharing (TLP)").select_option("RED")

    await sending(page).click()
    await expect(page.locator("#red-wrong")).to_contain_text("Mombasa Port")
    assert await told(page, "sent") is None
    await page.get_by_label("Sharing (TLP)").select_option("GREEN")
    await sending(page).click()

    assert (await told(page, "sent"))["tlp"] == "GREEN"


async def test_entry_screens_pass_wcag_2_2_aa_and_fit_a_phone_of_360_pixels(page: Page) -> None:
    found: dict[str, list[str]] = {}
    for asked in ({"form": "seizure", "answer": "reefer"}, {"form": "alert", "language": "ar", "theme": "dark"}):
        await write(page, **asked)
        await page.locator("button.primary").click()
        await page.locator("#fault-summary").wait_for()
        await page.locator(".preview > .reading").wait_for()
        found[str(asked)] = await barriers(page)

    assert {name: violations for name, violations in found.items() if violations} == {}

    await page.set_viewport_size({"width": 360, "height": 740})

    for language in ("fr", "ar"):
        await write(page, "seizure", answer="reefer", language=language)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_tlp_red_is_refused_at_its_field_where_nobody_was_heard_for_long(page: Page) -> None:
    """H3: who reads now is not known there; everything else is sent."""
    await write(page, "note", trust="stale")
    await page.get_by_label("Text").fill("For Rotterdam alone.")
    await page.get_by_label("Sharing (TLP)").select_option("RED")

    await expect(page.locator("#tlp-stale")).to_contain_text("until they are heard again")
    await sending(page).click()
    assert await told(page, "sent") is None
    await page.get_by_label("Sharing (TLP)").select_option("GREEN")
    await expect(page.locator("#tlp-stale")).to_have_count(0)
    await sending(page).click()

    assert (await told(page, "sent"))["tlp"] == "GREEN"
