"""Valid but probably wrong values get a warning with their place, which stops nothing.

Each `tests/warned/NAME.yaml` is valid and has the warnings in `NAME.expected`, one a line. After a
change of wording or a new document, write them again with `REGENERATE_CORPUS=1 pytest
tests/unit/pmr/test_warnings.py` and read the difference.
"""

import os
from pathlib import Path

import pytest

from profiles_management.pmr import (
    DocumentError,
    ProfilesManagementRepresentation,
    SourceDocument,
    loads,
    merge,
)
from profiles_management.pmr.warnings import document_warnings

WARNED = Path(__file__).parents[2] / "warned"
DOCUMENTS = sorted(WARNED.glob("*.yaml"))
MILLI = "profiles: [{name: ml, owner: {kind: User, name: a@example.com}, resources: {hard: {limits.memory: 512m}}}]"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_a_valid_document_has_exactly_these_warnings(document):
    expected = document.with_suffix(".expected")
    warned = "".join(
        f"{warning}\n" for warning in loads(document.read_bytes(), name=document.name).warnings
    )

    if os.environ.get("REGENERATE_CORPUS"):
        expected.write_text(warned)

    assert warned == expected.read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_a_warning_is_shown_at_its_line(document):
    for warning in loads(document.read_bytes()).warnings:
        assert warning.where.line
        assert warning.excerpt.isprintable()
        assert warning.what.isprintable()
        assert warning.remedy.isprintable()


def test_every_document_here_has_its_expected_warnings():
    assert {path.stem for path in WARNED.glob("*.expected")} == {
        document.stem for document in DOCUMENTS
    }


def test_a_document_that_code_has_built_is_warned_of_alike():
    read = loads(MILLI)
    built = ProfilesManagementRepresentation([*read.profiles.values()], defaults=read.defaults)

    (of_text,), (of_code,) = document_warnings(read), document_warnings(built)

    assert (of_code.code, of_code.what, of_code.remedy) == (
        of_text.code,
        of_text.what,
        of_text.remedy,
    )
    assert of_code.where.path == 'profiles.ml.resources.hard["limits.memory"]'


def test_a_merged_document_keeps_the_warnings_of_its_sources():
    merged = merge(
        [
            SourceDocument("config", loads(MILLI, name="pmr")),
            SourceDocument("git", loads("profiles: []")),
        ]
    )

    (warning,) = document_warnings(merged)

    assert (warning.where.file, warning.where.line) == ("pmr", 1)


def test_a_document_with_nothing_odd_has_no_warnings():
    assert loads(MILLI.replace("512m", "512Mi")).warnings == ()


def test_the_valid_parts_of_a_profile_that_is_refused_are_warned_of():
    parts = (
        "resources: {hard: {limits.gpu: 1, limits.nvidia.com/gpu: 1, cpu: 4Gi}}",
        "limitRange: {limits: [{type: Container, max: {memory: 5m, gpu: 1}}]}",
        "plugins: [{kind: Vault}, {spec: {}}]",
    )
    text = (
        "profiles: [{name: ml, owner: {kind: User, name: a@example.com}, " + ", ".join(parts) + "}]"
    )

    with pytest.raises(DocumentError) as refused:
        loads(text)

    codes = sorted(warning.code for warning in refused.value.warnings)
    assert codes == ["counts-nothing", "milli-bytes", "odd-unit", "unknown-plugin"]
