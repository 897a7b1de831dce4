# A server as people set one up now: Debian's newest Docker with containerd's image store, compose and buildx as plugins.
FROM debian:sid-slim
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get -o Acquire::Check-Valid-Until=false update -q && apt-get install -qy --no-install-recommends \
      ca-certificates curl docker-buildx docker-cli docker-compose docker.io fish git iproute2 iptables less \
      openssh-client openssh-server procps python3 sudo xz-utils zsh \
 && cd /tmp && apt-get download docker-registry && dpkg -x docker-registry_*.deb /tmp/registry \
 && install /tmp/registry/usr/bin/docker-registry /usr/bin/ \
 && rm -rf /tmp/*.deb /tmp/registry /var/lib/apt/lists/* /var/cache/apt/* /etc/ssh/ssh_host_*
RUN useradd --create-home --shell /bin/bash --password '*' --groups docker,sudo ubuntu \
 && echo 'ubuntu ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/ubuntu
COPY sshd.conf /etc/ssh/sshd_config.d/sandbox.conf
COPY modern.json /etc/docker/daemon.json
COPY host-init start-engine wait-ready /usr/local/sbin/
STOPSIGNAL SIGKILL
CMD ["host-init"]
