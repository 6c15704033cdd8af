"""Which database the portal uses, and that another one never takes access away unseen."""

import stat
from urllib.parse import urlencode

import ops.pebble
import pytest
from ops import testing
from portal_stand_in import EMPTY, pmr
from scenario.mocking import _MockPebbleClient
from user_manager_unit import postgresql

URL = (
    "postgresql://portal:s3cr%2Ft@postgresql-k8s-primary.kubeflow.svc.cluster.local:5432"
    "/user_manager"
)
CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
CA_FILE = "/var/lib/user-manager/postgresql-ca.pem"
SERVICES = {"web", "grpc", "sweep"}


def database(unit):
    return unit.environment.get("USER_MANAGER_DATABASE_URL", "")


@pytest.fixture
def published(unit):
    """A unit that published accesses from SQLite."""
    unit.portal.document = pmr("ml")
    unit.ready()
    unit.created("profiles")
    return unit


@pytest.fixture
def on_postgresql(unit):
    """A unit that published accesses from PostgreSQL."""
    unit.portal.document = pmr("ml")
    postgresql(unit)
    unit.ready()
    unit.created("profiles")
    return unit


def test_one_unit_uses_sqlite_in_its_storage(unit):
    unit.ready()

    assert database(unit) == ""
    assert unit.environment["USER_MANAGER_DATA_DIR"] == "/var/lib/user-manager"


def test_a_related_postgresql_is_used(unit):
    postgresql(unit)

    assert database(unit) == URL
    assert unit.running == SERVICES


def test_the_database_is_asked_for_by_name(unit):
    postgresql(unit)

    assert "user_manager" in unit.relation("database").local_app_data["requests"]


def test_a_postgresql_that_has_not_answered_is_waited_for(unit):
    unit.created("database")

    assert unit.status == "waiting: waiting for the relation database"
    assert unit.running == set()


def test_a_postgresql_with_tls_is_reached_by_tls(unit):
    postgresql(unit, tls=True)

    assert database(unit) == f"{URL}?sslmode=require"


def test_a_certificate_of_postgresql_has_to_be_of_the_authority_that_it_publishes(unit):
    postgresql(unit, tls=True, tls_ca=CA)

    path = unit.path(CA_FILE)
    assert database(unit) == f"{URL}?{urlencode({'sslmode': 'verify-ca', 'sslrootcert': CA_FILE})}"
    assert path.read_text() == CA
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_another_authority_replaces_the_last(unit):
    postgresql(unit, tls=True, tls_ca="old")
    unit.unrelate("database")
    postgresql(unit, tls=True, tls_ca=CA)

    assert unit.path(CA_FILE).read_text() == CA


def test_an_authority_that_cannot_be_written_blocks(unit, monkeypatch):
    def full(*_, **__):
        raise ops.pebble.PathError("generic-file-error", "no space left on device")

    monkeypatch.setattr(_MockPebbleClient, "push", full)
    postgresql(unit, tls=True, tls_ca=CA)

    assert unit.running == set()
    assert unit.status == "blocked: a file in the container cannot be written: generic-file-error"


def test_an_authority_that_is_no_text_does_not_stop_the_charm(unit):
    postgresql(unit, tls=True, tls_ca="\ud800")

    assert unit.path(CA_FILE).read_text() == "?"


def test_an_authority_without_tls_is_not_used(unit):
    postgresql(unit, tls=False, tls_ca=CA)

    assert database(unit) == URL


def test_no_log_and_no_status_has_the_password(unit):
    unit.failing["migrate"] = f"cannot connect to {URL} with s3cr/t"
    postgresql(unit)

    assert unit.status == "blocked: user-manager migrate: cannot connect to … with …"
    assert "s3cr" not in str(unit.context.juju_log)


def test_new_credentials_are_used(unit):
    postgresql(unit)
    unit.unrelate("database")
    postgresql(unit, username="other")

    assert database(unit).startswith("postgresql://other:")


# more than one unit


def test_more_than_one_unit_without_postgresql_is_blocked_with_what_to_do(unit):
    unit.ready()
    unit.change(planned_units=3)
    unit.see("config_changed")

    assert unit.status == (
        "blocked: 3 units need PostgreSQL: integrate user-manager:database with PostgreSQL, "
        "or juju scale-application user-manager 1"
    )
    assert unit.running == set()


def test_it_goes_on_with_one_unit_again(unit):
    unit.ready()
    unit.change(planned_units=3)
    unit.see("config_changed")
    unit.change(planned_units=1)
    unit.see("config_changed")

    assert unit.running == SERVICES


def test_many_units_with_postgresql_run(unit):
    unit.change(planned_units=3)
    postgresql(unit)

    assert unit.running == SERVICES


# another database than that of the published accesses


def test_nothing_is_recorded_until_an_access_is_published(unit):
    unit.ready()
    unit.created("profiles")

    assert unit.published == EMPTY
    assert unit.record == ""


def test_the_database_of_the_published_accesses_is_recorded(published):
    assert published.record == "sqlite"


def test_postgresql_that_is_related_later_waits_for_the_administrator(published):
    postgresql(published)

    assert database(published) == ""
    assert published.running == SERVICES
    assert published.status == (
        "blocked: the published accesses are in SQLite; move them, then run use-database"
    )
    assert published.published == pmr("ml")


def test_the_action_uses_it(published):
    postgresql(published)
    published.act("use-database", confirm=True)

    assert database(published) == URL
    assert published.record == "postgresql"


def test_the_action_needs_to_be_confirmed(published):
    postgresql(published)

    with pytest.raises(testing.ActionFailed, match="confirm=true"):
        published.act("use-database")
    assert published.record == "sqlite"


def test_the_action_is_for_the_leader(published):
    published.change(leader=False)

    with pytest.raises(testing.ActionFailed, match="is not the leader"):
        published.act("use-database", confirm=True)


def test_a_database_that_is_gone_stops_the_portal_and_changes_nothing_in_the_cluster(
    on_postgresql,
):
    on_postgresql.portal.document = EMPTY
    on_postgresql.unrelate("database")
    on_postgresql.see("update_status")

    assert on_postgresql.running == set()
    assert on_postgresql.published == pmr("ml")
    assert on_postgresql.status == (
        "blocked: relation database is gone, which has the published accesses; "
        "integrate it again, or run use-database"
    )


def test_the_action_goes_back_to_sqlite(on_postgresql):
    on_postgresql.unrelate("database")
    on_postgresql.act("use-database", confirm=True)

    assert database(on_postgresql) == ""
    assert on_postgresql.record == "sqlite"


def test_a_database_whose_accesses_all_ended_may_be_replaced(on_postgresql):
    on_postgresql.portal.document = EMPTY
    on_postgresql.see("update_status")
    on_postgresql.unrelate("database")

    assert on_postgresql.record == ""
    assert on_postgresql.running == SERVICES


# a database that answers anything


@pytest.mark.parametrize(
    "databag",
    [
        {"endpoints": "db:5432"},
        {"endpoints": "db:5432", "secret-user": "secret:00000000000000000000"},
        {"secret-user": "no secret"},
    ],
)
def test_half_an_answer_is_waited_for(unit, databag):
    unit.created("database")
    relation = unit.relate("database", "postgresql-k8s", **databag)
    assert relation.remote_app_data == databag
    unit.see("update_status")

    assert unit.status == "waiting: waiting for the relation database"
