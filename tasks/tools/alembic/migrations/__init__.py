"""What a migration does to the data, read from its source; and what starts an upgrade."""

from .findings import Downgrade, Finding, loss
from .left_types import left_types
from .source_reader import classify
from .startup import starts_upgrade
from .upgrade_losses import upgrade_losses

__all__ = ["Downgrade", "Finding", "classify", "left_types", "loss", "starts_upgrade", "upgrade_losses"]
