"""Databases of released versions are updated forward, with all that is in them.

`released/` has a dump of the first version for each kind of database, with a row in each table.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from postgresql import PROGRAMS, Postgresql

from running_server import SOURCES, command

RELEASED = Path(__file__).parent / "released"
KEY = "a-key-that-only-tests-use,-and-that-is-long-enough-for-production-1234567890"
ROWS = {
    "access": 4,
    "administrator": 1,
    "catalogueconflict": 1,
    "cataloguecontributor": 1,
    "clusterstate": 1,
    "event": 2,
    "eventcounter": 1,
    "module": 2,
    "notice": 1,
    "publishedrevision": 1,
    "token": 1,
    "user": 3,
    "userrole": 1,
}


def environment(url: str) -> dict[str, str]:
    ours = ("DJANGO_", "USER_MANAGER_")  # the browser's tests set one, which a check refuses
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "user_manager.settings",
        "PYTHONPATH": str(SOURCES),
        "USER_MANAGER_SECRET_KEY": KEY,
        "USER_MANAGER_DATABASE_URL": url,
        "USER_MANAGER_ALLOWED_HOSTS": "access.example.com",
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def released(request, tmp_path, postgresql: Postgresql) -> dict[str, str]:
    """Return the environment of a database of the first version."""
    dump = RELEASED / f"first.{request.param}.sql"
    if request.param == "sqlite":
        with sqlite3.connect(tmp_path / "db.sqlite3") as connection:
            connection.executescript(dump.read_text())
        connection.close()
        return environment(f"sqlite:///{tmp_path}/db.sqlite3")
    url = postgresql.new_database("released")
    load = [PROGRAMS / "psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={dump}", url]
    subprocess.run(load, check=True, capture_output=True)  # noqa: S603
    return environment(url)


def run(variables: dict[str, str], program: str) -> str:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], env=variables, check=True, capture_output=True, text=True
    )
    return done.stdout


COUNT = """
import django; django.setup()
from django.apps import apps
for model in apps.get_app_config("user_manager").get_models():
    print(model._meta.model_name, model.objects.count())
"""
USE = """
import django; django.setup()
from django.conf import settings
from user_manager.domain.call import Call
from user_manager.domain.caller import Caller
from user_manager.models import Access
from user_manager.services.deciding import Decision, decide
from user_manager.services.ending import Removal, revoke_access
call = Call(Caller("olga@example.com"), Access.objects.get(id="asked").requested_at, settings.USER_MANAGER.policy)
print(decide(call, "asked", Decision(approve=True)).until.isoformat())
print(revoke_access(call, "held", Removal()).effect)
"""


def test_a_released_database_keeps_its_rows_and_works(released):
    command(released, "migrate")
    command(released, "check")
    counts = dict(line.split() for line in run(released, COUNT).splitlines())
    expected = {name: str(count) for name, count in ROWS.items()}
    assert {name: counts[name] for name in expected} == expected
    assert run(released, USE).split() == ["2026-06-02T12:00:00+00:00", "ending"]


def test_a_database_that_lacks_migrations_is_not_ready(released):
    with pytest.raises(subprocess.CalledProcessError):
        command(released, "check")


def test_units_that_start_at_once_migrate_one_after_the_other(postgresql: Postgresql) -> None:
    variables = environment(postgresql.new_database("at_once"))
    migrate = [sys.executable, "-m", "user_manager", "migrate"]
    processes = [
        subprocess.Popen(migrate, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, outputs
