"""The demonstration: its data, and that nobody can choose an identity outside of it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from user_manager.demo import identity
from user_manager.demo.cluster import answer_once
from user_manager.demo.identity import DevelopmentIdentity
from user_manager.demo.sample import ANN, OLGA, PEOPLE, Sample
from user_manager.domain.policy import Policy
from user_manager.models import Access, Module, User

SOURCES = Path(__file__).parents[4] / "src"
ALL_STATES = {"PENDING", "APPROVED", "DENIED", "WITHDRAWN", "REVOKED"}


def answer_with_the_identity(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.META.get("HTTP_KUBEFLOW_USERID", "nobody"))


@pytest.mark.django_db
def test_the_sample_has_people_and_accesses_in_all_states() -> None:
    now = datetime.now(UTC)
    sample = Sample(now, Policy())
    sample.make()
    answer_once(now - timedelta(days=58), Policy())
    sample.make_accesses()
    answer_once(now, Policy())
    assert set(User.objects.values_list("id", flat=True)) == set(PEOPLE)
    assert set(Module.objects.values_list("kind", flat=True)) == {"profile", "external"}
    assert set(Access.objects.values_list("state", flat=True)) >= ALL_STATES
    assert Access.objects.filter(state="APPROVED", effect="in_effect").exists()


def test_no_process_but_the_demonstration_has_the_identity_of_a_cookie() -> None:
    with pytest.raises(MiddlewareNotUsed):
        DevelopmentIdentity(answer_with_the_identity)


def test_the_demonstration_believes_a_cookie_from_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity, "_allowed", [True])
    middleware = DevelopmentIdentity(answer_with_the_identity)
    factory = RequestFactory(headers={"cookie": f"development_identity={OLGA}"})
    assert middleware(factory.get("/")).content.decode() == OLGA
    assert middleware(RequestFactory().get("/")).content.decode() == ANN
    remote = factory.get("/", REMOTE_ADDR="192.0.2.7")
    assert middleware(remote).status_code == 403


def test_a_deployment_with_these_settings_is_refused() -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-m", "django", "check", "--deploy", "--settings"]
    result = subprocess.run(  # noqa: S603
        [*command, "user_manager.demo.settings"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "user_manager.E001" in result.stderr


def test_an_environment_variable_does_not_switch_the_identity_on() -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(SOURCES),
        "DJANGO_SETTINGS_MODULE": "user_manager.demo.settings",
    }
    program = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(headers={'cookie': 'development_identity=olga@example.com'})\n"
        "print(client.get('/', SERVER_NAME='localhost').status_code)"
    )
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["401"]
