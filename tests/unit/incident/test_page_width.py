"""The page fits on a phone, a tablet and a desk: nothing of it has to be scrolled to the side."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess

import pytest

from tasks.incident import background, pages, report
from tasks.incident.background import Background
from tasks.tools.git.commits import Commit
from tests.unit.incident.test_report import KNOWN, host, whole

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
WIDTHS = (360, 800, 1200)  # pixels
LONG = "x" * 300
MEASURE = """<pre id="widths"></pre><script>
onload = () => widths.textContent = JSON.stringify([...document.querySelectorAll("iframe")].map(frame => {
  const page = frame.contentDocument.documentElement;
  return [frame.clientWidth, page.scrollWidth - page.clientWidth];
}));
</script>"""


@pytest.mark.skipif(BROWSER is None, reason=f"no browser to look at the page with: {', '.join(BROWSERS)}")
def test_nothing_has_to_be_scrolled_to_the_side(mocker, tmp_path):
    known = {
        **KNOWN,
        "commits": [Commit("b" * 40, "bbbbbbb", "2024-04-02 17:00 UTC", LONG, LONG)],
        "logs": {LONG: LONG},
    }
    mocker.patch.object(background, "read", return_value=Background(**known))
    made = whole()
    page = html.escape(pages.html(report.make(host(), made), made.secrets).replace("<details>", "<details open>"))
    frames = [f'<iframe srcdoc="{page}" style="width: {w}px; height: 900px; border: 0"></iframe>' for w in WIDTHS]
    (tmp_path / "widths.html").write_text("<!DOCTYPE html>" + "".join(frames) + MEASURE)
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    command += ["--virtual-time-budget=5000", "--dump-dom", (tmp_path / "widths.html").as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(re.search(r'<pre id="widths">(.*?)</pre>', ran.stdout)[1])
    assert found == [[width, 0] for width in WIDTHS]
