"""What every request has in common, as a portal sees it."""

from puhuri.client.portal_use import MEMBER
from puhuri_server.sample import ALLOCATOR_TOKEN


def use_everything(portal):
    """Send requests of every kind."""
    allocator, provider = portal.allocator, portal.provider
    project, user = portal.project(), portal.user()
    allocator.projects.update(project, name="Soup")
    allocator.members.add(project, user, MEMBER)
    allocator.members.set_expiry(project, user, MEMBER, None)
    list(allocator.members.find())
    allocator.members.remove(project, user, MEMBER)
    provider.orders.approve_by_provider(portal.order(project).uuid)
    (allocation,) = allocator.allocations.find()
    allocator.orders.cancel(allocator.allocations.set_limits(allocation.uuid, {"cpu_k_hours": 1}))
    allocator.allocations.terminate(allocation.uuid)
    portal.world.execute(portal.world.orders[-1])
    list(allocator.usage.find())
    allocator.projects.delete(project)
    allocator.users.me()
    return portal.portal.requests


def test_every_request_asks_for_json_in_english(portal):
    """A portal translates its messages, and answers pages to browsers."""
    for sent in use_everything(portal):
        assert sent.headers["accept"] == "application/json"
        assert sent.headers["accept-language"] == "en"


def test_every_request_has_the_scheme_of_a_token(portal):
    """A bearer token is none for a portal."""
    for sent in use_everything(portal):
        assert sent.headers["authorization"].startswith("Token ")
    assert {sent.headers["authorization"] for sent in portal.portal.requests} >= {
        f"Token {ALLOCATOR_TOKEN}"
    }


def test_every_path_ends_with_a_slash(portal):
    """Without it a portal redirects, and a redirect loses the body."""
    for sent in use_everything(portal):
        assert sent.path.endswith("/")


def test_a_body_is_json_and_a_request_without_one_says_so(portal):
    for sent in use_everything(portal):
        length = int(sent.headers.get("content-length", 0))
        assert (sent.headers.get("content-type") == "application/json") == (length > 0)
        assert (sent.method in ("GET", "DELETE")) <= (length == 0)


def test_requests_keep_their_connection(portal):
    for sent in use_everything(portal):
        assert sent.headers["connection"] == "keep-alive"
