"""The rules of an installation, also for documents that code has changed."""

import pytest

from profiles_management.pmr import Contributor, ProfilesManagementRepresentation, Rules, loads
from profiles_management.pmr.problems import DocumentError
from profiles_management.pmr.rules import problems


def violations(profile, rules):
    return problems(ProfilesManagementRepresentation([profile]), rules)


def codes_and_paths(found):
    return [(problem.code, problem.where.path) for problem in found]


def test_a_plain_profile_breaks_no_rule(profile):
    assert violations(profile(labels={"team": "x"}), Rules()) == []


def test_a_protected_namespace_is_refused(profile):
    found = violations(profile("vault"), Rules(protected=frozenset({"vault"})))

    assert codes_and_paths(found) == [("protected-name", "profiles.vault.name")]


@pytest.mark.parametrize(
    "key",
    [
        "owner",
        "app.kubernetes.io/managed-by",
        "profiles-management.io/instance",
        "charm.profiles-management.io/instance",
        "kubernetes.io/metadata.name",
        "pod-security.kubernetes.io/enforce",
        "k8s.io/x",
        "x.k8s.io/y",
        "istio.io/rev",
        "sidecar.istio.io/inject",
        "istio-injection",
    ],
)
def test_keys_that_others_read_are_refused(profile, key):
    found = violations(profile(labels={key: "x"}), Rules())

    assert [problem.code for problem in found] == ["reserved-key"]


@pytest.mark.parametrize(
    "key",
    [
        "team",
        "example.com/kubernetes.io",
        "notkubernetes.io/x",
        "example.com/owner",
        "notprofiles-management.io/x",
    ],
)
def test_keys_of_ones_own_are_fine(profile, key):
    assert not violations(profile(labels={key: "x"}), Rules())


@pytest.mark.parametrize(
    "allowed", ["pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/*"]
)
def test_a_setting_allows_a_key_or_a_pattern(profile, allowed):
    rules = Rules(allowed_keys=frozenset({allowed}))

    assert not violations(profile(labels={"pod-security.kubernetes.io/enforce": "baseline"}), rules)


@pytest.mark.parametrize(
    "key", ["owner", "profiles-management.io/instance", "app.kubernetes.io/managed-by"]
)
def test_no_setting_allows_our_own_marks(profile, key):
    assert violations(profile(labels={key: "x"}), Rules(allowed_keys=frozenset({"*", key})))


def test_annotations_are_looked_at_too(profile):
    found = violations(profile(annotations={"owner": "eve"}), Rules())

    assert codes_and_paths(found) == [("reserved-key", "profiles.ml.annotations.owner")]


def test_a_document_is_read_by_the_rules_given():
    document = "profiles: [{name: vault, owner: {kind: User, name: ann}}]"

    with pytest.raises(DocumentError, match="protected-name"):
        loads(document, rules=Rules(protected=frozenset({"vault"})))


class TestTheSecondLook:
    def pmr(self, profile, **fields):
        return ProfilesManagementRepresentation([profile(**fields)])

    def test_a_valid_representation_has_no_problems(self, profile):
        assert problems(self.pmr(profile, bob="edit"), Rules()) == []

    def test_someone_appended_twice_is_found(self, profile):
        pmr = self.pmr(profile, bob="edit")
        pmr.profiles["ml"].contributors.append(Contributor(name="Bob@example.com", role="edit"))

        assert codes_and_paths(problems(pmr, Rules())) == [
            ("case-clash", "profiles.ml.contributors[1].name")
        ]

    def test_an_owner_appended_as_contributor_is_found(self, profile):
        pmr = self.pmr(profile)
        pmr.profiles["ml"].contributors.append(Contributor(name="ann@example.com", role="edit"))

        assert codes_and_paths(problems(pmr, Rules())) == [
            ("owner-contributes", "profiles.ml.contributors[0].name")
        ]

    def test_a_label_added_by_hand_is_found(self, profile):
        pmr = self.pmr(profile)
        pmr.profiles["ml"].labels["bad key"] = "x"

        assert codes_and_paths(problems(pmr, Rules())) == [
            ("bad-key", 'profiles.ml.labels["bad key"]')
        ]

    def test_a_name_that_skipped_validation_is_found(self, profile):
        pmr = self.pmr(profile)
        pmr.profiles["ml"].contributors.append(
            Contributor.model_construct(name="*", role="edit", kind="User")
        )

        assert codes_and_paths(problems(pmr, Rules())) == [
            ("wildcard", "profiles.ml.contributors[0].name")
        ]

    def test_a_profile_under_another_name_is_found(self, profile):
        pmr = self.pmr(profile)
        pmr.profiles["other"] = pmr.profiles.pop("ml")

        assert codes_and_paths(problems(pmr, Rules())) == [("wrong-name", "profiles.other.name")]
