"""Whether this process can serve requests: the database answers and has all migrations."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def why_not_ready() -> str | None:
    """Return why requests cannot be served; None if they can."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "The database lacks migrations. Run: user-manager migrate"
    except DatabaseError:
        return "The database does not answer."
    return None
