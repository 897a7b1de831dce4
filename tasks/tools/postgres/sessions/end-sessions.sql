-- Ends every session on the databases in the setting fab.ending (an array of names), or raises.
-- One autovacuum worker (nobody's session) is told to go by the commands themselves; a prepared transaction never goes.
DO $$
DECLARE
  ending text[] := current_setting('fab.ending');
  open int;
  prepared text;
BEGIN
  SELECT string_agg(gid, ', ') INTO prepared FROM pg_prepared_xacts WHERE database = ANY (ending);
  IF prepared IS NOT NULL THEN
    RAISE EXCEPTION 'prepared transactions hold the database: %', prepared;
  END IF;
  FOR attempt IN 0..100 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT count(pg_terminate_backend(pid)) INTO open FROM pg_stat_activity
      WHERE datname = ANY (ending) AND pid <> pg_backend_pid() AND usesysid IS NOT NULL;
    EXIT WHEN open = 0;
    PERFORM pg_sleep(0.05);
  END LOOP;
  IF open > 0 THEN RAISE EXCEPTION '% sessions did not end in 5 seconds', open; END IF;
END
$$;
