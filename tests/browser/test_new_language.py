"""A language is added by its catalogue and nothing else: here Urdu, of which somebody has written two sentences."""

import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.browser.gallery import ORIGIN, gallery_page
from tests.fakes.checkout import ROOT

pytestmark = pytest.mark.slow
SAID = {"Sign in": "سائن اِن", "Password": "پاس ورڈ"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, gallery: str) -> Path:
    """The gallery of a checkout with an Urdu catalogue; building this one's has installed what both need."""
    assert gallery
    tmp_path = tmp_path_factory.mktemp("urdu")
    web = tmp_path / "web"
    for folder in ("web/src", "web/gallery", "locale"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ("hatch_build.py", "web/build.mjs", "web/package.json", "web/package-lock.json"):
        shutil.copy2(ROOT / file, tmp_path / file)
    for folder in ("web/node_modules", "cencomm", "templates"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    catalogue = tmp_path / "locale" / "ur" / "LC_MESSAGES" / "web" / "sign-in.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text("".join(f'msgid "{key}"\nmsgstr "{said}"\n\n' for key, said in SAID.items()), "utf-8")
    subprocess.run([sys.executable, "hatch_build.py", "--gallery"], cwd=tmp_path, check=True)
    return web / "build" / "gallery"


async def test_the_page_offers_it_runs_its_way_and_says_the_rest_in_english(gallery: str, built: Path) -> None:
    async with gallery_page(gallery, built) as page:
        await page.goto(f"{ORIGIN}/gates.html")
        await page.get_by_role("button", name="اردو").click()

        await page.locator("h1", has_text=SAID["Sign in"]).wait_for()
        assert await page.locator("html").get_attribute("dir") == "rtl"
        assert await page.get_by_role("button", name="I have an access letter").count() == 1
        assert await page.get_by_label(SAID["Password"]).count() == 1


async def test_labels_of_forms_fall_back_to_english_beside_its_own_dates(gallery: str, built: Path) -> None:
    async with gallery_page(gallery, built) as page:
        await page.goto(f"{ORIGIN}/?message=reefer&pane=story&language=ur")

        await page.locator(".story-pane .kind", has_text="Alert").first.wait_for()
        country = await page.locator(".arrival .cc").first.get_attribute("title")
        assert country is not None
        assert unicodedata.name(country[0]).startswith("ARABIC LETTER")
