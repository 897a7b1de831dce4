-- Prints which databases have the names :live, :incoming and :outgoing; nothing for a name that none has.
SELECT '= live ' || oid FROM pg_database WHERE datname = :'live';
SELECT '= incoming ' || oid FROM pg_database WHERE datname = :'incoming';
SELECT '= outgoing ' || oid FROM pg_database WHERE datname = :'outgoing';
