"""The same calls with our client and with the generated one: the same answers, the same portal.

The generated client is Waldur's own, made from the schema of 8.1. It is a second opinion on names,
paths and types, which the test server and our client could have wrong together.
"""
