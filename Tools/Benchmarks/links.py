#!/usr/bin/env python3
"""The link state: cost per request and bytes per identifier, while its tables grow and when they are full; and Redis.

Requests of 8 to 10 identifiers that come again as such things do, applied to a link state inside one process until it
holds 1, 10 and 50 million identifiers (the largest that fits --memory-gib), each request timed; then passes over the
full state, where every new identifier makes the stalest one go. Times are wall clock, the longest also by the
processor's own clock, since others share the machine. Bytes are the process's resident memory by identifier: with
pairs, accounts and their histories.

Then the same counters (distinct accounts, arrivals, first and last seen) for the same requests in Redis, at the
smallest size: one hiredis client, a Unix socket, all commands of a request in one pipeline. Ours and Redis take turns.
"""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from harness import LOAD_CORE, SERVER_CORE, guarded, markdown
from metrics import median
from service import ToolError, compile_c, install_packages, pinned, release_directory, report, run_tool

SIZES = (1_000_000, 10_000_000, 50_000_000)
GIB = 1 << 30
REDIS_PACKAGES = ("redis-server", "libhiredis-dev")
REDIS_READY_S = 30
# Until a size is measured, more bytes an identifier than any was seen to take.
ASSUMED_BYTES = 500


class Turns:
    """A child that prints a line of JSON when it is ready, and one more for each line it is sent."""

    def __init__(self, core, command):
        self.name = pathlib.Path(command[0]).name
        self.process = subprocess.Popen(pinned(core, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def read(self):
        """The next line."""
        line = self.process.stdout.readline()
        if not line:
            raise ToolError(f"{self.name} ended early")
        return json.loads(line)

    def turn(self):
        """One pass."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.read()


class Redis:
    """A Redis of our own on a Unix socket, which keeps nothing on disk; killed in the end."""

    def __init__(self, directory):
        self.socket = f"{directory}/redis"
        command = ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--appendonly", "no",
                   "--dir", directory, "--logfile", f"{directory}/redis.log"]
        self.process = subprocess.Popen(pinned(SERVER_CORE, command), start_new_session=True)

    def __enter__(self):
        until = time.monotonic() + REDIS_READY_S
        while not os.path.exists(self.socket):
            if self.process.poll() is not None or time.monotonic() > until:
                self.__exit__()
                raise ToolError("redis-server did not start")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def resident_bytes(self):
        """Memory in RAM."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise ToolError("no VmRSS of redis-server")


def ours(binaries, size, pass_requests, seed):
    """A filled link state that takes turns."""
    return Turns(LOAD_CORE, [binaries / "stillwatch", "time-links", "--identifiers", size, "--pass", pass_requests,
                             "--seed", seed])


def measure(binaries, size, options):
    """Growth and the median of full passes of one size."""
    with ours(binaries, size, options.pass_requests, options.seed) as child:
        growth = child.read()
        return {"growth": growth, "full": medians([child.turn() for _ in range(options.passes)])}


def medians(lines):
    """The median of each number."""
    return {key: median([line[key] for line in lines]) for key in lines[0] if key != "phase"}


def beside_redis(binaries, size, options):
    """Ours and Redis in turns over the same requests."""
    with tempfile.TemporaryDirectory(prefix="sw-links-") as directory:
        client = compile_c("Tools/Benchmarks/links_redis.c", directory, libraries=("hiredis",))
        requests = pathlib.Path(directory) / "requests"
        with ours(binaries, size, options.redis_requests, options.seed) as child:
            filled = child.read()["requests"]
            count = filled + options.passes * options.redis_requests
            run_tool(binaries, "time-links", "--identifiers", size, "--seed", options.seed, "--requests", count,
                     "--out", requests)
            with Redis(directory) as redis, Turns(LOAD_CORE, [client, redis.socket, requests, filled,
                                                             options.redis_requests]) as other:
                fill = other.read()
                turns = [(child.turn(), other.turn()) for _ in range(options.passes)]
                resident = redis.resident_bytes()
    mine, theirs = medians([pair[0] for pair in turns]), medians([pair[1] for pair in turns])
    ratios = [pair[1]["p50_us"] / pair[0]["p50_us"] for pair in turns]
    return {"identifiers": size, "requests_filled": filled, "redis_fill_s": fill["seconds"], "ours": mine,
            "redis": theirs, "redis_resident_bytes": resident, "ratio": round(median(ratios), 1),
            "ratio_least": round(min(ratios), 1), "ratio_most": round(max(ratios), 1)}


def table(sizes):
    """The figures for people."""
    rows = [["identifiers", "tables", "requests", "mean µs", "mean CPU", "p50", "p99", "p99.9", "longest", "longest, CPU",
             "bytes an identifier"]]
    for size, figures in sizes.items():
        for phase, name in (("growth", "growing"), ("full", "full")):
            line = figures[phase]
            rows.append([
                f"{int(size):,}", name, f"{int(line['requests']):,}", f"{line['mean_us']:.2f}",
                f"{line['cpu_mean_us']:.2f}", f"{line['p50_us']:.2f}",
                f"{line['p99_us']:.1f}", f"{line['p999_us']:.1f}", f"{line['max_us']:,.0f}",
                f"{line['cpu_max_us']:,.0f}", f"{line['resident_bytes'] / line['identifiers']:.0f}"])
    return markdown(rows)


def arguments():
    parser = argparse.ArgumentParser(prog="bench links", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="identifiers held")
    parser.add_argument("--memory-gib", type=float, default=18, help="most memory of a state (default 18)")
    parser.add_argument("--passes", type=int, default=5, help="passes over a full state (default 5)")
    parser.add_argument("--pass-requests", type=int, default=200_000, help="requests of a pass (default 200,000)")
    parser.add_argument("--redis-batches", type=int, default=40, help="512 requests each, of a pass beside Redis (40)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the requests (default 1)")
    parser.add_argument("--no-redis", action="store_true", help="leave Redis out")
    options = parser.parse_args()
    # Ours takes whole batches, and Redis is to serve the same requests.
    options.redis_requests = 512 * options.redis_batches
    return options


def fitting(size, bytes_each, options):
    """The largest number of identifiers up to `size` that fits, in whole millions where it is cut."""
    room = int(options.memory_gib * GIB / bytes_each)
    return size if size <= room else max(1_000_000, room // 1_000_000 * 1_000_000)


def main():
    options = arguments()
    install_packages()
    if not options.no_redis:
        install_packages(REDIS_PACKAGES)
    binaries = release_directory()
    sizes, bytes_each = {}, ASSUMED_BYTES
    for size in sorted(options.sizes):
        held = fitting(size, bytes_each, options)
        if held < size:
            print(f"{size:,} identifiers would not fit {options.memory_gib} GiB; measured with {held:,}", flush=True)
        sizes[str(held)] = measure(binaries, held, options)
        line = sizes[str(held)]["full"]
        # Smaller tables can be emptier ones.
        bytes_each = 1.1 * line["resident_bytes"] / line["identifiers"]
        print(f"{held:,} identifiers: done", file=sys.stderr, flush=True)
    print("\n" + table(sizes) + "\n")
    figures = {"sizes": sizes}
    if not options.no_redis:
        redis = figures["redis"] = beside_redis(binaries, min(map(int, sizes)), options)
        print(f"Redis {version()} at {redis['identifiers']:,} identifiers, one pipeline a request: mean "
              f"{redis['redis']['mean_us']:.0f} µs, p50 {redis['redis']['p50_us']:.0f} µs, "
              f"p99 {redis['redis']['p99_us']:.0f} µs; ours mean {redis['ours']['mean_us']:.2f} µs: "
              f"{redis['ratio']} times by p50 ({redis['ratio_least']} to {redis['ratio_most']}); Redis holds "
              f"{redis['redis_resident_bytes'] / redis['identifiers']:.0f} bytes an identifier\n")
    fits = all(figures["full"]["resident_bytes"] <= options.memory_gib * GIB for figures in sizes.values())
    return report("links", figures, {"memory_gib": options.memory_gib}, fits)


def version():
    """Which Redis."""
    said = subprocess.run(["redis-server", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return next((word[2:] for word in said.split() if word.startswith("v=")), "?")


if __name__ == "__main__":
    sys.exit(guarded("links", main))
