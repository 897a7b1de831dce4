# Makes a stack of the sample application on a manager whose three nodes know the registry: a repository `shop` with three
# commits, each of them with images that the registry has, and the last one deployed. v1 is of another schema; v2 is good;
# bad answers 500. The commit tagged crash does not start, the one tagged nowhere names an image that no registry has.
# Arguments: REGISTRY (HOST:PORT), NODE, where the database runs. More nodes: nothing is pushed, they are given the images by hand
# over SSH; then the application has two tasks, none on the last node, and an agent of an image of its own runs on the workers only.
set -eu
registry=$1 node=$2
shift 2
others=$*

stack() { # TAG
  cat <<FILE
version: "3.8"
services:
  db:
    image: postgres:15
    environment:
      POSTGRES_DB: jctc_db
      POSTGRES_USER: jctc_user
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD}
    volumes: ["pgdata:/var/lib/postgresql/data"]
    healthcheck:
      test: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "jctc_user", "-d", "jctc_db"]
      interval: 2s
    deploy:
      endpoint_mode: dnsrr
      placement: {constraints: ["node.labels.database==here"]}
  app:
    image: $registry/shop/app:$1
    environment:
      DATABASE_URL: postgresql+psycopg://jctc_user:\${POSTGRES_PASSWORD}@db:5432/jctc_db
    ports: [{target: 8000, published: 8000, protocol: tcp, mode: host}]
    healthcheck:
      test:
        - CMD
        - python
        - -c
        - "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000); c.request('GET', '/health'); c.getresponse()"
      interval: 2s
      retries: 15
    secrets: [token]
    configs: [{source: settings, target: /etc/shop/settings.ini}]
    stop_grace_period: 1s
    deploy:
      replicas: 3
      update_config: {parallelism: 1, delay: "\${DELAY:-0s}", order: stop-first, monitor: 3s, failure_action: pause}
  agent:
    image: $registry/shop/app:$1
    command: ["sleep", "infinity"]
    stop_grace_period: 1s
    deploy: {mode: global, update_config: {parallelism: 3, monitor: 1s}}
volumes: {pgdata: {}}
secrets: {token: {file: token}}
configs: {settings: {file: settings.ini}}
FILE
}

alone() { # what the stack is without a registry
  sed -i -e "s/replicas: 3/replicas: 2\n      placement: {constraints: [\"node.hostname!=${others##* }\"]}/" -e '/^  agent:/,$ s|shop/app|shop/agent|' \
    -e 's/mode: global, /&placement: {constraints: ["node.role==worker"]}, /' docker-stack.yml
}

migrations() { # they work only where the service's secret and config are
  echo 'a token' >token
  printf '[shop]\nname = court\n' >settings.ini
  cat >migrate.sh <<'FILE'
[ "$(cat /run/secrets/token)" = 'a token' ] && grep -q 'name = court' /etc/shop/settings.ini || exit 3
exec alembic "$@"
FILE
}

release() { # TAG SUBJECT: the tree as it is, as a commit with its image
  stack "$1" >docker-stack.yml
  migrations
  docker build -q -t "$registry/shop/app:$1" .
  if [ -n "$others" ]; then
    alone
    docker build -q --label agent=yes -t "$registry/shop/agent:$1" .
  else
    docker push -q "$registry/shop/app:$1"
  fi
  git add -A
  git commit -qm "$2"
  git tag "$1"
}

rm -rf "$HOME/shop"
git clone -q --no-hardlinks "$HOME/jctc-app" "$HOME/shop"
cd "$HOME/shop"
git config user.email dev@example.org
git config user.name dev
cp "$HOME/jctc-app/.env" .
for tag in v1 v2; do
  case $tag in v1) subject='Register cases' ;; v2) subject='Show the court' ;; esac
  git rm -rq --cached . && git clean -fdqx -e .env
  git archive "$(git log origin/main --format=%H --grep="$subject" | tail -n 1)" | tar -x
  [ "$tag" != v1 ] || git checkout -q --orphan stack
  release $tag "$subject"
done
sed -i 's/return 200/return 500/' app/health.py
release bad 'A faster list'
printf 'raise SystemExit("cannot read the plan of the building")\n' >app/__init__.py
release crash 'A plan of the building'
git checkout -q HEAD~1 -- app
stack nowhere >docker-stack.yml
git commit -qam 'An image of nobody'
git tag nowhere
git reset -q --hard bad

while IFS= read -r line; do export "${line?}"; done <.env
docker node update --label-add database=here "$node"
for one in $others; do
  docker save "$registry/shop/app:v1" "$registry/shop/agent:v1" "$registry/shop/app:v2" "$registry/shop/agent:v2" \
    "$registry/shop/app:bad" "$registry/shop/agent:bad" | docker -H "ssh://$one" load
done
docker stack deploy --detach=true ${others:+--resolve-image=never} -c docker-stack.yml shop
healthy() { docker ps -q --filter "label=com.docker.swarm.service.name=shop_$1" --filter health=healthy; }
tries=60
until [ -n "$(healthy db)" ] && [ -n "$(healthy app)" ]; do
  [ "$tries" -gt 0 ] || exit 1
  tries=$((tries - 1))
  sleep 1
done
docker exec "$(healthy app)" alembic upgrade head
