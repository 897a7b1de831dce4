"""A worker, a cache, a monitor: whatever runs and is not asked."""

import signal
import sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.pause()
