"""A label or annotation of a namespace makes another system give more access than a profile."""

import pytest

from profiles_management import DocumentError
from profiles_management.pmr import Rules, documents

KEYS = (
    "iam.amazonaws.com/permitted",
    "openshift.io/node-selector",
    "field.cattle.io/projectId",
    "admission.gatekeeper.sh/ignore",
    "config.linkerd.io/skip-inbound-ports",
    "linkerd.io/inject",
    "policies.kyverno.io/exclude",
    "scheduler.alpha.kubernetes.io/node-selector",
    "IAM.amazonaws.com/permitted",
    "x/y",
)
PLACES = {
    "labels": "profiles: [{name: ml, owner: {kind: User, name: ann}, labels: {%s: x}}]",
    "annotations": "profiles: [{name: ml, owner: {kind: User, name: ann}, annotations: {%s: x}}]",
    "defaults": "defaults: {labels: {%s: x}}\nprofiles: [{name: ml, owner: {kind: User, name: ann}}]",
}


def codes(document, **rules):
    try:
        documents.loads(document, rules=Rules(**rules), additions=True)
    except DocumentError as error:
        return {problem.code for problem in error.problems}
    return set()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("key", KEYS)
def test_an_untrusted_document_sets_no_key_with_a_domain(key, place):
    document = PLACES[place] % f'"{key}"'

    assert codes(document, trusted=False) & {"not-trusted", "reserved-key", "bad-key"}


@pytest.mark.parametrize("place", PLACES)
def test_an_untrusted_document_sets_what_the_administrator_lists_and_plain_keys(place):
    allowed = frozenset({"example.com/*"})

    assert not codes(PLACES[place] % "example.com/team", trusted=False, allowed_keys=allowed)
    assert not codes(PLACES[place] % "team", trusted=False)
    assert codes(PLACES[place] % "example.org/team", trusted=False, allowed_keys=allowed) == {
        "not-trusted"
    }


def test_a_list_for_trusted_sources_does_not_open_keys_of_kubernetes_to_others():
    document = PLACES["labels"] % "pod-security.kubernetes.io/enforce"
    allowed = frozenset({"pod-security.kubernetes.io/*"})

    assert codes(document, trusted=False, allowed_keys=allowed) == {"not-trusted"}
    assert not codes(document, allowed_keys=allowed)


def test_a_trusted_document_sets_keys_of_other_systems_as_before():
    assert not codes(PLACES["annotations"] % "iam.amazonaws.com/permitted")


def test_the_refusal_says_what_the_administrator_can_do():
    with pytest.raises(DocumentError) as refused:
        documents.loads(
            PLACES["labels"] % "openshift.io/node-selector",
            rules=Rules(trusted=False),
            additions=True,
        )

    (problem,) = refused.value.problems
    assert str(problem) == (
        '<text>:1:64 profiles[0].labels["openshift.io/node-selector"]: "openshift.io/node-selector" has a domain '
        "that is not allowed for this source. Remove it, or ask the administrator to list it in the setting allowed_keys, "
        "or to trust this source [not-trusted]"
    )
