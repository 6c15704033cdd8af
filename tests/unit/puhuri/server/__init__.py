"""What is unexpected about a portal, in each generation of its API: the test server has it too.

The sources are the exchanges that were recorded on Waldur 7.0.7, the documentation and the code of
the generations before it, and the schema of 8.1. A module is about one kind of object.
"""
