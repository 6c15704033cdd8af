"""A real API server: the engine beside what else one could do, measured in turn.

figures.py  what was measured, and the ratios that are made of it: pure, as page.py and plot.py are
measure.py  what runs in a process of its own: the engine, and what it is held against
server.py   the API server: filled, emptied, asked what it has answered
run.py      who is measured when
"""
