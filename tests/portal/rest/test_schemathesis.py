"""Schemathesis on the OpenAPI document of a running server: every operation, and chains of them."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from running_server import Server, command, running

HERE = Path(__file__).parent
ROOT = "root@example.com"
ISSUER, AUDIENCE = "https://issuer.example", "user-manager"
SEED = "1"
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "25")
SCOPES = ("users", "read", "audit", "cluster", "act-for")


@pytest.fixture(scope="module")
def program() -> str:
    """Return the program, which requirements-portal-test.txt installs."""
    found = shutil.which("schemathesis")
    assert found, "Install requirements-portal-test.txt, and put its folder bin on PATH."
    return found


def keys_and_token(folder: Path) -> tuple[Path, str]:
    """Return the file of a key set, and the JWT of an administrator."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    described = public | {"kid": "one", "alg": "ES256", "use": "sig"}
    path = folder / "keys.json"
    path.write_text(json.dumps({"keys": [described]}))
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "email": ROOT,
        "exp": datetime.now(UTC) + timedelta(hours=1),
    }
    return path, jwt.encode(claims, key, algorithm="ES256", headers={"kid": "one"})


def bearer_of(caller: str, server: Server, administrator: str) -> str:
    if caller == "administrator":
        return administrator
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    return command(server.environment, "token", "create", "robot", *scopes).strip()


@pytest.mark.parametrize("caller", ["administrator", "service account"])
def test_schemathesis_finds_nothing(caller, program, tmp_path):
    keys, administrator = keys_and_token(tmp_path)
    settings = {
        "ADMINISTRATORS": ROOT,
        "JWT_KEYS": str(keys),
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "OPEN_REQUESTS": "100000",
        "TRUSTED_PROXIES": "",
    }
    with running(tmp_path, **settings) as server:
        url = f"http://localhost:{server.http_port}/openapi.json"
        bearer = bearer_of(caller, server, administrator)
        options = ["--seed", SEED, "--max-examples", EXAMPLES, "--workers", "1", "--no-color"]
        done = subprocess.run(  # noqa: S603
            [
                program,
                f"--config-file={HERE / 'schemathesis.toml'}",
                "run",
                url,
                f"--header=Authorization: Bearer {bearer}",
                *options,
            ],
            check=False,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout
