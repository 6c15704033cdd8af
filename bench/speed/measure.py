"""One measurement in a separate process, so that its time and memory contain nothing else.

Prints one JSON object. Run it as `python -m speed.measure`, with one of:

    engine KUBECONFIG DOCUMENT         apply the document
    lists KUBECONFIG LIMIT ENCODING    fetch the same lists raw, and parse them
    writes KUBECONFIG FILE AT_ONCE     send encoded bodies, one line for each request
    kubectl KUBECONFIG PROGRAM FILE    apply the same objects as manifests with kubectl
    loop KUBECONFIG DOCUMENT FILE      one request after another, with missing objects
    look KUBECONFIG DOCUMENT           one request after another, with nothing missing
    diff KUBECONFIG PROGRAM FILE       kubectl diff
"""

import gc
import http.client
import json
import resource
import ssl
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import yaml
from lightkube import Client, KubeConfig
from lightkube.config.client_adapter import verify_cluster
from lightkube.config.kubeconfig import SingleConfig
from lightkube.generic_resource import create_global_resource, create_namespaced_resource
from lightkube.resources.rbac_authorization_v1 import RoleBinding
from lightkube.types import PatchType
from process import measured

LISTS = (  # the longest first, so that the others do not wait for it
    "/apis/security.istio.io/v1/authorizationpolicies",
    "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    "/apis/kubeflow.org/v1/profiles",
    "/api/v1/namespaces",
    "/api/v1/resourcequotas",
    "/api/v1/limitranges",
)
_TIMEOUT = 3600.0
_JSON = "application/json"
_NOTHING: dict[str, Any] = {"writes": 0, "wrong": []}
_PROFILE = create_global_resource("kubeflow.org", "v1", "Profile", "profiles")
_POLICY = create_namespaced_resource(
    "security.istio.io", "v1", "AuthorizationPolicy", "authorizationpolicies"
)


def engine(kubeconfig: str, document: str) -> dict[str, Any]:
    """Measure `create_or_update_profiles`, without loading the document."""
    from profiles_management import Settings, create_or_update_profiles  # noqa: PLC0415 - the others do not need it
    from profiles_management.kubeflow.cluster.kubeconfig import connect  # noqa: PLC0415
    from profiles_management.pmr import documents  # noqa: PLC0415

    pmr = documents.load(document)
    # on a busy machine everything takes longer
    patient = Settings(request_timeout=_TIMEOUT, deadline=_TIMEOUT)
    with connect(Path(kubeconfig), timeout=_TIMEOUT) as client:

        def act() -> dict[str, Any]:
            report = create_or_update_profiles(pmr, target=client, settings=patient)
            return {"writes": report.writes, "wrong": [*report.errors, *map(str, report.pending)]}

        return measured(act)


def lists(kubeconfig: str, limit: str, encoding: str) -> dict[str, Any]:
    """Measure fetching all lists in parallel, with `json.loads` of each answer.

    Args:
        limit: number of objects in a page, 0 for whole lists.
        encoding: gzip or identity.
    """
    config = _config(kubeconfig)
    headers = {"Authorization": f"Bearer {config.user.token}", "Accept-Encoding": encoding}
    base, verify = (
        config.cluster.server,
        verify_cluster(config.cluster, config.user, config.abs_file),
    )
    with httpx2.Client(base_url=base, verify=verify, headers=headers, timeout=_TIMEOUT) as client:

        def fetch(path: str) -> tuple[int, int]:
            objects = size = 0
            params = {"limit": limit} if int(limit) else {}
            while True:
                answer = client.get(path, params=params).raise_for_status()
                page = json.loads(answer.content)
                objects, size = objects + len(page["items"]), size + len(answer.content)
                if not (token := page["metadata"].get("continue")):
                    return objects, size
                params["continue"] = token

        def act() -> dict[str, Any]:
            with ThreadPoolExecutor(len(LISTS)) as pool:
                fetched = list(pool.map(fetch, LISTS))
            return {
                "objects": sum(objects for objects, _ in fetched),
                "bytes": sum(size for _, size in fetched),
            }

        gc.disable()  # as the engine does while it reads: this is faster too
        return measured(act)


def writes(kubeconfig: str, file: str, at_once: str) -> dict[str, Any]:
    """Measure POSTs of encoded bodies over connections of the standard library's client.

    Args:
        file: each line has a path and a body, separated by a tab.
    """
    config = _config(kubeconfig)
    lock = threading.Lock()
    with Path(file).open("rb") as lines:
        connections = [_Connection(config) for _ in range(int(at_once))]

        def work(connection: _Connection) -> int:
            sent = 0
            while True:
                with lock:
                    line = next(lines, b"")
                if not line:
                    return sent
                path, _, body = line.rstrip(b"\n").partition(b"\t")
                connection.post(path.decode(), body)
                sent += 1

        def act() -> dict[str, Any]:
            with ThreadPoolExecutor(len(connections)) as pool:
                return {"writes": sum(pool.map(work, connections))}

        return measured(act)


class _Connection:
    """A connection that stays open."""

    def __init__(self, config: SingleConfig) -> None:
        host = urlsplit(config.cluster.server).netloc
        context: ssl.SSLContext = verify_cluster(config.cluster, config.user, config.abs_file)
        self._http = http.client.HTTPSConnection(host, context=context, timeout=_TIMEOUT)
        self._headers = {
            "Authorization": f"Bearer {config.user.token}",
            "Content-Type": _JSON,
            "Accept": _JSON,
        }

    def post(self, path: str, body: bytes) -> None:
        self._http.request("POST", path, body, self._headers)
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(
                f"POST {path}: {answer.status} {body[:300].decode(errors='replace')}"
            )


def kubectl(kubeconfig: str, program: str, manifests: str) -> dict[str, Any]:
    """Measure `kubectl apply --server-side`."""
    return _kubectl(
        program, "--kubeconfig", kubeconfig, "apply", "--server-side", "--filename", manifests
    )


def diff(kubeconfig: str, program: str, manifests: str) -> dict[str, Any]:
    """Measure `kubectl diff` with its defaults; it fails if there is a difference."""
    return {
        **_kubectl(program, "--kubeconfig", kubeconfig, "diff", "--filename", manifests),
        **_NOTHING,
    }


def _kubectl(program: str, *arguments: str) -> dict[str, Any]:
    """Measure kubectl; processor time and memory are those of its processes."""
    with tempfile.TemporaryDirectory() as cache:
        command = [program, "--cache-dir", cache, *arguments]

        def act() -> dict[str, Any]:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            return {}

        figures = measured(act)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {**figures, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024}


def loop(kubeconfig: str, document: str, file: str) -> dict[str, Any]:
    """Measure a loop over the profiles, with lightkube and one request after another.

    For each profile it applies the Profile, patches its quota, and lists RoleBindings and
    AuthorizationPolicies of the namespace twice each: to delete surplus objects, and to find
    missing ones, which it applies. Source: canonical/github-profiles-automator,
    create_or_update_profiles.

    Args:
        file: the missing objects, in the format of `writes`.
    """
    entries = yaml.load(Path(document).read_text(), yaml.CSafeLoader)["profiles"]
    missing: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for line in Path(file).read_text().splitlines():
        one = json.loads(line.partition("\t")[2])
        missing[one["metadata"]["namespace"], one["kind"]].append(one)
    with Client(config=_config(kubeconfig), field_manager="loop", trust_env=False) as client:

        def bring(entry: dict[str, Any]) -> None:
            name, quota = entry["name"], entry["resources"]
            owner = {**entry["owner"], "apiGroup": "rbac.authorization.k8s.io"}
            spec = {"owner": owner, "resourceQuotaSpec": quota}
            client.apply(_PROFILE.from_dict({"metadata": {"name": name}, "spec": spec}))
            client.patch(
                _PROFILE, name, {"spec": {"resourceQuotaSpec": quota}}, patch_type=PatchType.MERGE
            )
            for kind in (RoleBinding, _POLICY):
                for _ in range(2):
                    list(client.list(kind, namespace=name))
                for one in missing[name, kind.__name__]:
                    client.apply(kind.from_dict(one))

        def act() -> dict[str, Any]:
            list(client.list(_PROFILE))
            for entry in entries:
                bring(entry)
            return {}

        return measured(act)


def look(kubeconfig: str, document: str) -> dict[str, Any]:
    """Measure the same loop with nothing missing: it lists everything, twice each, and compares.

    It sends 1 + 4P requests for P profiles.

    Raises:
        RuntimeError: something is missing.
    """
    entries = yaml.load(Path(document).read_text(), yaml.CSafeLoader)["profiles"]
    with Client(config=_config(kubeconfig), field_manager="loop", trust_env=False) as client:

        def act() -> dict[str, Any]:
            quotas = {
                one.metadata.name: one["spec"]["resourceQuotaSpec"] for one in client.list(_PROFILE)
            }
            for entry in entries:
                held = [
                    _roles(client.list(kind, namespace=entry["name"]))
                    for kind in (RoleBinding, _POLICY) * 2
                ]
                if quotas[entry["name"]] != entry["resources"] or any(
                    roles != _wanted(entry) for roles in held
                ):
                    raise RuntimeError(f"{entry['name']} does not match the document")
            return _NOTHING

        return measured(act)


def _roles(objects: Iterable[Any]) -> dict[str, str]:
    """Return who has which role by KFAM's annotations."""
    notes = (one.metadata.annotations or {} for one in objects)
    return {note["user"]: note["role"] for note in notes if "user" in note}


def _wanted(entry: dict[str, Any]) -> dict[str, str]:
    """Return who should have which role by the document."""
    return {
        entry["owner"]["name"]: "admin",
        **{one["name"]: one["role"] for one in entry["contributors"]},
    }


def _config(kubeconfig: str) -> SingleConfig:
    config = KubeConfig.from_file(kubeconfig).get()
    assert config is not None
    return config


if __name__ == "__main__":
    measures = {
        "engine": engine,
        "lists": lists,
        "writes": writes,
        "kubectl": kubectl,
        "loop": loop,
        "look": look,
    }
    measures["diff"] = diff
    print(json.dumps(measures[sys.argv[1]](*sys.argv[2:])))
