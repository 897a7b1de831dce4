"""PostgreSQL in a container: scripts that change it safely and prove it, and readers of what they print.

Every script sources `lib.sh`; an SQL file reads its values as variables of psql.
psql: the database, and how scripts are called · names: copies beside the live database
changes: snapshot, swap, take, drop, dump, restore, put back, each a call of the script of that name
reads: probes, which answer with what `server`, `sessions` and `backup` describe
"""
