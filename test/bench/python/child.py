"""`child.py PEER PATH THREADS CLOCK`: measures a peer as `../child.ts` does; tasks and answers are lines of JSON."""

import importlib
import json
import os
import resource
import sys
import time

KEYSTROKE_TOKENS = [8, 16]


def main(kind: str, path: str, threads: str, clock: str) -> None:
    now = (lambda: time.process_time() * 1000) if clock == "cpu" else (lambda: time.perf_counter() * 1000)
    module = importlib.import_module(f"{kind}_peer")
    start = now()
    peer = module.Peer(path, int(threads))
    peer.prefill([464])
    answer([now() - start])
    for line in sys.stdin:
        answer(measure(peer, json.loads(line), now))


def measure(peer, task, now) -> list[float]:
    at: list[float] = []
    start = now()
    if task["kind"] == "prefill":
        peer.prefill(task["ids"])
        return [now() - start]
    if task["kind"] == "decode":
        peer.remember(task["text"][:-1])
        peer.proceed(task["text"][-1:], task["count"] + 1, lambda: at.append(now()))
        return [b - a for a, b in zip(at, at[1:])]
    peer.remember(task["text"])
    start = now()
    peer.proceed(task["typed"], KEYSTROKE_TOKENS[1], lambda: at.append(now() - start))
    return [at[count - 1] for count in KEYSTROKE_TOKENS]


def answer(times: list[float]) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"times": times, "megabytes": resident(), "peakMegabytes": peak}), flush=True)


def resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


main(*sys.argv[1:])
