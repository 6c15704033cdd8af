"""A portal that answers one request of a run with nonsense: an error, and never a crash."""

from copy import deepcopy

import pytest
from portal_documents import TRAINING, document

from puhuri_server.http_types import Reply
from puhuri_server.sample import ALLOCATOR_TOKEN

BODIES = {
    "nothing": None,
    "wrong fields": [{"uuid": "../x", "name": 5, "projects": 3, "state": [], "limits": {"a": {}}}],
    "wrong object": {"uuid": "\x1b[31m", "order_uuid": 5, "items": {}, "url": 7},
}
START = document(("eve", "edit"), ("cleo", "view"), allocations=[TRAINING])
MORE = TRAINING | {"limits": {**TRAINING["limits"], "gpu_k_hours": 3}}
END = document(("eve", "view"), ("bo", "admin"), description="New", allocations=[MORE])


@pytest.fixture
def started(puhuri, portal):
    """Return a world to which a first document was applied."""
    puhuri("apply", text=START)
    for order in portal.world.orders:
        portal.world.execute(order)
    return portal.world


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_an_answer_of_nonsense_to_any_request_of_an_apply_is_an_error(
    puhuri, portal, started, body
):
    portal.reset(deepcopy(started))
    assert puhuri("apply", text=END).code == 4
    codes = []

    for index in range(len(portal.requests)):
        portal.reset(deepcopy(started))
        portal.routes.answer = _instead(portal, index, body)
        ran = puhuri("apply", text=END)

        codes.append(ran.code)
        assert ALLOCATOR_TOKEN not in ran.out + ran.err
        assert (ran.out + ran.err).replace("\n", "").isprintable()

    assert {*codes} <= {0, 1, 4}
    assert codes.count(1) > len(codes) / 2


def _instead(portal, index, body):
    """Return what answers as the portal does, and the request of an index with nonsense."""
    answer = portal.routes.answer

    def answered(world, request):
        reply = answer(world, request)
        return Reply(200, body) if len(portal.requests) - 1 == index else reply

    return answered
