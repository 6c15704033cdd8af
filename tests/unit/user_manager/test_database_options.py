"""What the URL of the database says reaches the database: above all how a server is verified."""

import pytest

from user_manager import settings
from user_manager.configuration import load

PLAIN = "postgresql://um:secret@db.example.com/um"
VERIFIED = f"{PLAIN}?sslmode=verify-ca&sslrootcert=%2Fdata%2Fca.pem"
OPTIONS = {"sslmode": "verify-ca", "sslrootcert": "/data/ca.pem"}


@pytest.mark.parametrize(
    ("url", "options"),
    [
        (PLAIN, {"connect_timeout": 5}),
        (VERIFIED, {"connect_timeout": 5, **OPTIONS}),
    ],
)
def test_the_options_of_the_url_are_used(
    url: str, options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"USER_MANAGER_SECRET_KEY": "of the tests", "USER_MANAGER_DATABASE_URL": url}
    monkeypatch.setattr(settings, "CONFIGURATION", load(variables))
    assert settings._database()["OPTIONS"] == options
