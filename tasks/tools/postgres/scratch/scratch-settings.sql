-- Prints, as lines of postgresql.conf, the settings of the server that decide what SQL does there: a server that is to
-- behave like it needs them. Those with a dot are the extensions' own. The version comes first, as a comment of that file.
SELECT '# ' || version();
SELECT format('%s = ''%s''', name, replace(replace(setting, '\', '\\'), '''', ''''''))
FROM pg_settings
WHERE setting !~ '\n' AND (name IN ('port', 'shared_preload_libraries')
  OR source IN ('configuration file', 'command line', 'environment variable') AND (name LIKE '%.%' OR name IN (
    'session_preload_libraries', 'local_preload_libraries', 'max_connections',
    'max_locks_per_transaction', 'max_prepared_transactions', 'max_worker_processes', 'wal_level', 'search_path',
    'default_table_access_method', 'row_security', 'TimeZone', 'DateStyle', 'IntervalStyle', 'default_toast_compression',
    'default_text_search_config', 'standard_conforming_strings', 'jit')));
