"""A server in this process, and a profile of the browser for each page.

The server and the tests share a database in a file: a database in memory would share one
connection, and a browser sends requests at the same moment.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from user_manager.models import ClusterState, EventCounter

LONGEST_WAIT = 60_000.0  # milliseconds
expect.set_options(timeout=LONGEST_WAIT)
_REFUSED_FORM = "422"  # browser and htmx report such an answer, with the form and its errors

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the test database in a file."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        path = tmp_path_factory.mktemp("browser") / "db.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(path)


@pytest.fixture(autouse=True)
def rows_of_the_migrations(transactional_db: None) -> None:
    """Make the rows of a migration, which the test before has removed with all others."""
    EventCounter.objects.get_or_create(id=1)
    ClusterState.objects.get_or_create(id=1)


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Visit]:
    """Open a page as a person. A message on the console, such as a violated policy, is an error."""
    contexts: list[BrowserContext] = []
    messages: list[str] = []

    def open_page(person: str, path: str = "/", **options: Any) -> Page:
        headers = {"kubeflow-userid": person}
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = browser.new_context(
            base_url=live_server.url, extra_http_headers=headers, **options
        )
        contexts.append(context)
        context.set_default_timeout(LONGEST_WAIT)
        page = context.new_page()
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in messages if _REFUSED_FORM not in text] == []


@pytest.fixture(scope="session")
def axe_script() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
