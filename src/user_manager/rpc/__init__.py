"""The gRPC API. `scripts/stubs` generates `user_manager_pb2*` from the contract."""
