"""No message of the charm contains a credential: status, log, actions, events, telemetry."""

import json
import logging
import traceback

import pytest
from collector import Collector
from lightkube import Client, KubeConfig
from lightkube.config.models import Cluster, User
from ops import testing
from portal_world import as_source, as_target

from memory_api import Answer, always
from profiles_charm import connection
from profiles_charm.status import status_of
from profiles_management import ClusterAway, ClusterError, ProfilesError, SettingsError

MARK = "s3cr3t-mark"


@pytest.fixture
def marked(world, api, monkeypatch):
    """The charm with a cluster to which it has a marked token."""
    config = KubeConfig.from_one(
        cluster=Cluster(server="http://memory.invalid", insecure=True),
        user=User(token=MARK),
        context_name="memory",
    )
    monkeypatch.setattr(
        connection,
        "connect",
        lambda: connection.Connection(
            lambda: Client(config=config, transport=api.transport, trust_env=False),
            world.ticks.clock,
        ),
    )
    return world


@pytest.fixture
def collector():
    """A collector of telemetry."""
    made = Collector()
    yield made
    made.close()


def watched(world, collector, url=None):
    offer = {
        "protocol": "http",
        "endpoint": url or collector.url,
        "telemetries": ["logs", "metrics", "traces"],
    }
    relation = testing.Relation("send-otlp", remote_app_data={"endpoints": json.dumps([offer])})
    world._swap(None, relation)


def printed(world, api, collector):
    """Return everything that came out of the charm."""
    statuses = [world.state.unit_status.message, world.state.app_status.message]
    events = [json.dumps(event) for event in api.objects("Event")]
    databags = [
        json.dumps(dict(one.local_app_data))
        for one in world.state.relations
        if hasattr(one, "local_app_data")
    ]
    return [
        *statuses,
        *world.logged,
        *events,
        *databags,
        json.dumps(collector.got),
        repr(world.context.action_results),
    ]


def echo(code):
    """Return a fault that repeats the credentials of each request in its refusal."""

    def refuse(request, act):
        sent = request.headers["authorization"]
        status = {
            "kind": "Status",
            "status": "Failure",
            "message": f"{sent} and {sent.partition(' ')[2]} are refused",
        }
        return Answer(code, json.dumps(status).encode(), {"Content-Type": "application/json"})

    return refuse


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422, 429, 500, 503])
@pytest.mark.parametrize("concerned", ["reads", "writes"])
def test_no_answer_of_a_cluster_that_repeats_the_token_gets_through(
    marked, api, document, collector, code, concerned
):
    watched(marked, collector)
    api.faults.append(always(echo(code), lambda request: request.writes == (concerned == "writes")))
    marked.configure(pmr=document(ml=1), events="names")

    marked.see("config_changed")
    assert MARK not in "\n".join(printed(marked, api, collector))
    for action in ("sync_now", "plan", "list_access", "list_stale_profiles", "export_pmr"):
        why = ""
        try:
            marked.act(action.replace("_", "-"))
        except testing.ActionFailed as failed:
            why = failed.message
        assert MARK not in "\n".join([why, *printed(marked, api, collector)])
    assert collector.got


@pytest.mark.parametrize(
    "content",
    [
        {"user": "ann", "token": f"{MARK}\n"},
        {"user": "ann", "password": MARK},
        {"ssh-key": MARK},
        {MARK: MARK},
    ],
)
def test_no_message_about_a_secret_holds_its_content(marked, api, collector, content):
    secret = testing.Secret({key.lower(): value for key, value in content.items()})
    url = "ssh://git@127.0.0.1:1/a.git" if "ssh-key" in content else "https://127.0.0.1:1/a.git"
    watched(marked, collector)
    marked.configure(git_url=url, git_credentials=secret)

    marked.see("config_changed")

    assert marked.state.unit_status.name != "active"
    assert MARK not in "\n".join(printed(marked, api, collector))


@pytest.mark.parametrize(
    "url",
    [
        f"https://ann:{MARK}@git.invalid/a.git",
        f"https://git.invalid/a.git?token={MARK}",
        f"ann:{MARK}@host:a.git",
    ],
)
def test_no_message_about_the_url_of_a_repository_holds_a_credential(marked, api, collector, url):
    watched(marked, collector)
    marked.configure(git_url=url)

    marked.see("config_changed")

    assert marked.state.unit_status.message.startswith("git: ")
    assert MARK not in "\n".join(printed(marked, api, collector))


@pytest.mark.parametrize("code", [200, 400, 401, 403, 404, 500])
@pytest.mark.parametrize("configure", [as_target, as_source])
def test_no_answer_of_a_portal_that_repeats_the_token_gets_through(
    marked, api, document, collector, echo_server, code, configure
):
    echo_server.code = code
    watched(marked, collector)
    secret = testing.Secret({"token": MARK})
    configure(marked, echo_server, document(ml=1), puhuri_token=secret, events="names")

    marked.see("config_changed")
    reasons = [marked.fail(action) for action in ("sync-now", "plan")]

    assert all("portal: " in reason for reason in reasons)
    assert MARK not in "\n".join([*reasons, *printed(marked, api, collector)])
    assert collector.got


@pytest.mark.parametrize("configure", [as_target, as_source])
@pytest.mark.parametrize(
    "content", [{"token": f"{MARK} {MARK}"}, {"user": "ann", "password": MARK}, {MARK: MARK}]
)
def test_no_message_about_the_secret_of_a_portal_holds_its_content(
    marked, api, collector, echo_server, content, configure
):
    watched(marked, collector)
    configure(marked, echo_server, "profiles: []", puhuri_token=testing.Secret(content))

    marked.see("config_changed")

    assert "portal: puhuri-token" in marked.state.unit_status.message
    assert MARK not in "\n".join(printed(marked, api, collector))


@pytest.mark.parametrize("configure", [as_target, as_source])
@pytest.mark.parametrize(
    "url", [f"https://ann:{MARK}@puhuri.invalid", f"https://puhuri.invalid/?token={MARK}"]
)
def test_no_message_about_the_url_of_a_portal_holds_a_credential(
    marked, api, collector, echo_server, url, configure
):
    watched(marked, collector)
    configure(marked, echo_server, "profiles: []", puhuri_url=url)

    marked.see("config_changed")

    assert "portal: The URL of the portal " in marked.state.unit_status.message
    assert MARK not in "\n".join(printed(marked, api, collector))


def test_a_collector_whose_url_holds_a_password_is_not_named_with_it(
    marked, api, document, collector
):
    collector.answer = 401
    watched(marked, collector, collector.url.replace("//", f"//ann:{MARK}@"))
    marked.configure(pmr=document(ml=1))

    marked.see("config_changed")

    assert any("telemetry was not sent" in line for line in marked.logged)
    assert MARK not in "\n".join(printed(marked, api, collector))


@pytest.mark.parametrize(
    "kubeconfig",
    [
        f"users: [{{token: {MARK}",
        f"current-context: x\nusers: [{{name: u, user: {{token: {MARK}}}}}]",
    ],
)
def test_no_message_about_the_credentials_of_the_unit_holds_them(monkeypatch, tmp_path, kubeconfig):
    (tmp_path / "config").write_text(kubeconfig)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))

    with pytest.raises(ClusterError, match=r"^no credentials for the Kubernetes API: ") as refused:
        connection.connect().client  # noqa: B018 - made when it is first asked for

    assert MARK not in "".join(traceback.format_exception(refused.value))


def test_an_option_in_the_wrong_place_leaves_no_other_value_in_a_traceback(world, caplog):
    caplog.set_level(logging.DEBUG)
    world.configure(unlisted="nonsense", git_ca=MARK)

    world.see("config_changed")

    assert MARK not in "\n".join([world.state.unit_status.message, *world.logged, caplog.text])


@pytest.mark.parametrize("error", [ClusterError, ClusterAway, ProfilesError, SettingsError])
def test_no_error_shows_the_password_of_a_url_in_a_status(error):
    shown = status_of(
        error(f"the answer of https://ann:{MARK}@cluster.example.com cannot be read"), "profiles"
    )

    assert MARK not in shown.message
    assert "cluster.example.com" in shown.message
