-- Allows connections to :live, :incoming and :outgoing.
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true', datname) FROM pg_database
WHERE datname IN (:'live', :'incoming', :'outgoing') AND NOT datallowconn \gexec
