#!/bin/sh
exec python -m app.server
