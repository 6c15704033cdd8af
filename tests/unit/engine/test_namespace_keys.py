"""Labels and annotations of a namespace: ours are recorded, and only those are removed."""

import json

import pytest

from engine.build import document
from engine.world import World
from profiles_management import DocumentError, Settings, export_pmr
from profiles_management.kubeflow.objects import naming
from profiles_management.pmr import loads


def labelled(profile, **labels):
    return profile(
        fields={"labels": {key.replace("__", "/"): value for key, value in labels.items()}}
    )


def namespace(world):
    return world.api.get("Namespace", None, "ml")["metadata"]


def by_hand(world, **metadata):
    body = {"metadata": metadata}
    world.api.call(
        "PATCH",
        world.api.path("Namespace", None, "ml"),
        body,
        content_type="application/merge-patch+json",
    )


def test_labels_and_annotations_are_set(world, profile):
    world.apply(
        document(profile(fields={"labels": {"team": "red"}, "annotations": {"note": "hello"}}))
    )

    assert namespace(world)["labels"]["team"] == "red"
    assert namespace(world)["annotations"]["note"] == "hello"


def test_the_controllers_own_keys_stay(world, profile):
    world.apply(document(labelled(profile, team="red")))

    assert namespace(world)["labels"]["istio-injection"] == "enabled"
    assert namespace(world)["annotations"]["owner"] == "owner@example.com"


def test_setting_them_again_writes_nothing(world, profile):
    pmr = document(labelled(profile, team="red"))
    world.apply(pmr)

    assert not world.plan(pmr).changes


def test_a_key_that_left_the_document_is_removed(world, profile):
    world.apply(
        document(profile(fields={"labels": {"team": "red"}, "annotations": {"note": "hello"}}))
    )

    world.apply(document(profile()))

    assert "team" not in namespace(world)["labels"]
    assert set(namespace(world)["annotations"]) == {"owner"}
    assert not world.plan(document(profile())).changes


def test_what_others_set_is_never_removed(world, profile):
    world.apply(document(labelled(profile, team="red")))
    by_hand(world, labels={"theirs": "kept"}, annotations={"theirs": "kept"})

    world.apply(document(profile()))

    assert namespace(world)["labels"]["theirs"] == "kept"
    assert namespace(world)["annotations"]["theirs"] == "kept"


def test_a_value_that_somebody_changed_is_set_again(world, profile):
    pmr = document(labelled(profile, team="red"))
    world.apply(pmr)
    by_hand(world, labels={"team": "blue"})

    world.apply(pmr)

    assert namespace(world)["labels"]["team"] == "red"


def test_a_label_of_the_controllers_may_have_another_value_without_a_fight(world, profile):
    pmr = document(profile(fields={"labels": {"pipelines.kubeflow.org/enabled": "false"}}))

    world.apply(pmr)
    world.controller.resync()

    assert namespace(world)["labels"]["pipelines.kubeflow.org/enabled"] == "false"
    assert not world.plan(pmr).changes


def test_a_label_that_the_controller_puts_back_is_no_drift(world, profile):
    world.apply(document(profile(fields={"labels": {"pipelines.kubeflow.org/enabled": "false"}})))

    world.apply(document(profile()))

    assert namespace(world)["labels"]["pipelines.kubeflow.org/enabled"] == "true"
    assert not world.plan(document(profile())).changes


def test_defaults_merge_key_by_key_and_null_drops_one(world, profile):
    own = profile(fields={"labels": {"team": "blue", "stage": None}})

    world.apply(document(own, labels={"team": "red", "stage": "dev", "tier": "gold"}))

    found = namespace(world)["labels"]
    assert (found["team"], found.get("stage"), found["tier"]) == ("blue", None, "gold")


@pytest.mark.parametrize("key", ["owner", naming.MANAGED_BY, naming.INSTANCE])
def test_our_marks_and_the_owner_are_no_keys_for_a_document(world, profile, key):
    with pytest.raises(DocumentError, match="reserved-key"):
        world.apply(document(profile(fields={"annotations": {key: "x"}})))

    assert not world.api.log


@pytest.mark.parametrize(
    "key", ["pod-security.kubernetes.io/enforce", "istio-injection", "sidecar.istio.io/inject"]
)
def test_kubernetes_and_istios_keys_want_a_setting(profile, key):
    pmr = document(profile(fields={"labels": {key: "enabled"}}))
    world = World(Settings(allowed_keys=frozenset({key})))

    with pytest.raises(DocumentError, match="allowed_keys"):
        world.apply(pmr, allowed_keys=frozenset())
    world.apply(pmr)

    assert namespace(world)["labels"][key] == "enabled"


@pytest.mark.parametrize(
    "record", ["{nonsense", '["labels"]', '{"labels": 5}', "", '{"labels": [1]}']
)
def test_a_record_that_somebody_broke_takes_nothing_away(world, profile, record):
    world.apply(document(labelled(profile, team="red")))
    by_hand(world, annotations={naming.KEYS: record})

    report = world.apply(document(profile()))

    assert report.exit_code == 0
    assert namespace(world)["labels"]["team"] == "red"
    assert not world.plan(document(profile())).changes


FIELD = f"{naming.DOMAIN}/display-name"


@pytest.mark.parametrize("part", ["labels", "annotations"])
def test_a_field_of_our_own_domain_that_left_the_document_is_removed(world, profile, part):
    """Two cases: the document dropped the field, or an older version does not know it."""
    world.apply(document(profile()))
    by_hand(world, **{part: {FIELD: "ML"}})
    by_hand(world, annotations={naming.KEYS: json.dumps({part: [FIELD]})})

    world.apply(document(profile()))

    assert FIELD not in namespace(world)[part]
    assert naming.KEYS not in namespace(world)["annotations"]
    assert not world.plan(document(profile())).changes


@pytest.mark.parametrize(
    "settings", [Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"]
)
def test_no_mark_of_ours_is_removed_by_writing_it_into_the_record(profile, settings):
    world = World(settings).after(document(profile()))
    marks = {
        naming.INSTANCE,
        naming.MANAGED_BY,
        naming.OWNER,
        naming.ADOPTABLE,
        naming.UNTIL,
        naming.SOURCE,
        naming.SETS,
    }
    record = json.dumps({part: sorted({*marks, naming.KEYS}) for part in ("labels", "annotations")})
    for part in ("labels", "annotations"):
        by_hand(
            world,
            **{part: {key: namespace(world)[part].get(key, "x") for key in marks - {naming.OWNER}}},
        )
    by_hand(world, annotations={naming.KEYS: record})
    before = namespace(world)

    report = world.apply(document(profile()))

    assert report.exit_code == 0
    after = namespace(world)
    assert {*before["labels"], *before["annotations"]} - {
        *after["labels"],
        *after["annotations"],
    } <= {naming.KEYS}


FIELDS: set[str] = set()  # our keys on a namespace that are values of fields of the document


def test_every_key_of_our_domain_is_either_a_mark_or_a_field():
    ours = {
        value
        for value in vars(naming).values()
        if isinstance(value, str) and value.startswith(f"{naming.DOMAIN}/")
    }

    assert ours == naming.MARKS | FIELDS


def test_an_export_takes_no_key_of_our_domain_for_a_label_or_annotation(world, profile):
    world.apply(document(profile()))
    by_hand(world, annotations={FIELD: "ML", naming.KEYS: json.dumps({"annotations": [FIELD]})})

    exported = export_pmr(target=world.client, settings=world.settings)

    assert loads(exported.to_yaml()).profiles["ml"].annotations == {}


def test_an_adopted_namespace_keeps_what_it_had(world, profile):
    metadata = {"name": "ml", "labels": {"theirs": "kept"}, "annotations": {"note": "kept"}}
    world.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    world.apply(document(profile(fields={"adopt": True, "labels": {"team": "red"}})))
    world.apply(document(profile()))

    assert namespace(world)["labels"]["theirs"] == "kept"
    assert namespace(world)["annotations"]["note"] == "kept"
    assert "team" not in namespace(world)["labels"]


def test_a_key_of_ours_that_is_gone_already_is_no_difference_to_tell(world, profile):
    world.apply(document(labelled(profile, team="red")))
    by_hand(world, labels={"team": None})

    plan = world.plan(document(profile()))

    # the record is tidied up, and nothing else
    assert [change.fields for change in plan.changes] == [()]


def test_a_record_that_somebody_wrote_never_takes_the_owner_away(world, profile):
    world.apply(document(labelled(profile, team="red")))
    by_hand(world, annotations={naming.KEYS: '{"annotations": ["owner"]}'})

    world.apply(document(profile()))

    assert namespace(world)["annotations"]["owner"] == "owner@example.com"
