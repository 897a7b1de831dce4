-- Ends the loading of a clone, and says that all of it arrived.
SELECT count(*) > 0 AS timescale FROM pg_extension WHERE extname = 'timescaledb' \gset
\if :timescale
SELECT timescaledb_post_restore();
\endif
\echo the-clone-is-whole
