"""What a page is looked at for: that it fits, that a thumb hits it, that nobody is kept out. Screens are kept."""

from playwright.sync_api import Page

from market.config import ROOT
from tests.browser.conftest import SCREENS, Visitor

# Everything a thumb is meant to hit, except links within a sentence.
_TOO_SMALL = """() => [...document.querySelectorAll(
        'button, .button, input:not([type=hidden]), select, textarea, summary, .choice, nav a, .links a')]
    .filter(part => part.checkVisibility() && !part.closest('label'))
    .map(part => [part.outerHTML.slice(0, 80), part.getBoundingClientRect()])
    .filter(([_, box]) => box.height < 48 || box.width < 48)
    .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
_TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(part => part.checkVisibility() && !part.closest('pre, .scroll > *, svg *') && !part.matches('.skip'))
    .filter(part => part.getBoundingClientRect().right > innerWidth + 0.5 || part.getBoundingClientRect().left < -0.5)
    .map(part => part.outerHTML.slice(0, 80))"""
SIZES = {390: 844, 320: 640, 1280: 900}
_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RUN_AXE = """async () => (await axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}))
    .violations.map(each => `${each.id}: ${each.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`)"""


def look(visitor: Visitor, name: str, width: int) -> None:
    page = visitor.page
    page.set_viewport_size({"width": width, "height": SIZES[width]})
    assert too_wide(page) == [], name
    assert page.evaluate(_TOO_SMALL) == [], name
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=SCREENS / f"{name}-{width}-{scheme}.png", full_page=True)


def too_wide(page: Page) -> list[str]:
    """What does not fit. A drawn map follows the screen's new size only some frames later."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    for _ in range(100):
        if not found:
            break
        page.wait_for_timeout(50)
        found = page.evaluate(_TOO_WIDE)
    return found


def look_at_all_sizes(visitor: Visitor, name: str) -> None:
    for width in (390, 320):
        look(visitor, name, width)


def axe_in_both_themes(page: Page) -> list[str]:
    """On a screen as tall as the page: what lies under the tabs at the moment is not out of reach.

    Past the page's own policy: axe is ours here, not the page's.
    """
    size = page.viewport_size
    assert size
    height: int = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": _AXE.read_text(), "returnByValue": False})
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in page.evaluate(_RUN_AXE)]
    page.set_viewport_size(size)
    return found
