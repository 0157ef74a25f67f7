"""Hands that have no mouse: everything is reached with Tab, and done with keys."""

from playwright.async_api import Locator, Page

MOST_STOPS = 200  # more than any screen has


async def reach(page: Page, target: Locator, *, backwards: bool = False) -> None:
    """Press Tab until `target` has the focus. Raises AssertionError when it never does."""
    await target.wait_for()
    wanted = await target.element_handle()
    for _ in range(MOST_STOPS):
        if await page.evaluate("one => one === document.activeElement", wanted):
            return
        await page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"{target} is not reached by Tab")


async def press(page: Page, target: Locator, *, backwards: bool = False) -> None:
    """Reach a button and press it."""
    await reach(page, target, backwards=backwards)
    await page.keyboard.press("Enter")


async def choose(page: Page, target: Locator, value: str) -> None:
    """Reach a list of choices and go down to the one of that value."""
    await reach(page, target)
    for _ in range(MOST_STOPS):
        if await target.input_value() == value:
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not among the choices")
