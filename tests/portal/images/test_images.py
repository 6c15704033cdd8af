"""The images of the Dockerfile, built without a network and run as strictly as the deployment."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import container_images
import pytest
from container_images import Container

from running_server import free_port

ROOT = Path(__file__).parents[3]
LOCKS = {
    "user-manager": "requirements-user-manager.txt",
    "profiles-management": "requirements-command.txt",
}
ANN = "ann@example.com"


def built(base: str, target: str, wheels: Path) -> Iterator[str]:
    """Build a target of the Dockerfile, yield the name of its image, and remove it."""
    container_images.download_wheels(ROOT / LOCKS[target], wheels)
    name = f"localhost/{target}-tested"
    arguments = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels"}
    volumes = (f"{wheels}:/wheels:ro",)
    container_images.build(
        name, ROOT, base=base, target=target, arguments=arguments, volumes=volumes
    )
    yield name
    container_images.remove(name)


@pytest.fixture(scope="module")
def image(base_image, tmp_path_factory) -> Iterator[str]:
    yield from built(base_image, "user-manager", tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def command_image(base_image, tmp_path_factory) -> Iterator[str]:
    yield from built(base_image, "profiles-management", tmp_path_factory.mktemp("wheels"))


@pytest.fixture
def ports() -> dict[str, int]:
    return {"HTTP_PORT": free_port(), "METRICS_PORT": free_port()}


@pytest.fixture
def options(ports, tmp_path) -> tuple[str, ...]:
    """The settings of a container, and its only folder that can be written."""
    data = tmp_path / "data"
    data.mkdir(mode=0o777)
    data.chmod(0o777)
    settings = {
        "SECRET_KEY": "a key that only tests use, and that is long enough to be accepted",
        "ALLOWED_HOSTS": "127.0.0.1",
        "TRUSTED_PROXIES": "127.0.0.1/32",
        **ports,
    }
    variables = [f"--env=USER_MANAGER_{name}={value}" for name, value in settings.items()]
    return (*variables, f"--volume={data}:/var/lib/user-manager", "--tmpfs=/tmp")


@pytest.fixture
def service(image, options, ports) -> Iterator[Container]:
    container_images.run(image, "migrate", options=options)
    with container_images.running(image, options=options) as container:
        wait_for(container, ports["HTTP_PORT"])
        yield container


def wait_for(container: Container, port: int) -> None:
    """Wait until a port accepts connections; fail if the container ends."""
    while True:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        container.run("true")


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read()


def test_the_service_answers_without_rights_and_ends_when_it_is_told(service, ports):
    status, body = get(ports["HTTP_PORT"], "/api/v1/me", **{"kubeflow-userid": ANN})
    assert (status, json.loads(body)["id"]) == (200, ANN)
    assert get(ports["METRICS_PORT"], "/readyz")[0] == 200

    identity = "import os; print(os.getuid(), os.getgid(), os.access('/opt', os.W_OK))"
    assert service.run("python", "-c", identity) == "10001 10001 False\n"
    assert service.stop() == 0


def test_the_health_check_of_the_image_asks_the_service(service):
    dockerfile = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    (command,) = re.findall(r"^HEALTHCHECK .* CMD *(\[.*\])$", dockerfile, re.MULTILINE)
    program = json.loads(command)

    service.run(*program)
    with pytest.raises(RuntimeError, match="refused"):
        service.run("env", f"USER_MANAGER_METRICS_PORT={free_port()}", *program)


def test_a_page_has_its_styles(service, ports):
    status, page = get(ports["HTTP_PORT"], "/", **{"kubeflow-userid": ANN})
    assert status == 200
    style = page.decode().partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert get(ports["HTTP_PORT"], style)[0] == 200


def test_the_image_says_what_it_is(image):
    configuration = container_images.configuration(image)
    assert configuration["User"] == "10001:10001"
    assert configuration["Labels"]["org.opencontainers.image.title"] == "user-manager"


def test_the_image_has_no_tests_and_no_command_of_the_other_one(image):
    program = "import os, shutil; print(shutil.which('profiles-management'), sorted(os.listdir('/opt/app')))"
    printed = container_images.run(image, "-c", program, options=("--entrypoint=python",))
    assert printed == "None ['profiles_management', 'user_manager']\n"


def test_the_command_validates_a_document(command_image):
    mounted = f"--volume={ROOT / 'examples'}:/documents:ro"
    printed = container_images.run(
        command_image, "validate", "/documents/pmr.yaml", options=(mounted,)
    )
    assert "is valid" in printed
