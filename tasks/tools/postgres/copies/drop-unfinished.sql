-- Drops :copy, whoever is connected to it. :end_sessions is the file of that name.
SELECT set_config('fab.ending', ARRAY[:'copy']::text, false) AS ending \gset
:end_sessions
DROP DATABASE IF EXISTS :"copy";
