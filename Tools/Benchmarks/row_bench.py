"""What `bench predict` and `bench reasons` do alike: train, take turns, divide."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from harness import LOAD_CORE, markdown
from metrics import median
from python_env import python_with
from service import ToolError, install_packages, pinned, release_directory

PACKAGES = ("numpy==2.4.6", "lightgbm==4.7.0", "xgboost==3.2.0", "catboost==1.2.10")
MARK = "STILLWATCH_BENCH_PYTHON"


def with_peers():
    """Starts this script anew in a Python that has the peers; returns in that one."""
    if os.environ.get(MARK) != "1":
        python = str(python_with(*PACKAGES))
        os.environ[MARK] = "1"
        # One thread each, whatever they read: the figures are for one core.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(python, [python, *sys.argv])


def arguments(name, summary):
    """The options of both benchmarks."""
    parser = argparse.ArgumentParser(prog=f"bench {name}", description=summary)
    parser.add_argument("--passes", type=int, default=5, help="passes over all rows, in turns (default 5)")
    parser.add_argument("--data", metavar="DIR", help="the folder of public sets: also time the adult model")
    return parser


class OurRows:
    """`stillwatch time-rows` on a model and rows: one pass for each line it is sent."""

    def __init__(self, binaries, model, rows):
        command = [binaries / "stillwatch", "time-rows", "--model", model, "--rows", rows]
        self.process = subprocess.Popen(pinned(LOAD_CORE, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=60)

    def one_pass(self):
        """Mean µs a row by way of scoring."""
        self.process.stdin.write("pass\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise ToolError("stillwatch time-rows ended early")
        return {key: value / 1000 for key, value in json.loads(line).items() if key.startswith(("margin", "reasons"))}


def run(tables, passes, measure):
    """All tables: trains, then lets all take turns `passes` times. `measure` is a peer's method by name."""
    # These import the peers.
    from row_data import train_ours
    from row_peers import PEERS
    install_packages()
    binaries = release_directory()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > LOAD_CORE:
        os.sched_setaffinity(0, {LOAD_CORE})
    figures = {}
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as directory:
        for table in tables:
            print(f"{table.name}: training", file=sys.stderr, flush=True)
            model, rows, trees = train_ours(binaries, table, pathlib.Path(directory))
            peers = [peer(table, fixed=table.name == "synthetic") for peer in PEERS]
            passes_of = {name: [] for name in ["stillwatch", *(peer.name for peer in peers)]}
            with OurRows(binaries, model, rows) as ours:
                for number in range(passes):
                    passes_of["stillwatch"].append(ours.one_pass())
                    for peer in peers:
                        passes_of[peer.name].append(getattr(peer, measure)(table.timed))
                    print(f"{table.name}: pass {number + 1} of {passes}", file=sys.stderr, flush=True)
            figures[table.name] = {"rows": len(table.timed), "features": table.timed.shape[1],
                                   "trees": {"stillwatch": trees, **{peer.name: peer.trees for peer in peers}},
                                   "us": {name: medians(list_) for name, list_ in passes_of.items()}}
    return figures


def medians(passes):
    """The median of each figure over the passes."""
    return {key: round(median([figures[key] for figures in passes]), 3) for key in passes[0]}


def table_of(figures, rows, head):
    """The figures of one model as a table; `rows` are (what, key of ours or None, {peer: key})."""
    lines = [head]
    for label, our_key, peer_keys in rows:
        cells = [label, f"{figures['us']['stillwatch'][our_key]:.2f}"]
        for peer in head[2:]:
            key = peer_keys.get(peer)
            cells.append(f"{figures['us'][peer][key]:.2f}" if key else "")
        lines.append(cells)
    return markdown(lines)
