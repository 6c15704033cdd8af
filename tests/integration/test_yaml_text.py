"""kubectl's YAML reader, which is Go's, reads our YAML as intended."""

import json
import random

import pytest

from profiles_management import create_or_update_profiles
from profiles_management.kubeflow.folder import manifests
from profiles_management.pmr import yaml_text
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from scenarios import texts

SEED = 20261126
CHARACTERS = (
    *"0123456789eExXoObB+-_.: #&*!|>%@`'\"\\[]{},?\t\n\r\x00\x7f\x85\xa0~yYnN",
    *texts.CHARACTERS[:-1],
)


@pytest.fixture
def read(kubectl, tmp_path):
    """Write data into a Profile's plugin, and return it as kubectl reads it."""

    def read(data):
        body = {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": "ml"},
            "spec": {"plugins": [{"kind": "WorkloadIdentity", "spec": {"data": data}}]},
        }
        path = tmp_path / "profile.yaml"
        path.write_text(yaml_text.dump(body), encoding="utf-8")
        return seen(kubectl, path)["spec"]["plugins"][0]["spec"]["data"]

    return read


def seen(kubectl, path):
    """Return a file's object as kubectl reads it; without a look at the server's schema."""
    return json.loads(
        kubectl("create", "--dry-run=client", "--validate=false", "-o", "json", "-f", str(path))
    )


def some(number):
    chance = random.Random(SEED)
    return ["".join(chance.choices(CHARACTERS, k=chance.randrange(1, 9))) for _ in range(number)]


def test_a_text_is_read_as_that_text_wherever_it_stands(read):
    every = [*texts.ALL, *some(3_000)]
    data = {text: [text, {text: [[text]]}] for text in every}

    assert read([data, *every, {"a": data}]) == [data, *every, {"a": data}]


def test_a_long_key_is_a_key(read):
    data = {
        key: value for key in ("k" * 1_100, "\n" * 600) for value in ({"a": [1]}, [1, [2]], "x")
    }

    assert read([data, {"b": data}]) == [data, {"b": data}]


def test_a_number_and_what_looks_like_it_stay_apart(read):
    data = [
        1,
        "1",
        1.5,
        "1.5",
        1e16,
        "1e16",
        1e-7,
        True,
        "true",
        None,
        "null",
        -1,
        2**53,
        [],
        {},
        "[]",
        "{}",
    ]

    assert json.dumps(read(data)) == json.dumps(data).replace("1e+16", "10000000000000000")


def test_a_folder_is_read_as_kubectl_reads_it(kubectl, tmp_path):
    """Check unquoted text in files of others, or that we wrote before we quoted such text."""
    path = tmp_path / "profile.yaml"
    refused = {"-", "<<", ".nan", ".NaN", ".inf", "-.inf", "+.Inf"}
    plain = [text for text in (*texts.WORDS, *texts.NUMBERS) if text not in refused]
    lines = [f"      - {text}" for text in plain]
    head = "apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {name: ml}\nspec:\n  plugins:\n  - kind: X\n"
    path.write_text(head + "    spec:\n      data:\n" + "\n".join(lines) + "\n", encoding="utf-8")

    (ours,) = manifests.documents(path)

    of_kubectl = seen(kubectl, path)["spec"]["plugins"][0]["spec"]["data"]
    of_ours = ours["spec"]["plugins"][0]["spec"]["data"]
    assert list(zip(plain, map(_kind, of_ours), strict=True)) == list(
        zip(plain, map(_kind, of_kubectl), strict=True)
    )


def test_every_file_of_a_document_is_read_as_it_was_written(engine, profile, kubectl, tmp_path):
    names = [
        "0098123",
        "1e3",
        "12e5",
        "0o17",
        "y",
        "~",
        "CN=Ann, O=Example",
        "#ann",
        "- ann",
        "ann: x",
        "\u7528\u6237",
    ]
    people = [{"name": name, "role": "edit"} for name in names]
    labels = {"commit": "7e123", "ver": "1e3", "y": "y", "n": "0x1"}
    notes = {"note": "a\n---\nb: |\n  c\u2028\n", "on": "yes"}
    odd = profile(more={"contributors": people, "labels": labels, "annotations": notes})
    named = [profile(more={"name": name}) for name in ("1e3", "y", "0x1", "null")]
    document = ProfilesManagementRepresentation([odd, *named])

    for standalone in (False, True):
        folder = tmp_path / str(standalone)
        settings = engine.settings_with(standalone=standalone)
        create_or_update_profiles(document, target=folder, settings=settings)
        for path in folder.rglob("*.yaml"):
            found = seen(kubectl, path)
            assert yaml_text.dump(_plain(found)) == path.read_text(encoding="utf-8"), path


def _kind(value):
    """Return a value that keeps 1 and true apart, and makes 1 and 1.0 equal, as JSON does."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return (float(value), "number") if is_number else (value, "")


def _plain(found):
    """Remove the fields that kubectl adds."""
    return {key: part for key, part in found.items() if key != "status"}
