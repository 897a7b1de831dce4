"""Put the version into the page and pack the assets."""

import gzip
import sys
from pathlib import Path

site = Path(sys.argv[1])
site.mkdir(parents=True, exist_ok=True)
version = Path("VERSION").read_text().strip()
page = Path("index.html").read_text().replace("@VERSION@", version)
(site / "index.html").write_text(page)
(site / "index.html.gz").write_bytes(gzip.compress(page.encode()))
