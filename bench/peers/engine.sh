#!/bin/sh
# A docker whose answers cost nothing: one container, app, that is healthy and starts when it is told to.
began=$(cat "$HOME/began" 2>/dev/null || echo 2024-01-01T00:00:00.000000000Z)
case "$1 $*" in
version*) echo 20.10 ;;
info*) echo / ;;
ps*--format*) echo 'c1 app' ;;
ps*) echo c1 ;;
start*) date -u +%Y-%m-%dT%H:%M:%S.%NZ > "$HOME/began" ;;
inspect*NetworkSettings.Ports*) echo "app /app running 0 $began , healthy" ;;
inspect*RestartCount*)
    state="{\"Status\":\"running\",\"Health\":{\"Status\":\"healthy\"},\"StartedAt\":\"$began\",\"ExitCode\":0}"
    printf 'c1\t/app\tapp\tsha256:1\tapp\t0\tapp\t%s\n' "$state" ;;
inspect*StopSignal*) echo 'c1 1 SIGTERM' ;;
inspect*StartedAt*) echo "c1 $began" ;;
inspect*Health.Status*) echo healthy ;;
esac
