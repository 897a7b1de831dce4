#!/bin/sh
set -e
python -m app.schema
exec python -m app.server
