"""msgspec inspects a class in one thread: two at once cause a segmentation fault."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

# In a process of its own, because a class is learned once: 16 threads read and are refused, as
# writers are.
LEARNED_IN_THREADS = """
import threading
from concurrent.futures import ThreadPoolExecutor

from memory_api import MemoryApi
from profiles_management import Settings
from profiles_management.kubeflow.objects import merge_patch as writes
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.target_errors import WriteError

learned = []

def watch(frame, event, _):
    if event == "call" and frame.f_code.co_name == "get_class_annotations":
        learned.append(frame.f_locals["obj"])

threading.setprofile(watch)
cluster = Cluster(MemoryApi().client())
cluster.observe(Settings())

def refused(number):
    metadata = {"name": f"one-{number}", "namespace": "nowhere"}
    try:
        cluster.send(writes.create({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata}), deadline=9e9)
    except WriteError as error:
        return error.conflict

with ThreadPoolExecutor(16) as pool:
    assert all(pool.map(refused, range(64)))
print([one for one in learned if not one.__module__.startswith("memory_api")])
"""


def test_no_class_is_learned_in_a_thread():
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    command = [sys.executable, "-c", LEARNED_IN_THREADS]

    ran = subprocess.run(  # noqa: S603
        command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )

    assert ran.stdout == "[]\n"
