"""Few RPCs work at once, and few threads keep a connection to the database."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from user_manager.rpc import workers
from user_manager.rpc.workers import Workers

THREADS = 8


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(workers, "close_old_connections", lambda: None)
    monkeypatch.setattr(
        workers, "close_connection", lambda: names.append(threading.current_thread().name)
    )
    return names


def test_no_more_than_the_count_work_at_once_and_the_others_keep_no_connection(
    closed: list[str],
) -> None:
    limited = Workers(2)
    at_once: list[int] = []
    all_here = threading.Barrier(THREADS)
    running = 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal running
        all_here.wait(20)
        for _ in range(3):
            with limited.working():
                with lock:
                    running += 1
                    at_once.append(running)
                with lock:
                    running -= 1

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(work) for _ in range(THREADS)]:
            future.result()
    assert max(at_once) <= 2
    assert len(set(closed)) == THREADS - 2
    assert len(closed) == 3 * (THREADS - 2)
