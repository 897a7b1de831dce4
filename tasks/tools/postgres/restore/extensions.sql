-- The statements that create the extensions of this database, each in its schema.
SELECT format('= CREATE SCHEMA IF NOT EXISTS %1$I; CREATE EXTENSION IF NOT EXISTS %2$I SCHEMA %1$I CASCADE;', nspname,
  extname)
FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname <> 'plpgsql' ORDER BY extname;
