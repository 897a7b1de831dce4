"""The same steps as runbook.sh, as a pyinfra deploy."""

import os

from pyinfra.operations import server

compose = f"{os.environ['COMPOSE']} -f docker-compose.prod.yml"
STEPS = {
    "Stop all services": f"cd jctc-app && {compose} down",
    "Find the last working commit": "cd jctc-app && git log --oneline -20",
    "Check it out": f"cd jctc-app && git checkout {os.environ['COMMIT']}",
    "Roll the database back": f"cd jctc-app && {compose} run --rm app alembic downgrade -1",
    "Rebuild all containers": f"cd jctc-app && {compose} build --no-cache",
    "Start all services": f"cd jctc-app && {compose} up -d",
    "Verify": "curl -sf --retry 60 --retry-delay 1 --retry-all-errors http://127.0.0.1:8000/health",
}
for name, command in STEPS.items():
    server.shell(name=name, commands=[command])
