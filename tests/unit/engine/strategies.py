"""Documents, settings and people from hypothesis: few names, many that are hard to tell apart."""

from datetime import timedelta

from hypothesis import strategies as st

from engine.world import NOON
from profiles_management import Settings
from profiles_management.pmr.classes import (
    Contributor,
    ContributorRole,
    Defaults,
    LimitRangeSpec,
    Owner,
    Plugin,
    Profile,
    ProfilesManagementRepresentation,
    ResourceQuotaSpecModel,
    UserKind,
)
from profiles_management.pmr.writing import dumps

NAMES = ("data", "ml", "web")
ROLES = ("admin", "edit", "view")
LONG = "l" * 240
USERS = (
    "ann@example.com",
    "bob@example.com",
    "a.b@x.com",
    "a-b@x.com",
    "A.b@x.com",
    "é@x.com",
    "用户@x.com",
    "İb@x.com",
    "ib@x.com",
    f"{LONG}1@x.com",
    f"{LONG}2@x.com",
    'q <&> "o\'\\" /é',
)
GROUPS = ("ann@example.com", "team/a", "team-a")
QUOTAS = (
    {},
    {"hard": {"limits.cpu": "1"}},
    {"hard": {"limits.cpu": "1000m"}},
    {"hard": {"limits.cpu": 2, "requests.memory": "1Gi"}},
    {"hard": {"requests.memory": "1024Mi", "pods": 5}},
    {"hard": {"cpu": "0.0001"}},
    {"hard": {"pods": "5"}, "scopes": ["BestEffort"]},
    {"hard": {"pods": "1e1"}, "scopes": ["NotBestEffort", "NotTerminating"]},
    {
        "hard": {"pods": "5"},
        "scopeSelector": {
            "matchExpressions": [
                {"operator": "In", "scopeName": "PriorityClass", "values": ["high", "low"]}
            ]
        },
    },
    {
        "hard": {"pods": "5"},
        "scopeSelector": {
            "matchExpressions": [{"operator": "Exists", "scopeName": "PriorityClass"}]
        },
    },
)
LIMITS = (
    {},
    {"limits": [{"type": "Container", "default": {"cpu": "500m"}}]},
    {"limits": [{"type": "Container", "max": {"cpu": "0.5"}, "min": {"cpu": "1m"}}]},
    {
        "limits": [
            {"type": "Pod", "max": {"memory": "1Gi"}},
            {"type": "Container", "defaultRequest": {"cpu": "1"}},
        ]
    },
    {"limits": [{"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}}]},
)
PLUGINS = (
    {"kind": "WorkloadIdentity", "spec": {"gcpServiceAccount": "ml@example.com"}},
    {
        "apiVersion": "v1",
        "kind": "AwsIamForServiceAccount",
        "spec": {"awsIamRole": "r", "annotateOnly": True},
    },
)
LABELS = {
    "team": ("red", "blue"),
    "stage": ("dev", ""),
    "pipelines.kubeflow.org/enabled": ("false", "true"),
}
ANNOTATIONS = {"note": ("hello", "x" * 300), "example.com/contact": ("é <&>",)}
UNTILS = (
    None,
    None,
    NOON - timedelta(days=1),
    NOON,
    NOON + timedelta(seconds=1),
    NOON + timedelta(days=90),
)


def _some(choices):
    """Draw some of the keys, each with one of its values."""
    return st.fixed_dictionaries(
        {}, optional={key: st.sampled_from(values) for key, values in choices.items()}
    )


roles = st.sampled_from(ROLES)
users = st.sampled_from(USERS)
quotas = st.none() | st.sampled_from(QUOTAS).map(ResourceQuotaSpecModel.model_validate)
limit_ranges = st.none() | st.sampled_from(LIMITS).map(LimitRangeSpec.model_validate)
plugins = st.lists(st.sampled_from(PLUGINS).map(Plugin.model_validate), max_size=1)

owners = st.one_of(
    users.map(lambda name: Owner(kind=UserKind.USER, name=name)),
    st.sampled_from(GROUPS).map(lambda name: Owner(kind=UserKind.GROUP, name=name)),
    st.sampled_from(("data", None)).map(
        lambda space: Owner(kind=UserKind.SERVICE_ACCOUNT, name="default-editor", namespace=space)
    ),
)

contributors = st.one_of(
    st.builds(
        Contributor,
        name=users,
        role=st.sampled_from(ContributorRole),
        until=st.sampled_from(UNTILS),
    ),
    st.builds(
        Contributor,
        name=st.sampled_from(GROUPS),
        role=st.sampled_from(ContributorRole),
        kind=st.just(UserKind.GROUP),
    ),
)


def _key(person):
    return person.kind, person.name.casefold()


@st.composite
def profiles(draw, name, *, people=contributors):
    """Draw one valid profile."""
    owner = draw(owners)
    listed = draw(st.lists(people, max_size=4, unique_by=_key))
    return Profile(
        name=name,
        owner=owner,
        contributors=[person for person in listed if _key(person) != _key(owner)],
        resources=draw(quotas),
        limit_range=draw(limit_ranges),
        labels=draw(_some({key: (*values, None) for key, values in LABELS.items()})),
        annotations=draw(_some(ANNOTATIONS)),
        plugins=draw(plugins),
        adopt=draw(st.booleans()),
    )


defaults = st.none() | st.builds(
    Defaults,
    resources=quotas,
    limit_range=limit_ranges,
    labels=_some({"team": ("red",), "tier": ("gold",)}),
)


class Document(ProfilesManagementRepresentation):
    """A document that a failure shows whole."""

    def __repr__(self):
        return f"loads({dumps(self)!r})"


@st.composite
def documents(draw, *, most=2):
    """Draw a document of few profiles."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=most, unique=True))
    return Document([draw(profiles(name)) for name in names], defaults=draw(defaults))


settings = st.builds(
    Settings,
    standalone=st.booleans(),
    waypoint=st.sampled_from(("", "waypoint")),
    userid_prefix=st.sampled_from(("", "accounts:")),
    additional_principals=st.sampled_from(((), ("cluster.local/ns/x/sa/y",))),
    unlisted=st.sampled_from(("revoke", "revoke", "keep")),
    stale=st.sampled_from(("ours", "ours", "all", "off")),
    allow_revocations=st.just(True),
    deadline=st.just(5.0),
    writers=st.just(1),
)


ALIKE = ("a.b@x.com", "a-b@x.com", "a..b@x.com", "é.a-b@x.com")


@st.composite
def crowds(draw):
    """Draw a document of one profile in which nearly all people fall on one of KFAM's names."""
    owner = draw(st.sampled_from(("olga@example.com", *ALIKE)))
    person = st.builds(
        Contributor, name=st.sampled_from(ALIKE), role=st.sampled_from(ContributorRole)
    )
    listed = draw(st.lists(person, max_size=3, unique_by=_key))
    return Document(
        [
            Profile(
                name="ml",
                owner=Owner(kind=UserKind.USER, name=owner),
                contributors=[one for one in listed if one.name != owner],
            )
        ]
    )
