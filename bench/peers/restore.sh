#!/bin/sh
# The runbook's "Emergency Database Restore", DROP and CREATE apart since they cannot run as one command.
# Set: BENCH_PORT, BENCH_KEY, BENCH_KNOWN_HOSTS, BACKUP.
set -eu
on_host() { ssh -i "$BENCH_KEY" -p "$BENCH_PORT" -o UserKnownHostsFile="$BENCH_KNOWN_HOSTS" ubuntu@127.0.0.1 "$1"; }
on_host "docker stop jctc_app"
on_host "docker exec jctc_db psql -U jctc_user -d postgres -c 'DROP DATABASE jctc_db' -c 'CREATE DATABASE jctc_db'"
on_host "docker exec -i jctc_db psql -q -U jctc_user jctc_db < $BACKUP"
on_host "docker start jctc_app"
