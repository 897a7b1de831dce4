# Makes logins of a sandbox host that are hosts to `fab`, run as root with COUNT: each has a home, a checkout, a state
# folder and a lock of its own, and a deployment of one container.
set -eu
for n in $(seq "$COUNT"); do
  login=fleet$n home=/home/fleet$n
  useradd -m -s /bin/bash -p '*' -G docker "$login"
  mkdir -p "$home/.ssh" "$home/app"
  cp /home/ubuntu/.ssh/authorized_keys "$home/.ssh/"
  cat >"$home/app/docker-compose.prod.yml" <<'COMPOSE'
services:
  app: {image: "jctc/python-base:3.11", command: sleep infinity, init: true, restart: unless-stopped}
COMPOSE
  chown -R "$login:" "$home"
  chmod 700 "$home/.ssh"
  runuser -l "$login" -c 'cd app && git init -qb main && git add . &&
    git -c user.name=fleet -c user.email=fleet@example.org commit -qm "one service" &&
    docker compose -p "$USER" -f docker-compose.prod.yml up -d --quiet-pull' 2>&1
done
