"""What axe-core, the accessibility checker, finds on a page: serious things, in light and dark, wide and narrow."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SIZES = {"wide": {"width": 1280, "height": 860}, "narrow": {"width": 390, "height": 844}}
COLOURS = ("light", "dark")
# The script comes by the debugger, past the pages' content security policy. Dark differs from light in colours only.
FIND = """async (rules) => {
  const found = await axe.run(document, { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) });
  const serious = found.violations.filter((each) => ["serious", "critical"].includes(each.impact));
  return serious.flatMap((each) => each.nodes.map((node) =>
    `${each.id}: ${node.html.slice(0, 160)} (${node.any.concat(node.all, node.none).map((why) => why.message)[0]})`));
}"""


def violations(page: Page) -> list[str]:
    """Of the page as it stands; it is left light and wide."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for colour in COLOURS:
            page.emulate_media(color_scheme=colour, reduced_motion="reduce")
            rules = None if colour == "light" else ["color-contrast"]
            found += [f"{size}, {colour}: {each}" for each in page.evaluate(FIND, rules)]
    page.set_viewport_size(SIZES["wide"])
    page.emulate_media(color_scheme="light")
    return found
