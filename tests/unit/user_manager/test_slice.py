"""The way of one request through all layers."""

import json
from typing import Any

import pytest
from django.test import Client

from user_manager.models import Event, Module
from user_manager.services.transaction import accesses_changed

pytestmark = pytest.mark.django_db

ANN = "ann@example.com"
OWNER = "olga@example.com"


def send(person: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
    headers = {"kubeflow-userid": person, "x-requested-with": "tests"}
    client = Client(headers=headers)
    answer = client.generic(method, path, json.dumps(body), content_type="application/json")
    return answer.status_code, json.loads(answer.content) if answer.content else None


@pytest.fixture
def profile() -> Module:
    return Module.objects.create(
        id="ml", kind="profile", in_catalogue=True, owner_kind="User", owner_name=OWNER
    )


def test_a_request_becomes_an_access_when_the_owner_of_the_profile_approves_it(
    profile: Module,
) -> None:
    assert send(ANN, "GET", f"/api/v1/users/{ANN}")[0] == 200
    status, access = send(
        ANN,
        "POST",
        f"/api/v1/users/{ANN}/accesses",
        {"module": "ml", "types": ["WRITE"], "reason": "training", "duration": "P30D"},
    )
    assert (status, access["state"], access["effect"]) == (201, "PENDING", "none")
    status, decided = send(
        OWNER, "POST", f"/api/v1/accesses/{access['id']}/decision", {"approve": True}
    )
    assert (status, decided["state"], decided["effect"]) == (200, "APPROVED", "unknown")
    assert decided["decided_by"] == OWNER
    _, user = send(ANN, "GET", f"/api/v1/users/{ANN}")
    assert [held["module"] for held in user["accesses"]] == ["ml"]
    numbers = list(Event.objects.order_by("seq").values_list("seq", "kind"))
    kinds = ["user_created", "requested", "user_created", "approved"]
    assert numbers == list(enumerate(kinds, start=1))


def test_nobody_decides_their_own_request(profile: Module) -> None:
    send(ANN, "GET", f"/api/v1/users/{ANN}")
    path = f"/api/v1/users/{ANN}/accesses"
    _, access = send(ANN, "POST", path, {"module": "ml", "types": ["READ"]})
    status, problem = send(
        ANN, "POST", f"/api/v1/accesses/{access['id']}/decision", {"approve": True}
    )
    assert (status, problem["code"]) == (403, "forbidden")


def test_an_approval_is_signalled_after_its_commit_and_a_request_is_not(
    profile: Module, django_capture_on_commit_callbacks: Any
) -> None:
    signals: list[object] = []

    def receive(**arguments: object) -> None:
        signals.append(arguments)

    accesses_changed.connect(receive)
    send(ANN, "GET", f"/api/v1/users/{ANN}")
    with django_capture_on_commit_callbacks(execute=True):
        body = {"module": "ml", "types": ["READ"]}
        _, access = send(ANN, "POST", f"/api/v1/users/{ANN}/accesses", body)
    assert signals == []
    with django_capture_on_commit_callbacks(execute=True):
        send(OWNER, "POST", f"/api/v1/accesses/{access['id']}/decision", {"approve": True})
    assert len(signals) == 1
    accesses_changed.disconnect(receive)
