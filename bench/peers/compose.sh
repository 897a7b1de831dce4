#!/bin/sh
# The compose of engine.sh.
case "$*" in
*config*) printf 'name: app\nservices:\n  app:\n    image: app\n' ;;
*) echo 2.26.1 ;;
esac
