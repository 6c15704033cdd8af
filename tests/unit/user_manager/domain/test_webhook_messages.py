"""What a webhook is sent: each kind of notice, for each receiver, harmless whatever names hold."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from user_manager.domain.vocabulary import NoticeKind
from user_manager.domain.webhook_messages import notice_text, webhook_body, webhook_signature

PENDING_UNTIL = "2026-06-15T12:00:00Z"
PAYLOAD = {
    "id": 7,
    "kind": "requested",
    "at": "2026-06-01T12:00:00Z",
    "access": "a-1",
    "user": "ann@example.com",
    "module": "ml",
    "types": ["READ", "WRITE"],
    "state": "PENDING",
    "detail": "ml is not open",
    "until": "2026-07-01T00:00:00Z",
    "pending_until": PENDING_UNTIL,
    "requested_by": "ann@example.com",
    "decided_by": "olga@example.com",
    "acting_for": None,
    "ended_by": None,
    "deciders": ["olga@example.com"],
    "url": "https://portal.example/accesses/a-1",
}
ACCESS = "access (READ, WRITE) of ann@example.com to ml"


def text(**values: Any) -> str:
    return notice_text(PAYLOAD | values)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("requested", f"ann@example.com asks for {ACCESS}. To decide: olga@example.com."),
        (
            "reminder",
            f"The request for {ACCESS} expires at {PENDING_UNTIL}. To decide: olga@example.com.",
        ),
        ("decided", f"olga@example.com denied {ACCESS} until 2026-07-01T00:00:00Z."),
        ("in_effect", f"The {ACCESS} is in effect."),
        ("refused", f"The cluster refuses the {ACCESS}: ml is not open."),
        ("ending", f"The {ACCESS} ends at 2026-07-01T00:00:00Z."),
        ("ended", f"The {ACCESS} has ended."),
    ],
)
def test_each_kind_is_one_plain_text(kind: str, expected: str) -> None:
    assert text(kind=kind) == expected


def test_every_kind_has_a_text() -> None:
    assert all(text(kind=kind) for kind in NoticeKind)


def test_an_approval_and_a_denial_differ() -> None:
    approved = text(kind="decided", state="APPROVED", until=None)
    assert approved == f"olga@example.com approved {ACCESS}."
    assert text(kind="decided", state="DENIED", until=None) == f"olga@example.com denied {ACCESS}."


def test_of_many_who_decide_the_first_are_named() -> None:
    names = [f"p{number}" for number in range(8)]
    assert text(deciders=names).endswith("To decide: p0, p1, p2, p3, p4 and 3 more.")
    assert text(deciders=[]).endswith("To decide: nobody.")


def test_json_is_the_notice_as_it_is() -> None:
    payload = PAYLOAD | {"user": "анна@example.com"}
    body = webhook_body(payload, "json")
    assert json.loads(body) == payload
    assert "анна".encode() in body


def test_slack_sees_no_mention_and_no_link_in_a_name() -> None:
    body = json.loads(webhook_body(PAYLOAD | {"requested_by": "<!channel>&"}, "slack"))
    assert body["text"].startswith("&lt;!channel&gt;&amp; asks for")
    assert body["text"].endswith(" https://portal.example/accesses/a-1")


def test_mattermost_sees_no_mention_and_no_markup_in_a_name() -> None:
    body = json.loads(webhook_body(PAYLOAD | {"requested_by": "@all `[x](y)"}, "mattermost"))
    assert body["text"].startswith("`@all '[x](y)` asks for")


@pytest.mark.parametrize("form", ["slack", "mattermost"])
def test_a_reason_of_the_cluster_stays_on_its_line(form: Any) -> None:
    payload = PAYLOAD | {"kind": "refused", "detail": "no\n\n@channel \u202e"}
    assert "no\\n\\n@channel \\u202e" in json.loads(webhook_body(payload, form))["text"]


def test_teams_gets_a_card_of_plain_text_with_a_button() -> None:
    body = json.loads(webhook_body(PAYLOAD | {"requested_by": "[x](https://evil)"}, "teams"))
    card = body["attachments"][0]["content"]
    run = card["body"][0]["inlines"][0]
    assert (run["type"], card["body"][0]["type"]) == ("TextRun", "RichTextBlock")
    assert run["text"].startswith("[x](https://evil) asks for")
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": PAYLOAD["url"]}]


@pytest.mark.parametrize("form", ["slack", "mattermost", "teams"])
def test_without_the_address_of_the_pages_there_is_no_link(form: Any) -> None:
    assert b"http" not in webhook_body(PAYLOAD | {"url": ""}, form).replace(
        b"http://adaptivecards.io", b""
    )


def test_the_signature_is_the_hmac_of_time_and_body() -> None:
    # printf '1780315200.{}' | openssl dgst -sha256 -hmac secret
    expected = "sha256=d797c745ebbfaddc43e7de74687cb7f5edb1cf86ff45243993618eaa31544aab"
    assert webhook_signature("secret", "1780315200", b"{}") == expected


def test_the_example_of_the_documentation_verifies_a_notice() -> None:
    page = Path(__file__).parents[4] / "docs/how-to/user-manager-webhook.md"
    code = page.read_text().split("```python\n")[1].split("```")[0]
    example: dict[str, Any] = {}
    exec(code, example)  # noqa: S102 - our own page
    timestamp = str(int(time.time()))
    signature = webhook_signature("secret", timestamp, b"{}")
    headers = {"X-User-Manager-Timestamp": timestamp, "X-User-Manager-Signature": signature}
    assert example["is_genuine"](headers, b"{}", "secret")
    assert not example["is_genuine"](headers, b"[]", "secret")
    assert not example["is_genuine"](headers | {"X-User-Manager-Timestamp": "1"}, b"{}", "secret")
