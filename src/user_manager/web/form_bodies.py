"""What may be sent to a page: a form of a few texts. It is read before anybody is known."""

from collections.abc import Callable
from typing import Final, NoReturn

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse

from user_manager.domain.errors import TooLarge
from user_manager.web.pages import error_page

LARGEST_FORM: Final = 64 * 1024  # bytes; the longest texts, percent-encoded, take half of it
_OTHERS: Final = "/api/"  # these routes have limits of their own


class NoFiles(FileUploadHandler):
    """Reads no file: nothing takes one, and Django would write them to a disk."""

    def new_file(self, *_: object, **__: object) -> NoReturn:
        """Stop at a file."""
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take nothing."""

    def file_complete(self, file_size: int) -> None:
        """Return no file."""


def limit_forms(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that refuses bodies for which the check of forged forms would wait."""

    def middleware(request: HttpRequest) -> HttpResponse:
        size = request.META.get("CONTENT_LENGTH") or "0"
        is_large = size.isdecimal() and int(size[:20]) > LARGEST_FORM
        is_late = "Expect" in request.headers  # the body is sent when it is read, which would wait
        if (is_large or is_late) and not request.path_info.startswith(_OTHERS):
            error = TooLarge(
                "At most {limit:,} bytes are allowed, and no header Expect.", limit=LARGEST_FORM
            )
            return error_page(request, error)
        return get_response(request)

    return middleware
