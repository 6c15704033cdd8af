"""The number that chooses what is random here. PROFILES_FAULTS_SEED repeats a run."""

import os
import secrets

SEED = os.environ.get("PROFILES_FAULTS_SEED") or str(secrets.randbelow(10**6))
