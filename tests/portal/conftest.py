"""What the tests of the User Manager run on: PostgreSQL, Chromium and Podman."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import container_images
import pytest
from playwright.sync_api import Browser, sync_playwright
from postgresql import PROGRAMS, Postgresql, running_postgresql

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL server of this process."""
    if not PROGRAMS.is_dir():
        pytest.skip("needs PostgreSQL")
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window. Playwright's own browsers are not downloaded."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    # root has no sandbox, and small machines have a small /dev/shm
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.getuid() == 0 else [])]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, in which Django refuses queries
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def base_image() -> str:
    """The name of an image with Python, on which the project's images are built here."""
    missing = [name for name in container_images.PROGRAMS if not shutil.which(name)]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    return container_images.base_image()
