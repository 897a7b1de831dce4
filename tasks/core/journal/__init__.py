"""What the host remembers: runs, their stories, and the ledger of releases."""
