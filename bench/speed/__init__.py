"""A real API server: the engine and other programs, measured in turns.

Modules:
    figures.py  the figures and their ratios: pure, as page.py and plot.py are
    measure.py  the separate processes: the engine, and what it is compared with
    server.py   the API server: its stored objects and its counters
    run.py      the order of the runs
"""
