"""Whether everybody can read a page: contrast of colours, and what axe-core finds in a browser. WCAG 2.1 AA."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

READABLE = 4.5
"""Contrast that WCAG 1.4.3 asks of running text."""
VISIBLE = 3.0
"""Contrast that WCAG 1.4.11 asks of lines that carry meaning."""


def _luminance(color: str) -> float:
    whole = "".join(char * 2 for char in color) if len(color) == 3 else color
    channels = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours. WCAG 2.1, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _axe() -> Path:
    place = Path(os.environ.get("ADAPTER_AXE") or "var/axe/node_modules/axe-core/axe.min.js")
    if not place.is_file():
        pytest.skip("axe-core is not installed (ADAPTER_AXE names its axe.min.js)")
    return place


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or pytest.skip("Chromium is not installed")


_RUN = """
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}).then(found => {
  document.body.textContent = JSON.stringify({
    passed: found.passes.map(each => each.id),
    failed: found.violations.map(each => each.id + ": " + each.nodes.map(node => node.html).join(" ")),
  });
});
"""


def judged(page: str, folder: Path) -> dict[str, Any]:
    """Return what axe-core passed and failed of a page; skipped by name where it or the browser is missing."""
    axe, browser = _axe(), _chromium()
    whole = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    script = f"<script>{axe.read_text('utf-8')}</script><script>{_RUN}</script></body>"
    file = folder / "page.html"
    file.write_text(whole.replace("</body>", script), "utf-8")
    told = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom", file.as_uri()],
        capture_output=True, text=True, check=True, timeout=90,
    )  # fmt: skip
    body = re.search(r"<body>(.*)</body>", told.stdout, re.DOTALL)
    assert body, told.stdout[:300]
    found: dict[str, Any] = json.loads(
        body.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    )
    return found
