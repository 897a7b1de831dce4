-- Ends the sessions of a step that failed; its own is called like them, with " ends" behind.
-- A psql whose client outside the container was killed goes on there, from one connection to the next:
-- that it is gone is believed when nothing of it was seen for a while.
DO $$
DECLARE
  me text := current_setting('application_name');
  open int;
  unseen int := 0;
BEGIN
  FOR attempt IN 0..100 LOOP
    EXIT WHEN unseen = 4 OR me NOT LIKE '% ends';
    PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
    SELECT count(pg_terminate_backend(pid)) INTO open FROM pg_stat_activity
      WHERE application_name <> '' AND application_name || ' ends' = me AND pid <> pg_backend_pid();
    unseen := CASE open WHEN 0 THEN unseen + 1 ELSE 0 END;
  END LOOP;
END
$$;
