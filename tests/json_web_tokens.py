"""An issuer of JWTs: its keys, its key set in a file, and the tokens that it signs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

NOW = datetime.now(UTC)  # PyJWT asks the clock of the machine
ANN = "ann@example.com"
ISSUER = "https://issuer.example"
AUDIENCE = "user-manager"
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey, key_id: str) -> dict[str, Any]:
    described = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return described | {"kid": key_id, "alg": "ES256", "use": "sig"}


def jwt_settings(folder: Path) -> dict[str, str]:
    """Write the key set, and return the settings by which the service trusts the issuer."""
    keys = folder / "keys.json"
    keys.write_text(json.dumps({"keys": [public(KEY, "one")]}))
    return {"jwt_keys": str(keys), "jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}


def token_of(
    claims: dict[str, Any] | None = None,
    key: Any = KEY,
    key_id: str | None = "one",
    algorithm: str = "ES256",
) -> str:
    """Return a token of Ann, in which a claim of None is left out."""
    content = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": NOW + timedelta(hours=1),
        "email": ANN,
        "name": "Ann",
    }
    content |= claims or {}
    content = {name: value for name, value in content.items() if value is not None}
    headers = {} if key_id is None else {"kid": key_id}
    return jwt.encode(content, key, algorithm=algorithm, headers=headers)
