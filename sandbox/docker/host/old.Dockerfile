# A server as a provider hands it over: sshd, Docker, compose, git, and a login that may use Docker.
FROM debian:bookworm-slim AS compose-v2
# The next Debian release packages compose v2 as a plugin of the docker command; take just that file.
RUN find /etc/apt -name '*.sources' -o -name sources.list | xargs -r sed -i 's/bookworm/trixie/g' \
 && apt-get update -q && cd /tmp && apt-get download docker-compose \
 && dpkg -x docker-compose_*.deb /unpacked

FROM debian:bookworm-slim
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update -q && apt-get install -qy --no-install-recommends \
      ca-certificates curl docker-compose docker.io fish git iproute2 iptables less \
      openssh-server procps python3 sudo xz-utils zsh \
 && cd /tmp && apt-get download docker-registry && dpkg -x docker-registry_*.deb /tmp/registry \
 && install /tmp/registry/usr/bin/docker-registry /usr/bin/ \
 && rm -rf /tmp/*.deb /tmp/registry /var/lib/apt/lists/* /var/cache/apt/* /etc/ssh/ssh_host_*
RUN useradd --create-home --shell /bin/bash --password '*' --groups docker,sudo ubuntu \
 && echo 'ubuntu ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/ubuntu
COPY --from=compose-v2 /unpacked/usr/libexec/docker/cli-plugins/docker-compose /opt/compose-v2
ARG COMPOSE=v1
RUN if [ "$COMPOSE" = v2 ]; then \
      rm /usr/bin/docker-compose \
      && install -D /opt/compose-v2 /usr/libexec/docker/cli-plugins/docker-compose; \
    fi; rm /opt/compose-v2
COPY sshd.conf /etc/ssh/sshd_config.d/sandbox.conf
COPY old.json /etc/docker/daemon.json
COPY host-init start-engine wait-ready /usr/local/sbin/
STOPSIGNAL SIGKILL
CMD ["host-init"]
