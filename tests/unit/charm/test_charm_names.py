"""Names of people and secrets leave the charm in action results only, checked by marked names."""

import json
import logging
import subprocess
import sys
import threading
import warnings

import pytest
from collector import Collector
from ops import testing
from ops.log import JujuLogHandler
from portal_world import as_source, as_target
from puhuri.exports import ADMIN, MANAGER, MEMBER, project

from memory_api import always, forbid, injury
from profiles_charm import juju_log
from scenarios.foreign import binding, person, put

NAME, SECRET = "zq9@example.com", "zq9-s3cr3t"
MARK = "zq9"


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


@pytest.fixture
def watched(world, collector):
    """The charm with a collector for its telemetry, and Events with counts."""
    offer = {
        "protocol": "http",
        "endpoint": collector.url,
        "telemetries": ["logs", "metrics", "traces"],
    }
    world._swap(
        None, testing.Relation("send-otlp", remote_app_data={"endpoints": json.dumps([offer])})
    )
    return world


@pytest.fixture
def shown(watched, api, collector):
    """Return all output of the charm so far, by channel."""

    def paths():
        own = [one for one in watched.state.relations if isinstance(one, testing.Relation)]
        return {
            "unit status": watched.state.unit_status.message,
            "app status": watched.state.app_status.message,
            "juju-log": "\n".join(watched.logged),
            "telemetry": json.dumps(collector.got),
            "Events": json.dumps(api.objects("Event")),
            "databags": json.dumps(
                [[dict(one.local_app_data), dict(one.local_unit_data)] for one in own]
            ),
        }

    return paths


def leaks(paths):
    return {path: text for path, text in paths.items() if MARK in text}


def profile(name, *people, owner=NAME, more=""):
    listed = ", ".join(f"{{name: {who}, role: edit}}" for who in people)
    return f"- name: {name}\n  owner: {{kind: User, name: {owner}}}\n  contributors: [{listed}]\n{more}"


GOOD = f"profiles:\n{profile('ml', 'zq9-ann@example.com', 'zq9-bob@example.com')}"


def nothing(api):
    pass


def foreign_namespace(api):
    metadata = {"name": "ml", "annotations": {"owner": "zq9-eve@example.com"}}
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def foreign_profile(api):
    head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": "ml"}}
    api.call(
        "POST",
        api.path("Profile"),
        {**head, "spec": {"owner": {"kind": "User", "name": "zq9-eve@example.com"}}},
    )


def refused(status):
    def arrange(api):
        api.faults.append(
            always(injury(status), lambda request: request.writes and request.namespace == "ml")
        )

    arrange.__name__ = f"writes answered by {status}"
    return arrange


def forbidden(api):
    api.faults.append(forbid("create", "rolebindings", user=MARK))


CLUSTERS = [
    nothing,
    foreign_namespace,
    foreign_profile,
    forbidden,
    *(refused(code) for code in ("409", "422", "500")),
]
ODD = [
    GOOD.replace("zq9-bob@", "zq9-bob;@"),
    GOOD.replace("zq9-bob@example.com", "zq9-ann@example.com"),
    GOOD.replace("role: edit", "role: zq9-role@example.com"),
    GOOD.replace("contributors: [", "contributors: {zq9@example.com: edit} #"),
    GOOD.replace("contributors:", "zq9@example.com:"),
    GOOD.replace("]", ""),
    GOOD.replace("zq9-bob@example.com", "ZQ9-ann@example.com").replace("ZQ9", "Zq9"),
    GOOD.replace("zq9-bob@example.com", NAME),
    f"{GOOD}- {NAME}\n",
    GOOD.replace("profiles:", "defaults: {labels: {team: zq9 x}}\nprofiles:"),
]


@pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda one: one.__name__)
def test_no_state_of_the_cluster_is_shown_with_a_name(watched, api, shown, cluster):
    cluster(api)
    watched.configure(pmr=GOOD, events="counts", brake_minimum=100)

    for _ in range(2):
        watched.see("config_changed")
        assert leaks(shown()) == {}
    watched.configure(pmr=GOOD.replace("zq9-bob", "zq9-cleo"), events="counts", brake_minimum=100)
    watched.see("config_changed")
    assert leaks(shown()) == {}


def test_access_by_objects_that_are_not_managed_is_counted(watched, api, shown):
    watched.configure(pmr=GOOD, events="counts")
    watched.see("config_changed")
    put(api, *(binding(f"x{number}", person("zq9-ann@example.com")) for number in range(3)))
    put(
        api,
        binding(
            "namespaceAdmin2", person("zq9-who@example.com"), notes={"user": "zq9-who@example.com"}
        ),
    )

    watched.see()

    assert "unmanaged access in 1 profile" in shown()["unit status"]
    assert leaks(shown()) == {}


def test_an_owners_binding_with_another_person_is_shown_without_their_name(watched, api, shown):
    watched.configure(pmr=GOOD, events="counts")
    watched.see("config_changed")
    bound = api.get("RoleBinding", "ml", "namespaceAdmin")
    bound["subjects"].append(person("zq9-eve@example.com"))
    api.put(bound)

    watched.see()

    assert leaks(shown()) == {}


@pytest.mark.parametrize("document", ODD)
def test_no_mistake_in_a_document_is_shown_with_a_name(watched, shown, document):
    watched.configure(pmr=document, events="counts")
    watched.see("config_changed")

    assert leaks(shown()) == {}


@pytest.mark.parametrize("document", ODD)
def test_mistakes_of_a_relation_are_answered_to_it_only(watched, shown, document):
    watched.configure(pmr="profiles: []", events="counts")

    # as another library may publish it: ours refuses some of these
    watched.publish("teams", version="1", revision="0" * 16, encoding="text", document=document)

    found = leaks(shown())
    assert found.keys() <= {"databags"}  # where its own text is repeated to it


def test_a_charm_that_wants_a_profile_of_somebody_does_not_learn_whose_it_is(watched, api, shown):
    foreign_profile(api)
    watched.configure(events="counts")

    watched.publish("teams", f"profiles:\n{profile('ml', owner='other@example.com')}")

    assert "does not record which source made it" in watched.answer("teams").failed["ml"]
    assert leaks(shown()) == {}


def test_a_charm_that_adds_does_not_learn_who_is_there(watched, shown):
    watched.configure(pmr=GOOD + "  open: true\n", events="counts")

    watched.publish(
        "teams", "profiles: [{name: ml, contributors: [{name: new@example.com, role: admin}]}]"
    )
    watched.publish(
        "groups", "profiles: [{name: ml, contributors: [{name: other@example.com, role: view}]}]"
    )

    assert leaks(shown()) == {}


def test_the_brake_names_nobody(watched, shown):
    people = [f"zq9-{number}@example.com" for number in range(20)]
    watched.configure(pmr=f"profiles:\n{profile('ml', *people)}", events="counts")
    watched.see("config_changed")
    watched.configure(pmr=f"profiles:\n{profile('ml')}", events="counts")

    watched.see("config_changed")

    assert shown()["unit status"].startswith("would revoke 20 of 20")
    assert leaks(shown()) == {}


def test_a_failed_action_names_nobody_in_its_reason_and_everybody_in_its_answer(watched, api):
    foreign_namespace(api)
    watched.configure(pmr=GOOD)

    reason = watched.fail("sync-now")

    assert MARK not in reason
    assert "zq9-eve@example.com" in str(watched.results()["errors"])


# secrets


@pytest.mark.parametrize(
    "url",
    [
        "http://ann:zq9-s3cr3t@127.0.0.1:1",
        "http://127.0.0.1:1/zq9-s3cr3t",
        "https://127.0.0.1:1/?key=zq9-s3cr3t",
    ],
)
def test_the_url_of_a_collector_is_in_no_message(world, document, url):
    offer = {"protocol": "http", "endpoint": url, "telemetries": ["logs"]}
    world._swap(
        None, testing.Relation("send-otlp", remote_app_data={"endpoints": json.dumps([offer])})
    )
    world.configure(pmr=document(ml=1))
    logging.getLogger().setLevel(logging.DEBUG)

    world.see("config_changed")

    assert any(
        line.startswith("WARNING telemetry was not sent: ConnectError") for line in world.logged
    )
    assert MARK not in "\n".join(world.logged)


@pytest.mark.parametrize(
    "option", ["unlisted", "instance", "userid_header", "principals", "roles", "waypoint"]
)
def test_a_secret_in_the_wrong_option_is_in_no_message(watched, shown, option):
    watched.configure(**{option: "ghp_zq9zq9zq9zq9zq9zq9zq9zq9zq9zq9zq9 x=y/"})

    watched.see("config_changed")

    assert watched.state.unit_status.name == "blocked"
    assert leaks(shown()) == {}


# juju-log, at every level


@pytest.fixture
def handler(monkeypatch):
    """juju-log as ops sets it up; returns the logged line of a record."""

    class Backend:
        def juju_log(self, level, message):
            lines.append(f"{level} {message}")

    lines = []
    made = JujuLogHandler(Backend())
    logging.getLogger().addHandler(made)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    level = logging.getLogger().level
    juju_log.guard()
    logging.getLogger().setLevel(logging.DEBUG)
    yield lines
    logging.getLogger().removeHandler(made)
    logging.getLogger().setLevel(level)


@pytest.mark.parametrize(
    "level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL]
)
@pytest.mark.parametrize(
    "name", ["httpx2", "httpcore2.http11", "lightkube", "lightkube.core", "asyncio", "yaml", ""]
)
def test_a_message_of_a_library_is_logged_as_its_place(handler, name, level):
    logger = logging.getLogger(name)
    before, logger.level = logger.level, logging.DEBUG
    logger.log(level, "request of %s to https://%s@host", NAME, SECRET, exc_info=ValueError(NAME))
    logger.level = before

    assert len(handler) == 1
    assert f"logged a message in {__name__.rpartition('.')[2]}, line" in handler[0]
    assert MARK not in "\n".join(handler)


def test_our_own_lines_and_those_of_ops_are_whole(handler):
    for name in ("charm", "profiles_charm.telemetry", "ops.model", "__main__"):
        logging.getLogger(name).warning("sent by %s", "us")

    assert handler == ["WARNING sent by us"] * 4


def test_an_error_that_is_logged_is_its_type_and_place(handler):
    def fail():
        try:
            {}[NAME]
        except KeyError as error:
            error.add_note(NAME)
            raise RuntimeError(SECRET) from error

    try:
        fail()
    except RuntimeError:
        logging.getLogger("charm").exception("something is wrong")

    (line,) = handler
    assert MARK not in line
    assert "KeyError" in line
    assert "RuntimeError" in line
    assert "in fail" in line


def test_a_warning_of_python_is_its_place(handler):
    warnings.showwarning(f"{NAME} is deprecated", DeprecationWarning, "x.py", 7)

    assert handler == ["WARNING DeprecationWarning in x.py, line 7"]


def test_errors_that_form_a_ring_end(handler):
    first, second = ValueError(NAME), ValueError(NAME)
    first.__cause__, second.__cause__ = second, first

    assert MARK not in juju_log.trace(first)


_BUG = """
import sys
from ops.log import setup_root_logging
sys.path[:0] = {path}
from profiles_charm import juju_log
class Backend:
    class _juju_context: model_uuid, unit_name = "m", "u/0"
    def juju_log(self, level, message): print(level, message)
setup_root_logging(Backend(), debug=True, exc_stderr=True)
juju_log.guard()
import threading
def lookup(names): return names["zq9@" + "example.com"]
def release(): raise ValueError("zq9" + "!")
class Late:
    def __del__(self): raise ValueError("zq9" + "!")
thread = threading.Thread(target=release)
thread.start(); thread.join()
Late()
lookup(dict())
"""


def test_a_bug_that_ends_the_hook_is_logged_as_type_and_place():
    code = _BUG.format(path=sys.path)

    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert "Uncaught exception while in charm code" in ended.stdout
    assert "in lookup" in ended.stdout
    assert "Uncaught KeyError in charm code" in ended.stderr
    assert said.count("unhandled error: ValueError") >= 2
    assert "zq9@example" not in said
    assert "zq9!" not in said
    assert threading.excepthook is not None


@pytest.mark.parametrize("people", ["cuid", "email"])
def test_no_state_of_a_portal_is_shown_with_a_name(watched, shown, portal, people):
    as_target(watched, portal, GOOD, puhuri_people=people, events="counts")

    for _ in range(2):
        watched.see("config_changed")
        assert "portal: " in shown()["unit status"]
        assert leaks(shown()) == {}


def test_a_portal_that_repeats_a_name_in_its_refusals_is_shown_without_it(
    watched, shown, echo_server
):
    echo_server.detail = f"{NAME} may not do this"
    as_target(watched, echo_server, "profiles: []", events="counts")

    for echo_server.code in (400, 401, 403, 404, 500):
        watched.see("config_changed")
        assert "portal: " in shown()["unit status"]
        assert leaks(shown()) == {}


@pytest.mark.parametrize("people", ["cuid", "email"])
def test_no_project_of_a_portal_as_a_source_is_shown_with_a_name(watched, shown, portal, people):
    odd = [(f"zq9-{number}{sign}", ADMIN) for number, sign in enumerate((";", " x", "'", "@"))]
    project(portal.world, "Soup", ("zq9-ann", MANAGER), *odd)
    project(portal.world, "Stew", ("zq9-bob", MEMBER))
    project(portal.world, "Both", ("zq9-ann", MANAGER), ("zq9-ann", MEMBER))
    as_source(watched, portal, puhuri_people=people, events="counts")

    for _ in range(2):
        watched.see("config_changed")
        assert leaks(shown()) == {}
