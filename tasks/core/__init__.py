"""What every task stands on."""

import sys

# Invoke forbids bytecode: every `fab` would compile all of this anew, which takes as long as the rest of its start.
sys.dont_write_bytecode = bool(sys.flags.dont_write_bytecode)
