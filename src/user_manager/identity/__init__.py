"""Who is calling: from the address of the peer and the headers of a request to a `Call`.

REST, gRPC and the pages use the same functions. Nothing else is believed.
"""
