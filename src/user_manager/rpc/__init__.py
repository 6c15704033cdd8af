"""The gRPC API. `scripts/stubs` generates `user_manager_pb2*` from the contract."""

import os

# Before gRPC is imported: lines of its core are no JSON, and quote what strangers send.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
