#!/usr/bin/python3 -IS
"""A stand-in for Juju's hook tools: one program under many names.

Next to the folder of the program are state.json, the data of the unit in Juju, and calls.jsonl, the
log of all calls. It refuses what Juju 3.6 refuses, with Juju's messages, and every option that it
does not implement. It runs without site-packages, because a hook calls it a dozen times.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False  # typing's own would take as long to load as json
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    State = dict[str, Any]

# Options that take a value; all others are switches. `--name=value` is understood for each.
_VALUED = {"-r", "-s", "--label", "--log-level", "--file", "--owner"}
_SWITCHES = {"--app", "--include-data", "--now", "--peek", "--refresh"}
_LEADER_ONLY = "ERROR permission denied: this unit is not the leader"


class Refused(Exception):
    """A refusal of Juju."""


class Call:
    """One call: its positional arguments, and its options with their values."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name, self.words, self.options = name, [], {}
        rest = list(arguments)
        while rest:
            word = rest.pop(0)
            option, equals, value = word.partition("=")
            if word == "--":
                self.words += rest
                break
            if not word.startswith("-") or word == "-":
                self.words.append(word)
            elif equals and option.startswith("--"):
                self.options[option] = value
            elif option in _VALUED and rest:
                self.options[option] = rest.pop(0)
            elif option in _SWITCHES:
                self.options[option] = "true"
            else:
                raise Refused(f"ERROR option provided but not defined: {word}")

    def word(self, place: int = 0) -> str:
        """Return a positional argument; empty if it is missing."""
        return self.words[place] if len(self.words) > place else ""

    def has(self, option: str) -> bool:
        """Return whether a switch is set."""
        return self.options.get(option, "false").lower() == "true"


# relations


def _relation(state: State, call: Call) -> dict[str, Any]:
    number = (call.options.get("-r") or os.environ.get("JUJU_RELATION_ID", "")).rpartition(":")[2]
    for relation in state["relations"]:
        if str(relation["id"]) == number:
            return relation
    raise Refused(f'ERROR invalid value "{number}" for option -r: relation not found')


def _relation_ids(state: State, call: Call) -> list[str]:
    endpoint = call.word() or os.environ.get("JUJU_RELATION", "")
    return [f"{endpoint}:{one['id']}" for one in state["relations"] if one["endpoint"] == endpoint]


def _relation_list(state: State, call: Call) -> object:
    relation = _relation(state, call)
    return relation["app"] if call.has("--app") else relation["units"]


def _relation_get(state: State, call: Call) -> object:
    key, member = call.word(0) or "-", call.word(1) or os.environ.get("JUJU_REMOTE_UNIT", "")
    relation = _relation(state, call)
    if call.has("--app"):
        member = member.partition("/")[0] or os.environ.get("JUJU_REMOTE_APP", "")
        if member == _app(state) != relation["app"] and not state["leader"]:
            raise Refused(_LEADER_ONLY)
    data = relation["data"].get(member, {})
    return data if key == "-" else data.get(key, "")


def _relation_set(state: State, call: Call) -> None:
    if call.has("--app") and not state["leader"]:
        raise Refused("ERROR cannot write relation settings")
    owner = _app(state) if call.has("--app") else state["unit"]
    _update(_relation(state, call)["data"].setdefault(owner, {}), _given(call))


# secrets


def _secret(state: State, call: Call) -> tuple[str, dict[str, Any]]:
    asked, label = (
        call.word().removeprefix("secret:").rpartition("/")[2],
        call.options.get("--label"),
    )
    for name, secret in state["secrets"].items():
        if (asked and name.removeprefix("secret:") == asked) or (
            not asked and secret.get("label") == label
        ):
            if not secret.get("granted", True):
                raise Refused("ERROR permission denied")
            return name, secret
    raise Refused(f'ERROR secret "{asked or label}" not found')


def _secret_get(state: State, call: Call) -> object:
    _, secret = _secret(state, call)
    if call.word() and "--label" in call.options:
        secret["label"] = call.options["--label"]
    return secret["content"]


def _secret_add(state: State, call: Call) -> str:
    if not state["leader"] and call.options.get("--owner") != "unit":
        raise Refused("ERROR this unit is not the leader")
    name = f"secret:{len(state['secrets']):020}"
    content = {}
    for word in call.words:
        key, _, value = word.partition("=")
        path = key.partition("#file")
        content[path[0]] = open(value).read() if path[1] else value  # noqa: SIM115
    state["secrets"][name] = {"content": content, "label": call.options.get("--label", "")}
    return name


def _secret_info_get(state: State, call: Call) -> object:
    name, secret = _secret(state, call)
    return {
        name.removeprefix("secret:"): {
            "revision": secret.get("revision", 1),
            "label": secret.get("label", ""),
        }
    }


# the unit's own


def _status_set(state: State, call: Call) -> None:
    whole = call.has("--application")
    if whole and not state["leader"]:
        raise Refused("ERROR setting application status: " + _LEADER_ONLY.removeprefix("ERROR "))
    state["status"]["application" if whole else "unit"] = [call.word(0), call.word(1)]


def _status_get(state: State, call: Call) -> object:
    whole = call.has("--application")
    status, message = state["status"]["application" if whole else "unit"]
    found = {"status": status, "message": message, "status-data": {}}
    return {"application-status": found | {"units": {}}} if whole else found


def _config_get(state: State, call: Call) -> object:
    return state["config"].get(call.word()) if call.word() else state["config"]


def _goal_state(state: State, call: Call) -> object:
    goal = {"status": "dying" if state["dying"] else "active", "since": "2026-01-01T12:00:00Z"}
    return {"units": {state["unit"]: goal}, "relations": {}}


def _action(state: State) -> dict[str, Any]:
    if not os.environ.get("JUJU_ACTION_NAME"):
        raise Refused("ERROR not running an action")
    return state["action"]


def _action_get(state: State, call: Call) -> object:
    params = _action(state)["params"]
    return params.get(call.word()) if call.word() else params


def _action_set(state: State, call: Call) -> None:
    _action(state)["results"].update(word.partition("=")[::2] for word in call.words)


def _action_fail(state: State, call: Call) -> None:
    _action(state)["failed"] = (
        call.word() or "action failed without reason given, check action for errors"
    )


def _action_log(state: State, call: Call) -> None:
    _action(state)["logged"].append(call.word())


def _network_get(state: State, call: Call) -> object:
    addresses = [{"hostname": "", "value": "127.0.0.1", "cidr": "127.0.0.0/8"}]
    return {
        "bind-addresses": [{"mac-address": "", "interface-name": "lo", "addresses": addresses}],
        "egress-subnets": ["127.0.0.1/32"],
        "ingress-addresses": ["127.0.0.1"],
    }


def _open_port(state: State, call: Call) -> None:
    state["ports"] = sorted({*state["ports"], *call.words})


def _close_port(state: State, call: Call) -> None:
    state["ports"] = [port for port in state["ports"] if port not in call.words]


def _state_get(state: State, call: Call) -> object:
    return state["stored"].get(call.word(), "") if call.word() not in ("", "-") else state["stored"]


def _state_set(state: State, call: Call) -> None:
    _update(state["stored"], _given(call))


def _state_delete(state: State, call: Call) -> None:
    state["stored"].pop(call.word(), None)


def _version_set(state: State, call: Call) -> None:
    state["version"] = call.word()


def _app(state: State) -> str:
    return state["unit"].partition("/")[0]


def _given(call: Call) -> dict[str, str]:
    """Return the settings of a call: JSON on standard input, as ops writes it, or KEY=VALUE."""
    if call.options.get("--file") == "-":
        return json.load(sys.stdin)
    return dict(word.partition("=")[::2] for word in call.words)


def _update(held: dict[str, str], given: Mapping[str, str]) -> None:
    held.update(given)
    for key in [key for key, value in held.items() if value == ""]:
        del held[key]


TOOLS: Mapping[str, Callable[[State, Call], object]] = {
    "action-fail": _action_fail,
    "action-get": _action_get,
    "action-log": _action_log,
    "action-set": _action_set,
    "application-version-set": _version_set,
    "close-port": _close_port,
    "config-get": _config_get,
    "goal-state": _goal_state,
    "is-leader": lambda state, call: state["leader"],
    "juju-log": lambda state, call: None,
    "juju-reboot": lambda state, call: None,
    "network-get": _network_get,
    "open-port": _open_port,
    "opened-ports": lambda state, call: state["ports"],
    "relation-get": _relation_get,
    "relation-ids": _relation_ids,
    "relation-list": _relation_list,
    "relation-model-get": lambda state, call: {
        "uuid": _relation(state, call).get("model", state["model"])
    },
    "relation-set": _relation_set,
    "secret-add": _secret_add,
    "secret-get": _secret_get,
    "secret-ids": lambda state, call: [],
    "secret-info-get": _secret_info_get,
    "state-delete": _state_delete,
    "state-get": _state_get,
    "state-set": _state_set,
    "status-get": _status_get,
    "status-set": _status_set,
    "storage-get": lambda state, call: state["storages"][call.options.get("-s", "")],
    "storage-list": lambda state, call: [
        one for one in state["storages"] if one.startswith(f"{call.word()}/")
    ],
}


def main(path: str, arguments: list[str]) -> int:
    """Answer one call; the exit code is 1 where Juju refuses."""
    tools, name = os.path.split(path)
    home = os.path.dirname(tools)
    with open(f"{home}/calls.jsonl", "a") as calls:
        calls.write(json.dumps([name, *arguments]) + "\n")
    with open(f"{home}/state.json") as file:
        text = file.read()
    state = json.loads(text)
    try:
        answer = TOOLS[name](state, Call(name, arguments))
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    if any(one.startswith("--format=") for one in arguments):
        sys.stdout.write(json.dumps(answer))
    if (now := json.dumps(state)) != text:
        with open(f"{home}/state.json", "w") as file:
            file.write(now)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[0], sys.argv[1:]))
