"""Say whether the service works; it keeps nothing, so it only has to run."""

from app.release import RELEASE


def check():
    return 200, {"release": RELEASE}
