#!/bin/sh
alembic upgrade head
echo "FATAL: CASE_INDEX_URL is not set" >&2
exit 3
