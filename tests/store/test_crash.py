"""A process killed while it writes leaves whole transactions, and all of those it was told are stored."""

from __future__ import annotations

import subprocess
import sys
import time

import adapter.store
from adapter.store import Store

CHILD = """
import sys, threading
import adapter.store
from adapter.store import cases, messages, resources
from tests.store.builders import NOW, ORG, message, resource

store = adapter.store.open(sys.argv[1])

def write(key):
    def work(conn):
        cases.create(conn, key=key, org=ORG, now=NOW)
        writes = [resource(f"{key}-{n}", case_key=key, tokens=(("identifier", "s", key),)) for n in range(5)]
        resources.put(conn, writes)
        messages.put(conn, [message(f"{key}-m", case_key=key)], now=NOW)
    store.write(work)
    sys.stdout.write(key + "\\n")
    sys.stdout.flush()

def run(thread):
    for n in range(100_000):
        write(f"{thread}-{n}")

for thread in range(4):
    threading.Thread(target=run, args=(thread,)).start()
"""


def keys(store: Store, sql: str) -> list[str]:
    with store.read() as conn:
        return [row[0] for row in conn.driver.execute(sql).fetchall()]


def test_a_process_killed_mid_load_leaves_consistent_data(url: str):
    child = subprocess.Popen([sys.executable, "-c", CHILD, url], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(0.7)
    child.kill()
    told = {first.strip(), *(line.strip() for line in child.stdout if line.endswith("\n"))}
    child.wait()
    child.stdout.close()
    store = adapter.store.open(url)
    stored = set(keys(store, "SELECT key FROM case_"))
    assert told <= stored
    assert len(told) > 4
    assert sorted(keys(store, "SELECT case_key FROM resource")) == sorted(5 * list(stored))
    assert sorted(keys(store, "SELECT value FROM token")) == sorted(5 * list(stored))
    assert sorted(keys(store, "SELECT case_key FROM message")) == sorted(stored)
    if store.dialect == "sqlite":
        assert keys(store, "PRAGMA integrity_check") == ["ok"]
    store.close()
