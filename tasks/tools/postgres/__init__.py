"""PostgreSQL in a container: scripts that change it safely and prove it, and parsers of what they print.

psql: quoting and the one psql · names: copies beside the live database · sessions · settings · space
snapshot, swap, repair, leftovers: copies made, put in place, set right after a kill, dropped
inspection (with source, scan) → backup: a file, known without restoring it · dumps: a file, written
restore (with load, compare): beside the live database, proven · in_place: drop first, where two do not fit
reads → report: server, sizes, revisions, rows and checksums
"""
