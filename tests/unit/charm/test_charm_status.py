"""The output of `juju status` after each event."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ops import ActiveStatus, BlockedStatus, StatusBase, UnknownStatus, WaitingStatus, testing

from charm import ProfilesManagementCharm
from memory_api import MemoryApi, always, fail_nth_write, forbid, injury
from memory_api.controller import CHARMED_PRINCIPALS, ProfileController
from profiles_charm.run import Run
from profiles_charm.status import statuses_of
from profiles_charm.status_text import LONGEST, short
from profiles_management import ClusterError, DocumentError, Problem
from profiles_management.pmr import ProfilesManagementRepresentation
from profiles_management.pmr.problems import GitError, Where
from profiles_management.sources import Gathered, NothingToRead
from readings import reading
from scenarios.foreign import binding, person, put

EVENTS = (
    "install",
    "upgrade_charm",
    "config_changed",
    "secret_changed",
    "leader_elected",
    "update_status",
    "service_mesh_relation_changed",
    "service_mesh_relation_broken",
)
OF_RELATIONS = ("profiles_relation_changed", "profiles_relation_broken")
STANDING_BY = ActiveStatus("standing by; the leader applies the document")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SINCE = "since 2026-01-01 12:00 UTC"
TRUST = "run juju trust profiles-management --scope=cluster"
KINDS = {
    "Namespace",
    "Profile",
    "RoleBinding",
    "AuthorizationPolicy",
    "ResourceQuota",
    "LimitRange",
    "ClusterRole",
}
SLIP = """\
profiles:
- name: ml
  owner:
    kind: User
    name: admin@canonical.com
  resources:
    hard:
      limits.cpu = "1"
"""


@pytest.fixture
def good(document):
    return document(ml=2, data=1)


# How the world is, by name: what the cluster is like, the options, and the status of a leader.


def unmanaged_access(deploy, api, good):
    world, _ = good_document(deploy, api, good)
    world.see()
    put(api, *(binding(f"x{number}", person("user0@example.com")) for number in range(3)))
    return world, ActiveStatus("2 profiles, 3 contributors; unmanaged access in 1 profile")


def no_document(deploy, api, good):
    return deploy(api), BlockedStatus("no document; juju config profiles-management pmr=@FILE")


def blank_document(deploy, api, good):
    world = deploy(api)
    world.configure(pmr=" \n")
    return world, BlockedStatus("no document; juju config profiles-management pmr=@FILE")


def good_document(deploy, api, good):
    world = deploy(api)
    world.configure(pmr=good)
    return world, ActiveStatus("2 profiles, 3 contributors")


def empty_document(deploy, api, good):
    world = deploy(api)
    world.configure(pmr="profiles: []")
    return world, ActiveStatus("0 profiles, 0 contributors")


def bad_document(deploy, api, good):
    world = deploy(api)
    world.configure(pmr=SLIP)
    return world, BlockedStatus(
        f'pmr line 8: "hard" must be a mapping, this is text; frozen {SINCE}'
    )


def protected_name(deploy, api, good):
    world = deploy(api)
    world.configure(pmr=good, protected_namespaces="data, other")
    return world, BlockedStatus(
        f'pmr line 5: the namespace "data" is protected by a setting; frozen {SINCE}'
    )


def wrong_option(deploy, api, good):
    world = deploy(api)
    world.configure(pmr=good, distribution="upstram")
    return world, BlockedStatus('option distribution is "upstram". Write upstream or charmed')


def api_away(deploy, api, good):
    api.faults.append(always(injury("reset_before")))
    world = deploy(api)
    world.configure(pmr=good)
    reason = "list profiles: connection reset before the server acted"
    return world, WaitingStatus(f"Kubernetes API unavailable: {reason}")


def api_unavailable(deploy, api, good):
    api.faults.append(always(injury("503")))
    world = deploy(api)
    world.configure(pmr=good)
    return world, WaitingStatus(
        "Kubernetes API unavailable: list profiles: 503 no healthy upstream"
    )


def no_profile_crd(deploy, api, good):
    world = deploy(MemoryApi(kinds=KINDS - {"Profile"}))
    world.configure(pmr=good)
    return world, WaitingStatus("Profile CRD not found")


def no_istio_crd(deploy, api, good):
    world = deploy(MemoryApi(kinds=KINDS - {"AuthorizationPolicy"}))
    world.configure(pmr=good)
    return world, WaitingStatus("AuthorizationPolicy CRD not found")


def not_trusted(deploy, api, good):
    api.faults.append(forbid("*", "*"))
    world = deploy(api)
    world.configure(pmr=good)
    return world, BlockedStatus(f"not allowed to list profiles; {TRUST}")


def one_list_forbidden(deploy, api, good):
    api.faults.append(forbid("list", "limitranges"))
    world = deploy(api)
    world.configure(pmr=good)
    return world, BlockedStatus(f"not allowed to list limitranges; {TRUST}")


def conflicting(deploy, api, good):
    world = deploy(api)
    world.configure(pmr=good, relation_trust="full")
    world.publish("teams", "profiles:\n- name: ml\n  owner: {kind: User, name: root@example.com}\n")
    said = "1 of 2 profiles refused: ml is defined by config and by relation:profiles:teams"
    return world, BlockedStatus(said)


def brake(deploy, api, good):
    world = deploy(api)
    world.configure(pmr=good.replace("contributors: [", f"contributors: [{crowd(10)}, "))
    world.see()
    world.configure(pmr=good)
    # ten more in each of the two profiles, which the document does not name any longer
    return world, BlockedStatus("would revoke 20 of 23; run sync-now allow-revocations=true")


def still_pending(deploy, api, good):
    world = deploy(MemoryApi(objects=api.objects("ClusterRole")))
    world.configure(pmr=good)
    return world, ActiveStatus("2 profiles, 3 contributors; 2 pending")


def refused(deploy, api, good):
    api.put(namespace("ml", owner="boss@example.com"))
    world = deploy(api)
    world.configure(pmr=good)
    return world, BlockedStatus("1 of 2 profiles refused: namespace ml belongs to somebody else")


def write_fails(deploy, api, good):
    api.faults.append(
        always(injury("422"), lambda request: request.writes and request.namespace == "ml")
    )
    world = deploy(api)
    world.configure(pmr=good)
    reason = "create rolebindings: 422"
    return world, BlockedStatus(f"1 profile failed: ml: {reason}")


def role_missing(deploy, api, good):
    api.remove("ClusterRole", None, "kubeflow-edit")
    world = deploy(api)
    world.configure(pmr=good)
    warning = "1 warning: ClusterRole kubeflow-edit does not exist"
    return world, ActiveStatus(f"2 profiles, 3 contributors; {warning}")


def document_warned(deploy, api, good):
    world = deploy(api)
    world.configure(pmr=SLIP.replace('limits.cpu = "1"', "limits.memory: 512m"))
    warning = "1 warning: pmr line 8: limits.memory is 512m, which is in thousandths of a byte"
    return world, ActiveStatus(f"1 profile, 0 contributors; {warning}")


WORLDS = (
    no_document, blank_document, good_document, empty_document, bad_document, protected_name, wrong_option, api_away,
    api_unavailable, conflicting, no_profile_crd, no_istio_crd, not_trusted, one_list_forbidden, brake, still_pending,
    refused, write_fails, role_missing, document_warned,
    unmanaged_access,
)  # fmt: skip


def crowd(number: int) -> str:
    return ", ".join(f"{{name: more{index}@example.com, role: view}}" for index in range(number))


def namespace(name: str, owner: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "annotations": {"owner": owner}},
    }


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("made", WORLDS, ids=lambda made: made.__name__)
def test_the_leader_says_how_it_went(event, made, deploy, api, good):
    world, expected = made(deploy, api, good)

    state = world.see(event)

    assert (state.unit_status, state.app_status) == (expected, expected)
    assert len(expected.message) <= LONGEST


@pytest.mark.parametrize("event", OF_RELATIONS)
@pytest.mark.parametrize(
    "made",
    [one for one in WORLDS if one not in (no_document, blank_document)],
    ids=lambda made: made.__name__,
)
def test_so_it_does_when_a_relation_changes_that_names_no_profile(event, made, deploy, api, good):
    world, expected = made(deploy, api, good)

    state = world.see(event)

    assert (state.unit_status, state.app_status) == (expected, expected)


@pytest.mark.parametrize(
    "event", [event for event in (*EVENTS, *OF_RELATIONS) if event != "leader_elected"]
)
@pytest.mark.parametrize("made", WORLDS, ids=lambda made: made.__name__)
def test_another_unit_stands_by_and_sends_nothing(event, made, deploy, api, good):
    world, _ = made(deploy, api, good)
    world.state = replace(world.state, leader=False, app_status=UnknownStatus())
    world.api.log.clear()

    state = world.see(event)

    assert (state.unit_status, state.app_status) == (STANDING_BY, UnknownStatus())
    assert world.api.log == []


def test_gateways_that_differ_from_the_owners_are_named_whole(deploy, api, good):
    world = deploy(api)
    ours = "cluster.local/ns/x/sa/gateway"
    world.configure(pmr=good, principals=ours)
    world.see()

    state = world.see()

    assert state.unit_status == ActiveStatus(
        f"2 profiles, 3 contributors; 1 warning: AuthorizationPolicies of 3 contributors name {ours}; "
        f"the owner's in data names {', '.join(CHARMED_PRINCIPALS)}: set principals"
    )


def test_a_wrong_option_sends_nothing(deploy, api, good):
    world, _ = wrong_option(deploy, api, good)

    world.see()

    assert world.api.log == []


@pytest.mark.parametrize("made", [no_document, blank_document, bad_document, protected_name])
def test_without_a_document_that_can_be_used_nothing_is_written(made, deploy, api, good):
    world, _ = made(deploy, api, good)

    world.see()

    assert world.api.writes == []


@pytest.mark.parametrize(
    "made", [api_away, api_unavailable, not_trusted, one_list_forbidden, refused, write_fails]
)
def test_the_next_event_tries_again(made, deploy, api, good):
    world, _ = made(deploy, api, good)
    world.see()
    api.faults.clear()
    if made is refused:
        api.remove("Namespace", None, "ml")

    assert world.see().unit_status == ActiveStatus("2 profiles, 3 contributors")


def test_what_was_pending_is_finished_by_the_next_event(deploy, api, good):
    world, _ = still_pending(deploy, api, good)
    world.see()

    ProfileController(world.api, principals=CHARMED_PRINCIPALS).resync()

    assert world.see().unit_status == ActiveStatus("2 profiles, 3 contributors")


def test_a_revocation_that_is_pending_is_not_active(deploy, api, good, document):
    world = deploy(api)
    world.configure(pmr=document(ml=3))
    world.see()
    api.faults.append(
        always(
            injury("409"), lambda request: request.method == "DELETE" and "user2" in request.name
        )
    )
    world.configure(pmr=document(ml=2))

    assert world.see().unit_status == WaitingStatus(
        "1 revocation pending in ml; the next event tries again"
    )
    api.faults.clear()
    assert world.see().unit_status == ActiveStatus("1 profile, 2 contributors")


def test_waiting_for_others_takes_no_longer_than_the_deadline(deploy, api, good, ticks):
    world, _ = still_pending(deploy, api, good)
    world.configure(pmr=good, deadline=7)

    world.see()

    assert 5 < ticks.slept <= 7


def test_a_profile_that_fails_does_not_stop_another(deploy, api, good):
    world, _ = write_fails(deploy, api, good)

    world.see()

    assert api.get("RoleBinding", "data", "user-user0-example-com-clusterrole-edit")


def test_a_contributor_whose_time_is_up_is_not_counted(world, document):
    world.configure(pmr=document(ml=2).replace("role: edit}]", "role: edit, until: 2025-12-31}]"))

    assert world.see().unit_status == ActiveStatus("1 profile, 1 contributor")


def test_a_run_that_died_is_finished_by_the_next_event(world, api, good):
    api.faults.append(fail_nth_write(3, "422"))
    world.configure(pmr=good)
    first = world.see().unit_status

    second = world.see().unit_status

    assert isinstance(first, BlockedStatus)
    assert second == ActiveStatus("2 profiles, 3 contributors")


@pytest.mark.parametrize(
    "status", [BlockedStatus("pmr line 8: wrong"), WaitingStatus("Kubernetes API unavailable")]
)
@pytest.mark.parametrize("event", ["start", "stop", "remove"])
def test_an_event_that_does_not_look_leaves_the_last_word(
    event: str, status: StatusBase, world, good
):
    world.configure(pmr=good)
    world.state = replace(world.state, unit_status=status, app_status=status)

    state = world.see(event)

    assert (state.unit_status, state.app_status) == (status, status)
    assert world.api.log == []


def test_who_is_no_longer_leader_says_so_at_the_next_event(world, good):
    world.configure(pmr=good)
    world.see()
    world.state = replace(world.state, leader=False)

    assert world.see().unit_status == STANDING_BY


@pytest.mark.parametrize("path", ["none", "."])
def test_a_pod_without_credentials_says_so(
    path: str, monkeypatch: pytest.MonkeyPatch, tmp_path, good
):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / path))
    context = testing.Context(ProfilesManagementCharm)

    state = context.run(
        context.on.update_status(), testing.State(leader=True, config={"pmr": good})
    )

    assert isinstance(state.unit_status, BlockedStatus)
    assert state.unit_status.message.startswith("no credentials for the Kubernetes API")


@pytest.mark.parametrize("errors", [1, 4])
def test_a_document_with_more_errors_says_how_many(errors: int, world):
    world.configure(
        pmr="profiles:\n"
        + "- name: ml\n  owner: {kind: User, name: a@b.c}\n  colour: red\n" * errors
    )

    message = world.see().unit_status.message

    assert message.startswith('pmr line 4: unknown key "colour"')
    assert ("; 6 more;" in message) == (errors > 1)


def test_a_long_status_is_cut(document):
    assert short("x" * 500) == "x" * (LONGEST - 1) + "…"


def test_a_status_is_one_line():
    assert short("one\n  two.\n") == "one two"


def test_a_status_does_not_steer_a_terminal():
    assert short("key \x1b[31m") == "key \\x1b[31m"


def test_the_app_is_named_as_it_was_deployed(deploy, api, good):
    api.faults.append(forbid("*", "*"))
    world = deploy(api, app_name="access")
    world.configure(pmr=good)

    message = world.see().unit_status.message

    assert message == "not allowed to list profiles; run juju trust access --scope=cluster"


def test_a_long_url_leaves_the_reason_of_a_repository_whole():
    reason = "the server does not accept the user and token. Check both, and whether the token has expired"
    error = GitError(f"{reason}.", address=f"https://git.example.com/{'teams/' * 40}profiles.git")

    status = frozen_by(reading("git", error))

    assert status.startswith(f"git: {reason}; frozen since ")


def test_a_url_that_fits_comes_after_the_reason():
    error = GitError(
        "there is no host git.example.com.", address="https://git.example.com/profiles.git"
    )

    assert frozen_by(reading("git", error)).startswith(
        "git: there is no host git.example.com (https://git.exa"
    )


def test_a_long_path_leaves_the_reason_of_a_document_whole():
    file = f"{'folder/' * 40}teams.yaml@1a2b3c4d"
    what = 'unknown key "colour"'
    error = DocumentError(
        [Problem("unknown-key", what, Where(file, 14), "remove it", nameless=what)]
    )

    status = frozen_by(reading("git", error))

    assert 'teams.yaml@1a2b3c4d line 14: unknown key "colour"; frozen since ' in status
    assert len(status) <= LONGEST


def test_a_long_application_leaves_the_reason_whole():
    read = reading(
        f"relation:profiles:{'x' * 200}",
        NothingToRead("nothing is published yet", passing=True),
        label=f"relation profiles of {'x' * 200}",
    )

    assert ": nothing is published yet; frozen since " in frozen_by(read)


@pytest.mark.parametrize(
    "name", ["", "portal", "relation", "relation:profiles", "a:b:c:d", "\x1b[31m", "x" * 3000]
)
def test_a_source_with_an_unknown_name_has_a_status(name):
    status = frozen_by(reading(name, NothingToRead("it is away")))

    assert "it is away; frozen since" in status
    assert status.isprintable()


def frozen_by(read):
    """The status of a run in which this source cannot be read."""
    gathered = Gathered(ProfilesManagementRepresentation(), (read,))
    run = Run(outcome=ClusterError("away"), now=NOON, gathered=gathered, since={read.name: NOON})
    return next(iter(statuses_of(run, "profiles-management"))).message


def test_standalone_mode_where_kubeflow_is_blocks_until_it_is_allowed_and_goes_on_where_it_has_begun(
    deploy, api, good
):
    world = deploy(api)
    world.configure(pmr=good, standalone=True)

    assert world.see().unit_status.message.startswith(
        "standalone is for a cluster without Kubeflow, and this cluster"
    )
    assert world.api.writes == []

    world.configure(pmr=good, standalone=True, allow_kubeflow=True)
    assert isinstance(world.see().unit_status, ActiveStatus)
    world.configure(pmr=good, standalone=True)
    assert isinstance(world.see().unit_status, ActiveStatus)
