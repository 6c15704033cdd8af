"""The verbs: lock, decide, write and record, in one transaction each.

Rows are locked in one order, so that no two transactions wait for each other: users by id,
modules by id, accesses by id, absences by person, and the counter of the events at the end.
"""
