"""Say whether the service works; it keeps nothing, so it only has to run."""

import os
import traceback

from app.release import RELEASE


def check():
    try:
        return 200, {"release": RELEASE, "index": os.environ["CASE_INDEX_URL"]}
    except KeyError:
        traceback.print_exc()
        return 500, {"release": RELEASE, "error": "CASE_INDEX_URL is not set"}
