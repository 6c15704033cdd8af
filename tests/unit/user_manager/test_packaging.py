"""The image, the rock and the manifests agree with the project and with one another."""

import re
import tomllib
from pathlib import Path

import yaml

from user_manager.configuration import PREFIX, Configuration

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ROCK = yaml.safe_load((ROOT / "rockcraft.yaml").read_text())


def test_the_rock_has_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert ROCK["version"] == project["version"]


def test_both_images_install_the_lock_with_its_hashes() -> None:
    steps = ROCK["parts"]["user-manager"]["override-build"]
    for text in (DOCKERFILE, steps):
        assert "--require-hashes" in text
        assert "requirements-user-manager.txt" in text


def test_charm_image_and_manifests_use_one_user_without_rights() -> None:
    (user,) = set(re.findall(r"^USER (\d+):\d+$", DOCKERFILE, re.MULTILINE))
    charm = yaml.safe_load((ROOT / "charms/user-manager/charmcraft.yaml").read_text())
    deployment = (ROOT / "deploy/user-manager/base/deployment.yaml").read_text()
    owner = ROCK["parts"]["user-manager"]["permissions"][0]["owner"]
    assert charm["containers"]["user-manager"]["uid"] == int(user) == owner
    assert f"runAsUser: {user}" in deployment


def test_the_manifests_name_settings_that_exist() -> None:
    texts = [path.read_text() for path in (ROOT / "deploy/user-manager").rglob("*.yaml")]
    named = {name for text in texts for name in re.findall(rf"{PREFIX}([A-Z_]+)", text)}
    assert {name.lower() for name in named} <= set(Configuration.model_fields)
    assert named


def test_the_volume_of_the_manifests_is_the_default_folder_of_the_data() -> None:
    folder = str(Configuration.model_fields["data_dir"].default)
    assert f"mountPath: {folder}" in (ROOT / "deploy/user-manager/base/deployment.yaml").read_text()
    assert f"VOLUME {folder}" in DOCKERFILE


def test_the_gateway_removes_the_identity_header_of_clients_in_both_forms() -> None:
    header = Configuration.model_fields["identity_header"].default
    text = (ROOT / "deploy/user-manager/gateway/envoyfilter.yaml").read_text()
    assert re.findall(r"- remove: (\S+)", text) == [header, f"{header}-bin"]
    page = (ROOT / "docs/how-to/user-manager-sso.md").read_text()
    assert f"{header}-bin" in page
    assert "deploy/user-manager/gateway" in page
