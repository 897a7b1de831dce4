# Prints what the checkout tells of itself, a line each: `up PATH`, from APP to the repository's top; `branch NAME`, that
# of HEAD or, where it is detached, the one that origin stands on; `file PATH`, every alembic.ini; `section NAME PATH`, its
# sections that have a script_location; `script PATH`, every env.py that speaks of Alembic; `flask PATH`, those that stand
# on Flask-Migrate. Paths are from APP.
# Exit codes: 0; git's own where there is no checkout.
. "$SCRIPTS/tools/git/lib.sh"
up=$(git rev-parse --show-cdup)
echo "up $up"
branch=$(git symbolic-ref -q --short HEAD || git symbolic-ref -q --short refs/remotes/origin/HEAD) || :
echo "branch ${branch#origin/}"
git ls-files -- ':(top)*alembic.ini' | while IFS= read -r path; do
  printf 'file %s\n' "$path"
  git cat-file -p "HEAD:./$path" 2>/dev/null | path=$path awk '
    /^\[[^]]*\]/ { name = substr($0, 2, index($0, "]") - 2) }
    /^script_location[ \t]*[=:]/ && name !~ /[ \t]/ { print "section " name " " ENVIRON["path"] }'
done
git grep -l 'from alembic\|import alembic' -- ':(top)*env.py' | sed 's/^/script /'
git grep -l current_app -- ':(top)*env.py' | sed 's/^/flask /' || :
