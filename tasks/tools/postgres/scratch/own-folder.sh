# Gives FOLDER to the login that the server of an image runs as, and prints its number: own-folder.sh FOLDER LOGIN
# Runs inside a container, as root. LOGIN is the container's; where it is root's, or none, the user postgres is meant.
set -eu
login=${2%%:*}
case $login in '' | 0 | root) login=postgres ;; esac
number=$(id -u "$login" 2>/dev/null) || number=$login
# initdb asks for the name of who runs it: some images run as a number that has none.
grep -q "^[^:]*:[^:]*:$number:" /etc/passwd || echo "fab_rollback:x:$number:0::$1:/bin/sh" >>/etc/passwd
chown "$number" "$1"
chmod 700 "$1"
echo "$number"
