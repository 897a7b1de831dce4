"""The database's copies: backups, the safety snapshot, databases that a run left beside the live one."""
