"""Asks axe-core what keeps people out of a page, in the light and in the dark."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
IN_THE_DARK = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

# Colours are on their way from the other scheme; they set out when next they are drawn.
ARRIVED = """async () => {
    for (let drawn = 0; drawn < 2; drawn++) await new Promise(requestAnimationFrame);
    const moving = document.getAnimations()
        .filter(one => one.effect.getComputedTiming().iterations !== Infinity);
    await Promise.all(moving.map(one => one.finished.catch(() => {})));
}"""


def barriers(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule, element and reason, a line each."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(f"{AXE.read_text()}; undefined")
    page.emulate_media(color_scheme="light")
    found = _run(page, {})
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {line}" for line in _run(page, IN_THE_DARK)]
    page.emulate_media(color_scheme="light")
    return found


def _run(page: Page, options: dict[str, Any]) -> list[str]:
    page.evaluate(ARRIVED)
    told = page.evaluate(f"axe.run(document, {json.dumps(options)}).then(r => r.violations)")
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in told
        for node in rule["nodes"]
    ]
