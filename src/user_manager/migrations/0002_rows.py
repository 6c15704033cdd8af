"""The rows that always exist."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def _add_rows(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("user_manager", "EventCounter").objects.get_or_create(id=1)
    apps.get_model("user_manager", "ClusterState").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    """Add the counter of the events and the state of the cluster."""

    dependencies: ClassVar = [("user_manager", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(_add_rows, migrations.RunPython.noop)]
