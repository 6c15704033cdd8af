"""Every invalid document of the corpus has exactly its expected errors.

Each `tests/corpus/NAME.yaml` is refused with the problems in `NAME.expected`, one a line. After a
change of wording or a new document, write them again with `REGENERATE_CORPUS=1 pytest
tests/unit/pmr/test_corpus.py` and read the difference. Those in `one-of-several` are read as a
source among others that is not trusted.
"""

import gc
import os
from pathlib import Path

import pytest

from profiles_management.pmr import DocumentError, Problem, Rules, loads

CORPUS = Path(__file__).parents[2] / "corpus"
DOCUMENTS = sorted(CORPUS.rglob("*.yaml"))
OF_SEVERAL = {
    "additions": True,
    "rules": Rules(
        names=("team-*", "dev"), trusted=False, allowed_keys=frozenset({"istio-injection"})
    ),
}


def problems_of(document: Path) -> tuple[Problem, ...]:
    options = OF_SEVERAL if document.parent.name == "one-of-several" else {}
    with pytest.raises(DocumentError) as refused:
        loads(document.read_bytes(), name=document.name, **options)
    return refused.value.problems


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_a_bad_document_is_refused_with_exactly_these_problems(document):
    expected = document.with_suffix(".expected")
    said = "".join(f"{problem}\n" for problem in problems_of(document))

    if os.environ.get("REGENERATE_CORPUS"):
        expected.write_text(said)

    assert said == expected.read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_a_problem_can_be_shown_as_it_is(document):
    for problem in problems_of(document):
        assert problem.excerpt.isprintable()
        assert problem.what.isprintable()
        assert problem.remedy.isprintable()
        assert not problem.what.endswith(".")
        assert (
            problem.where.column + problem.width <= len(problem.excerpt) + 2 or not problem.excerpt
        )


def test_the_corpus_is_large_and_has_no_orphans():
    assert len(DOCUMENTS) >= 70
    assert {path.stem for path in CORPUS.rglob("*.expected")} == {
        document.stem for document in DOCUMENTS
    }


def test_the_collector_is_as_it_was_after_a_refusal():
    problems_of(DOCUMENTS[0])

    assert gc.isenabled()
