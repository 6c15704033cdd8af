"""What is left to chance here is chosen by one number, told with every run: PROFILES_FAULTS_SEED repeats it."""

import os
import secrets

SEED = os.environ.get("PROFILES_FAULTS_SEED") or str(secrets.randbelow(10**6))
