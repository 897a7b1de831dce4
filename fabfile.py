"""What `fab` offers here: the rollback tasks."""

from tasks import ns  # noqa: F401
