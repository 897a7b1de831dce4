-- Moves the row of alembic's table from :fab_from to :fab_to; to base, it goes. :fab_schema and :fab_table name it.
SELECT format(
  CASE :'fab_to' WHEN 'base' THEN 'DELETE FROM %1$I.%2$I WHERE version_num = %3$L'
    ELSE 'UPDATE %1$I.%2$I SET version_num = %4$L WHERE version_num = %3$L' END,
  :'fab_schema', :'fab_table', :'fab_from', :'fab_to') \gexec
