"""The workload: its services, its checks and the commands that the charm runs in it."""

from dataclasses import replace

import ops.pebble
import pytest
from ops import testing
from scenario.mocking import _MockPebbleClient

MIGRATE = ["user-manager", "migrate"]
SERVICES = {"web", "grpc", "sweep"}


def test_it_migrates_the_database_and_starts_the_services(unit):
    unit.ready()

    assert unit.commands == [MIGRATE]
    assert unit.running == SERVICES
    assert unit.status == "active: no relation profiles: approved accesses are not applied"


def test_each_service_runs_its_command(unit):
    unit.ready()

    assert {name: service.command for name, service in unit.plan.services.items()} == {
        "web": "user-manager serve",
        "grpc": "user-manager grpc",
        "sweep": "user-manager sweep --every 60",
    }


def test_the_checks_are_those_of_the_metrics_port_and_of_grpc(unit):
    unit.ready()

    checks = unit.plan.checks
    assert (checks["alive"].level.value, checks["alive"].http) == (
        "alive",
        {"url": "http://127.0.0.1:9090/livez"},
    )
    assert (checks["ready"].level.value, checks["ready"].http) == (
        "ready",
        {"url": "http://127.0.0.1:9090/readyz"},
    )
    assert checks["grpc"].tcp == {"port": 50051}


def test_a_service_that_fails_its_check_is_restarted(unit):
    unit.ready()

    assert unit.plan.services["web"].on_check_failure == {"alive": "restart"}
    assert unit.plan.services["grpc"].on_check_failure == {"grpc": "restart"}


def test_serve_and_grpc_have_metrics_ports_of_their_own(unit):
    unit.ready()

    ports = {
        name: unit.plan.services[name].environment["USER_MANAGER_METRICS_PORT"]
        for name in ("web", "grpc")
    }
    assert ports == {"web": "9090", "grpc": "9091"}


def test_the_service_of_the_application_has_the_ports(unit):
    unit.ready()

    assert {port.port for port in unit.state.opened_ports} == {8000, 50051, 9090, 9091}


def test_a_workload_that_runs_well_is_not_migrated_again(unit):
    unit.ready()
    unit.see("update_status")

    assert unit.commands == []


def test_a_changed_option_migrates_and_restarts(unit):
    unit.ready()
    unit.configure(four_eyes=True)
    unit.see("config_changed")

    assert unit.commands == [MIGRATE]
    assert unit.environment["USER_MANAGER_FOUR_EYES"] == "true"


def test_a_workload_that_is_not_ready_is_migrated_again(unit):
    unit.ready()
    unit.take_down("ready")
    unit.see("update_status")

    assert unit.commands == [MIGRATE]
    assert unit.status == "waiting: user-manager is not ready: check ready"


def test_a_unit_that_is_not_the_leader_migrates_too_because_it_may_be_upgraded_first(unit):
    unit.ready()
    unit.change(leader=False, containers={testing.Container("user-manager", can_connect=True)})
    unit.ready()

    assert unit.commands == [MIGRATE]
    assert unit.running == SERVICES


def test_requests_in_flight_have_time_to_finish(unit):
    unit.ready()

    assert {service.kill_delay for service in unit.plan.services.values()} == {"35s"}


def test_a_failed_migration_starts_nothing_and_shows_why(unit):
    unit.failing["migrate"] = "Traceback\nUSER_MANAGER_DATABASE_URL: is not a database\n"
    unit.ready()

    assert unit.running == set()
    assert unit.status == (
        "blocked: user-manager migrate: USER_MANAGER_DATABASE_URL: is not a database"
    )


def test_the_next_event_migrates_again(unit):
    unit.failing["migrate"] = "no route to the database"
    unit.ready()
    unit.failing.clear()
    unit.see("update_status")

    assert unit.running == SERVICES


def test_what_a_command_prints_is_shown_without_secrets(unit):
    unit.ready()
    key = unit.environment["USER_MANAGER_SECRET_KEY"]
    unit.configure(four_eyes=True)
    unit.failing["migrate"] = f"the key {key} is bad"
    unit.see("config_changed")

    assert unit.status == "blocked: user-manager migrate: the key … is bad"
    assert key not in str(unit.context.juju_log)


def test_a_container_that_does_not_answer_is_waited_for(unit):
    unit.change(containers={testing.Container("user-manager", can_connect=False)})
    unit.see("config_changed")

    assert unit.status == "waiting: waiting for Pebble in the container"


@pytest.mark.parametrize(
    "event", ["config_changed", "update_status", "leader_elected", "upgrade_charm"]
)
def test_any_event_starts_a_workload_that_does_not_run(unit, event):
    unit.see(event)

    assert unit.running == SERVICES


def test_nothing_happens_while_the_application_is_removed(unit):
    unit.change(planned_units=0)
    unit.see("config_changed")

    assert unit.running == set()


def test_a_check_that_recovers_is_a_reason_to_look(unit):
    unit.ready()
    unit.take_down("ready")
    unit.see("update_status")
    unit.recover("ready")

    assert unit.status.startswith("active: ")


# the secret key


def test_the_leader_makes_a_secret_key_and_keeps_it(unit):
    unit.ready()
    first = unit.environment["USER_MANAGER_SECRET_KEY"]
    unit.see("update_status")

    assert unit.secret("secret-key") == {"secret-key": first}
    assert unit.environment["USER_MANAGER_SECRET_KEY"] == first
    assert len(first) >= 50


def test_another_unit_waits_for_the_key_and_makes_none(unit):
    unit.change(leader=False)
    unit.ready()

    assert unit.status == "waiting: waiting for the leader to make the secret key"
    assert unit.secret("secret-key") == {}


def test_a_lost_key_is_made_again(unit):
    unit.ready()
    first = unit.environment["USER_MANAGER_SECRET_KEY"]
    unit.lose("secret-key")
    unit.see("update_status")

    assert unit.environment["USER_MANAGER_SECRET_KEY"] not in ("", first)


def test_no_log_has_the_key(unit):
    unit.ready()

    assert unit.environment["USER_MANAGER_SECRET_KEY"] not in str(unit.context.juju_log)


def test_services_that_take_long_to_restart_are_waited_for(unit, monkeypatch):
    def late(*_, **__):
        raise ops.pebble.TimeoutError("timed out")

    monkeypatch.setattr(_MockPebbleClient, "replan_services", late)
    unit.ready()

    assert unit.status == "waiting: waiting for Pebble in the container"


def test_pebble_that_fails_to_start_a_service_is_shown(unit, monkeypatch):
    def fail(*_, **__):
        change = ops.pebble.Change.from_dict(
            {
                "id": "1",
                "kind": "replan",
                "summary": "",
                "status": "Error",
                "ready": True,
                "spawn-time": "2026-01-01T12:00:00Z",
            }
        )
        raise ops.pebble.ChangeError("cannot start", change)

    monkeypatch.setattr(_MockPebbleClient, "replan_services", fail)
    unit.ready()

    assert unit.status == "blocked: user-manager does not start; see juju debug-log"


def test_a_new_pod_is_migrated(unit):
    unit.ready()
    (container,) = unit.state.containers
    unit.change(containers={replace(container, layers={}, service_statuses={}, check_infos=())})
    unit.ready()

    assert unit.commands == [MIGRATE]
    assert unit.running == SERVICES
