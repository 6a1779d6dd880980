#!/usr/bin/env python3
"""A million random and mutated frames against the running service: an answer to each, no hang, memory flat.

Memory is taken after the first fifth and at the end. The service may grow by a tenth and 32 MiB between: mutated
account ids are new accounts to it, and its link state holds them.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from harness import LOAD_CORE, failures, guarded, Load, make_requests
from protowire import Connection, data, first, number, read_fields
from service import Service, ToolError, compile_c, install_packages, pinned, release_directory, report

MIB = 1 << 20
GROWTH_SHARE, GROWTH_BYTES = 0.10, 32 * MIB
WARM_UP_SHARE = 0.2
BASE_REQUESTS = 512
HEALTH, SERVING = 14, 1


def send(executable, service, requests, count, seed, connections):
    """One run of the fuzzer; its figures. A broken promise is an error with what the fuzzer said."""
    command = pinned(LOAD_CORE, [executable, service.port, requests, count, seed, connections])
    result = subprocess.run(command, capture_output=True, text=True, timeout=300 + count / 1000)
    if result.returncode != 0:
        said = result.stderr.strip() or f"status {result.returncode}"
        state = "is still running" if service.is_running() else f"is gone{service.log_tail()}"
        raise ToolError(f"{said}; the service {state}")
    return json.loads(result.stdout)


def is_serving(service):
    """Whether Health says so."""
    with Connection(service.address) as connection:
        return first(read_fields(connection.call(number(1, 1) + data(HEALTH, b""))), 1) == SERVING


def add_up(runs):
    """The figures of several runs together."""
    total = {key: sum(run[key] for run in runs) for key in ("frames", "answered", "rude_connections", "last_words")}
    codes = sorted({code for run in runs for code in run["by_code"]}, key=int)
    total["by_status_code"] = {code: sum(run["by_code"].get(code, 0) for run in runs) for code in codes}
    return total


def main():
    parser = argparse.ArgumentParser(prog="bench frames", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000, help="frames (default a million)")
    parser.add_argument("--seed", type=int, default=1, help="of the mutations; the warm-up uses the next one")
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    install_packages()
    binaries = release_directory()
    warm_up = max(1, int(options.count * WARM_UP_SHARE))
    with tempfile.TemporaryDirectory(prefix="stillwatch-frames-") as directory:
        fuzzer = compile_c("Tools/Fuzz/frames.c", directory)
        load = Load(directory)
        requests = make_requests(directory, BASE_REQUESTS, mixed=True)
        with Service(binaries, pathlib.Path(directory) / "data", accept_custom=("colour", "height")) as service:
            runs = [send(fuzzer, service, requests, warm_up, options.seed + 1, options.connections)]
            before = service.resident_bytes()
            runs.append(send(fuzzer, service, requests, max(1, options.count - warm_up), options.seed,
                             options.connections))
            after = service.resident_bytes()
            serving = is_serving(service)
            failed = failures(load.run(service, 4, 4, 1))
    figures = add_up(runs)
    allowed = round(before * (1 + GROWTH_SHARE)) + GROWTH_BYTES
    figures.update(seed=options.seed, connections=options.connections, serving_afterwards=serving,
                   failed_afterwards=failed, resident_bytes_after_warm_up=before, resident_bytes_at_end=after,
                   resident_bytes_allowed=allowed)
    print(f"{figures['answered']:,} of {figures['frames']:,} frames answered, status codes "
          f"{figures['by_status_code']}, {figures['rude_connections']:,} connections with broken framing; memory "
          f"{before / MIB:.1f} MiB after a fifth, {after / MIB:.1f} MiB at the end, {allowed / MIB:.1f} MiB allowed")
    passed = figures["answered"] == figures["frames"] and serving and failed == 0 and after <= allowed
    return report("frames", figures, {"answered_share": 1.0, "resident_bytes_at_end": allowed}, passed)


sys.exit(guarded("frames", main))
