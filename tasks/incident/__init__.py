"""After a rollback: evidence without secrets, checklist, report, a word to the team."""
