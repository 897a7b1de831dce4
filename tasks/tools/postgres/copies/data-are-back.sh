# Fails where a migration was tried in this run's folder, and its snapshot was not put back. Exit codes: 0 the data are as
# they were, or are another host's affair; 1 they are not.
set -eu
[ ! -e put-back ] || exit 0
for tried in ./??-downgrade.*.pid ./??-upgrade.*.pid; do
  [ ! -e "$tried" ] || {
    echo 'the snapshot was not put back' >&2
    exit 1
  }
done
