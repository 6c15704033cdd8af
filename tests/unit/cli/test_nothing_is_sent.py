"""An invalid document sends nothing: the whole corpus, applied to a cluster."""

from pathlib import Path

import pytest

DOCUMENTS = sorted((Path(__file__).parents[2] / "corpus").glob("*.yaml"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_a_bad_document_sends_no_request(run, api, document):
    ran = run("apply", str(document), "--allow-revocations")

    assert ran.code == 1
    assert api.log == []
