"""The document for the cluster, and what the cluster made of it."""

from typing import Any, Final

from django.http import HttpResponse
from django.utils.http import parse_etags
from ninja import Body

from user_manager.api.answers import PmrForm, Problem
from user_manager.api.bodies import MEBIBYTE
from user_manager.api.operations import ApiRequest, ContractRouter, body_limit
from user_manager.domain.cluster_answer import parse_answer
from user_manager.services.answering import take_answer
from user_manager.services.publishing import publish_document

router: Final = ContractRouter(tags=["cluster"])


@router.get("/pmr", response={200: PmrForm, 304: None})
def get_pmr(request: ApiRequest) -> HttpResponse:
    """Return the document for the cluster. `If-None-Match` with its revision is 304."""
    document = publish_document(request.auth)
    etag = f'"{document.revision}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or etag in {tag.removeprefix("W/") for tag in known}:
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(document.body, content_type="application/json")
    response["ETag"] = etag
    return response


@router.put("/cluster", response={204: None, 409: Problem})
@body_limit(16 * MEBIBYTE)
def put_cluster(request: ApiRequest, body: Body[dict[str, Any]]) -> HttpResponse:
    """Take what the cluster made of a revision of the document."""
    take_answer(request.auth, parse_answer(body))
    return HttpResponse(status=204)
