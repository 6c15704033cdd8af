"""The packed charm by event: real processes, real exit codes, and calls of hook tools."""

import json
import socket
from importlib.metadata import version

import pytest
from lightkube.resources.rbac_authorization_v1 import RoleBinding

from memory_api import MemoryApi, always, forbid, injury
from memory_api.kinds import ALL
from memory_api.loopback import serving
from packed import kubeconfigs
from packed.unit import Crashed, Unit

TEAMS = {"ml": {"ann": "edit", "bob": "view"}, "data": {"ann": "admin"}}


@pytest.fixture
def synced(unit: Unit, document):
    """A unit whose cluster matches its document."""
    unit.config["pmr"] = document(**TEAMS)
    unit.see("config-changed")
    return unit


def bound(api, namespace):
    """Who is bound in a namespace, but for its owner and the accounts of its programs."""
    subjects = (one["subjects"][0]["name"] for one in api.objects("RoleBinding", namespace))
    return sorted(
        name.partition("@")[0] for name in subjects if "@" in name and not name.startswith("olga")
    )


# hooks


def test_config_changed_makes_the_cluster_match_and_the_unit_active(unit, api, document):
    unit.config["pmr"] = document(**TEAMS)

    done = unit.see("config-changed")

    assert done.exit_code == 0
    assert done.status == done.app_status == "active: 2 profiles, 3 contributors"
    assert bound(api, "ml") == ["ann", "bob"]


def test_an_update_status_with_nothing_to_do_writes_nothing_and_says_the_same(synced, api):
    api.log.clear()

    done = synced.see("update-status")

    assert done.status == "active: 2 profiles, 3 contributors"
    assert api.log
    assert not api.writes


def test_an_update_status_with_nothing_to_do_asks_juju_nothing_twice(synced):
    done = synced.see("update-status")

    asked = [" ".join(call) for call in done.calls if call[0] != "status-set"]
    assert sorted(asked) == sorted(set(asked))
    assert len(done.of("status-set")) == 2


def test_an_update_status_corrects_what_was_edited_by_hand(synced, api):
    name = next(
        one["metadata"]["name"]
        for one in api.objects("RoleBinding", "ml")
        if "bob" in str(one["subjects"])
    )
    api.client().delete(RoleBinding, name, namespace="ml")

    done = synced.see("update-status")

    assert [line for line in done.logged if line.startswith("INFO")] == [
        "INFO 1 change, 1 write, 0 failed, 0 pending"
    ]
    assert bound(api, "ml") == ["ann", "bob"]


def test_a_unit_that_does_not_lead_stands_by_and_asks_the_cluster_nothing(unit, api, document):
    unit.leader = False
    unit.config["pmr"] = document(**TEAMS)

    done = unit.see("config-changed")

    assert done.status == "active: standing by; the leader applies the document"
    assert done.app_status == "unknown: "
    assert api.log == []


def test_a_new_leader_applies_the_document(unit, document):
    unit.config["pmr"] = document(**TEAMS)

    assert unit.see("leader-elected").status == "active: 2 profiles, 3 contributors"


def test_without_a_document_the_unit_is_blocked(unit):
    done = unit.see("install")

    assert done.status == "blocked: no document; juju config profiles-management pmr=@FILE"


def test_a_document_with_a_mistake_is_blocked_with_its_line(unit, api, document):
    unit.config["pmr"] = document(ml={"ann": "editor"})

    done = unit.see("config-changed")

    assert done.exit_code == 0
    assert done.status.startswith("blocked: pmr line 5: ")
    assert not api.writes


def test_dispatch_without_an_event_runs_nothing(unit, api, document):
    unit.config["pmr"] = document(**TEAMS)

    done = unit.start()

    assert done.exit_code == 0
    assert api.log == []
    assert done.of("status-set") == []


def test_a_crash_is_an_exit_code_and_a_traceback_in_the_log(unit):
    program = unit.folder / "src" / "charm.py"
    text = program.read_text().replace("import ops\n", "import ops\n\nassert not ops\n", 1)
    program.unlink()  # a link to the shared file
    program.write_text(text)

    with pytest.raises(Crashed, match="AssertionError") as crashed:
        unit.see("update-status")

    assert crashed.value.exit_code == 1


def test_the_charm_writes_nothing_into_its_folder_but_what_ops_remembers(synced):
    changed = {path.name for path in synced.folder.iterdir()} - {
        path.name for path in synced.charm.iterdir()
    }

    assert changed == {".unit-state.db"}


def test_events_find_the_byte_code_of_what_they_load(synced):
    synced.see("update-status")
    synced.act("plan")

    compiled = {path.relative_to(synced.folder) for path in synced.folder.rglob("*.pyc")}
    packed = {path.relative_to(synced.charm) for path in synced.charm.rglob("*.pyc")}

    assert {path for path in compiled - packed if path.parts[0] != "venv"} == set()
    assert len(compiled - packed) < 10  # what a package loads in the middle of a function


# actions


def test_plan_says_what_would_be_done_and_does_nothing(unit, api, document):
    unit.config["pmr"] = document(**TEAMS)

    done = unit.act("plan")

    assert done.failed == ""
    assert done.results["summary"] == "Plan: 5 to add (8 writes). 3 gain access."
    assert json.loads(done.results["changes"])
    assert not api.writes


def test_sync_now_does_it(unit, api, document):
    unit.config["pmr"] = document(**TEAMS)

    done = unit.act("sync-now")

    assert done.failed == ""
    assert done.results["summary"] == "2 profiles, 3 contributors"
    assert bound(api, "data") == ["ann"]


def test_the_brake_is_released_by_the_action_that_the_status_names(unit, api, document):
    unit.config["pmr"] = document(ml={f"user{number}": "edit" for number in range(8)})
    unit.see("config-changed")
    unit.config["pmr"] = document()

    stopped = unit.see("config-changed")
    released = unit.act("sync-now", allow_revocations=True)

    assert stopped.status == "blocked: would revoke 8 of 8; run sync-now allow-revocations=true"
    assert released.failed == ""
    assert bound(api, "ml") == []


def test_an_action_on_another_unit_than_the_leader_fails_with_the_reason(unit):
    unit.leader = False

    done = unit.act("sync-now")

    assert done.exit_code == 0
    assert (
        done.failed
        == "profiles-management/0 is not the leader; run it on profiles-management/leader"
    )


def test_an_action_with_a_bad_document_fails_and_lists_every_mistake(unit, document):
    unit.config["pmr"] = document(ml={"ann": "editor"}, data={"bob": "viewer"})

    done = unit.act("plan")

    assert done.failed.startswith("pmr line 5: ")
    assert len(json.loads(done.results["errors"])) == 2


# an API that fails


def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_a_cluster_that_does_not_answer_is_waited_for(charm, home, document):
    address = f"http://127.0.0.1:{closed_port()}"
    unit = Unit(home, charm, kubeconfigs.write(home / "kubeconfig", {"server": address}))
    unit.config |= {"pmr": document(**TEAMS), "request_timeout": 1}

    done = unit.see("update-status")

    assert done.exit_code == 0
    assert done.status.startswith("waiting: Kubernetes API unavailable: ")


def test_a_cluster_that_answers_with_errors_is_waited_for_and_the_next_event_goes_on(synced, api):
    synced.config["request_timeout"] = 1
    api.faults.append(always(injury("503")))
    away = synced.see("update-status")
    api.faults.clear()

    back = synced.see("update-status")

    assert away.status.startswith("waiting: Kubernetes API unavailable: ")
    assert back.status == "active: 2 profiles, 3 contributors"


def test_a_permission_that_is_missing_is_named(synced, api):
    api.faults.append(forbid("list", "profiles"))

    done = synced.see("update-status")

    assert (
        done.status
        == "blocked: not allowed to list profiles; run juju trust profiles-management --scope=cluster"
    )


def test_a_cluster_without_kubeflow_is_waited_for(charm, home, document):
    with serving(MemoryApi(kinds=[kind.name for kind in ALL if kind.name != "Profile"])) as address:
        unit = Unit(home, charm, kubeconfigs.write(home / "kubeconfig", {"server": address}))
        unit.config["pmr"] = document(**TEAMS)

        done = unit.see("update-status")

    assert done.status == "waiting: Profile CRD not found"


def test_without_credentials_the_unit_is_blocked(charm, home, document):
    unit = Unit(home, charm, {})
    unit.config["pmr"] = document(**TEAMS)

    done = unit.see("config-changed")

    assert done.exit_code == 0
    assert done.status.startswith("blocked: no credentials for the Kubernetes API")


def test_an_action_while_the_cluster_is_away_fails_with_the_reason(synced, api):
    synced.config["request_timeout"] = 1
    api.faults.append(always(injury("500")))

    assert synced.act("plan").failed.startswith("Kubernetes API unavailable: ")


# what it costs


@pytest.mark.parametrize("event", ["update-status", "config-changed"])
def test_an_event_with_nothing_to_do_logs_no_line_of_its_own(synced, event):
    done = synced.see(event)

    assert done.logged == [f"DEBUG ops {version('ops')} up and running."]


def test_the_log_does_not_grow_with_the_number_of_profiles(unit, document):
    unit.config["pmr"] = document(**{f"team-{number}": {"ann": "edit"} for number in range(40)})

    done = unit.see("config-changed")

    assert done.status == "active: 40 profiles, 40 contributors"
    assert [line for line in done.logged if not line.startswith("DEBUG")] == [
        "INFO 80 changes, 120 writes, 0 failed, 0 pending"
    ]


def test_no_name_of_a_person_goes_to_the_log_or_the_status(synced):
    done = synced.see("update-status")

    assert "@" not in json.dumps([done.of("juju-log"), done.of("status-set"), done.stderr])
