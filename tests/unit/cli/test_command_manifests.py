"""The manifests of the command in deploy/: its account may do what the command needs."""

from pathlib import Path

import pytest
import yaml

from profiles_management.pmr import documents

FOLDER = Path(__file__).parents[3] / "deploy/profiles-management"


def manifest(name):
    return yaml.safe_load((FOLDER / name).read_text())


@pytest.fixture
def pod():
    return manifest("cronjob.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_the_cluster_role_is_the_one_that_the_command_prints(run):
    assert manifest("clusterrole.yaml") == run("rbac", "-o", "json").data


def test_the_account_of_the_pod_is_bound_to_that_role(pod):
    binding, account = manifest("clusterrolebinding.yaml"), manifest("serviceaccount.yaml")

    assert binding["roleRef"]["name"] == manifest("clusterrole.yaml")["metadata"]["name"]
    assert [subject["name"] for subject in binding["subjects"]] == [account["metadata"]["name"]]
    assert pod["serviceAccountName"] == account["metadata"]["name"]


def test_the_document_is_valid():
    assert documents.load(FOLDER / "pmr.yaml").profiles["ml-engineers"].open


def test_its_variables_are_known_and_its_token_is_in_no_manifest(run, pod, monkeypatch):
    settings = manifest("kustomization.yaml")["configMapGenerator"][1]["literals"]
    for setting in settings:
        monkeypatch.setenv(*setting.split("=", 1))
    [container] = pod["containers"]
    for variable in container["env"]:
        assert variable["valueFrom"]["secretKeyRef"]["name"] == "profiles-management"
        monkeypatch.setenv(variable["name"], "um_x")

    assert run("version").err == ""


def test_no_run_begins_while_another_one_writes():
    assert manifest("cronjob.yaml")["spec"]["concurrencyPolicy"] == "Forbid"
