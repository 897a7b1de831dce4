# Prints the SQL of a downgrade, in a container of its own beside whatever runs: preview.sh FROM:TO
. "$SCRIPTS/tools/alembic/lib.sh"
learn_service networked
container=$CONTAINERS-preview-$$
alembic downgrade "$1" --sql
