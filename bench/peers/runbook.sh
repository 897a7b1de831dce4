#!/bin/sh
# The runbook's "Full Rollback Procedure", one ssh call a step. Set: BENCH_PORT, BENCH_KEY, BENCH_KNOWN_HOSTS, COMMIT, COMPOSE.
set -eu
on_host() { ssh -i "$BENCH_KEY" -p "$BENCH_PORT" -o UserKnownHostsFile="$BENCH_KNOWN_HOSTS" ubuntu@127.0.0.1 "$1"; }
compose="$COMPOSE -f docker-compose.prod.yml"
on_host "cd jctc-app && $compose down"
on_host "cd jctc-app && git log --oneline -20"
on_host "cd jctc-app && git checkout $COMMIT"
on_host "cd jctc-app && $compose run --rm app alembic downgrade -1"
on_host "cd jctc-app && $compose build --no-cache"
on_host "cd jctc-app && $compose up -d"
on_host "curl -sf --retry 60 --retry-delay 1 --retry-all-errors http://127.0.0.1:8000/health"
