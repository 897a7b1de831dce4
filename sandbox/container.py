"""The outer container a host lives in: made, looked into, waited for and removed."""

from . import paths
from .engine import docker
from .shell import Input, SandboxError, attempt, brief, tail

# What an engine inside a container needs, without the full --privileged.
CAPABILITIES = ("--cap-add=ALL", "--cap-drop=SYS_RESOURCE", "--cgroupns=private")
UNCONFINED = [f"--security-opt={kind}=unconfined" for kind in ("seccomp", "apparmor", "systempaths")]
# In memory: thousands of small files are unpacked at each start, and gone at once at its end.
DISK = "--tmpfs=/var/lib/docker:rw,exec,suid,dev,size=4g,mode=711"
# What a boot does not find any more, as on a real machine.
GONE = "--tmpfs=/run:rw,exec,mode=755"


def create(container: str, image: str, host: str, *flags: str) -> None:
    """Make the container of ``host``, not started yet, in place of one of the same name."""
    remove(container)
    labels = [f"--label={paths.LABEL}={paths.CLONE}", f"--label={paths.HOST_LABEL}={host}"]
    names = [f"--name={container}", f"--hostname={host}"]
    docker("create", *names, *labels, *CAPABILITIES, *UNCONFINED, DISK, GONE, *flags, image)


def remove(*containers: str) -> None:
    """Remove containers, running or not, with their volumes; missing ones are fine."""
    if containers:
        done = attempt("docker", "rm", "--force", "--volumes", *containers, timeout=120)
        if done.returncode and "No such container" not in done.stderr:
            raise SandboxError(f"cannot remove {', '.join(containers)}: {done.stderr.strip()}")


def running(container: str) -> bool:
    """Tell whether the container exists and runs."""
    done = attempt("docker", "inspect", "-f", "{{.State.Running}}", container)
    return done.stdout.strip() == "true"


def bash(container: str, script: str, user: str = "root", timeout: float = 60, stdin: Input = None) -> str:
    """Run a bash script in the container, in its user's home, and return its standard output."""
    home = "/root" if user == "root" else f"/home/{user}"
    where = ["docker", "exec", "-i", "-u", user, "-e", f"HOME={home}", "-w", home, container]
    done = attempt(*where, "bash", "-o", "pipefail", "-c", script, timeout=timeout, stdin=stdin)
    if done.returncode:
        raise SandboxError(f"{brief((script,))} failed on {container} ({done.returncode}): {tail(done)}")
    return done.stdout.strip()


def wait(container: str, checks: list[str], seconds: int = 60) -> None:
    """Wait until the checks hold inside; raise SandboxError naming the one that does not."""
    docker("exec", container, "wait-ready", str(seconds), *checks, timeout=seconds + 30)


def mine() -> dict[str, str]:
    """Return this clone's containers: name to the host it is for, stopped ones included."""
    shown = f'{{{{.Names}}}}\t{{{{.Label "{paths.HOST_LABEL}"}}}}'
    lines = docker("ps", "-a", "--filter", f"label={paths.LABEL}={paths.CLONE}", "--format", shown)
    return dict(line.split("\t") for line in lines.splitlines())
