-- Prints who is connected to :live, the oldest transaction first, and its prepared transactions, as JSON.
SELECT json_build_object('pid', pid, 'user', coalesce(usename, ''), 'application', application_name,
  'state', state, 'query', coalesce(left(query, 200), ''),
  'age', floor(extract(epoch FROM now() - coalesce(xact_start, state_change, backend_start))))
FROM pg_stat_activity WHERE datname = :'live' AND usesysid IS NOT NULL
ORDER BY coalesce(xact_start, state_change, backend_start);
SELECT json_build_object('pid', 0, 'user', owner, 'application', 'prepared transaction',
  'state', 'prepared', 'query', gid,
  'age', floor(extract(epoch FROM now() - prepared)))
FROM pg_prepared_xacts WHERE database = :'live' ORDER BY prepared;
