"""Plain Fabric, as its manual shows it."""

from fabric import task


@task
def trivial(c, count="7"):
    """Run `true` on the host."""
    for _ in range(int(count)):
        c.run("true", hide=True)
