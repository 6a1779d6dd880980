"""What `bench predict` and `bench reasons` do alike: train, take turns, divide."""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from harness import LOAD_CORE, markdown
from metrics import median
from python_env import python_with
from service import ToolError, install_packages, pinned, release_directory, run_tool

PACKAGES = ("numpy==2.4.6", "lightgbm==4.7.0", "xgboost==3.2.0", "catboost==1.2.10", "ydf==0.16.1", "treelite==4.8.1",
            "tl2cgen==1.0.0", "onnx==1.23.2", "onnxmltools==1.16.0", "onnxruntime==1.31.1", "setuptools==80.9.0")
SIZES = ("1", "16", "256", "4096")
OURS = ("symmetric", "symmetric_portable", "leaf_wise", "leaf_wise_portable")
MARK = "STILLWATCH_BENCH_PYTHON"


class Unfit(Exception):
    """A library cannot take a table."""


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
    parser.add_argument("--passes", type=int, default=5, help="turns (default 5)")
    parser.add_argument("--data", metavar="DIR", help="the folder of public sets: also time the adult model")
    return parser


class OurRows:
    """`stillwatch time-rows` on a model and rows: one turn for each line it is sent."""

    def __init__(self, binaries, model, rows, kernel=None):
        command = [binaries / "stillwatch", "time-rows", "--model", model, "--rows", rows]
        command += ["--kernel", kernel] if kernel else []
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


def run(tables, passes, measure, check=None):
    """All tables: trains, then lets all take turns `passes` times. `measure` is a peer's method by name.

    `check` gets what `check_rows` takes, of the first table.

    Four of the turns are ours: symmetric trees of our own and LightGBM's very trees, by the fastest kernel that the
    processor has and by plain Swift.
    """
    # These import the peers.
    from leaf_wise_trees import model_file
    from row_data import train_ours
    from row_peers import PEERS
    install_packages()
    binaries = release_directory()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > LOAD_CORE:
        os.sched_setaffinity(0, {LOAD_CORE})
    figures = {}
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as name:
        directory = pathlib.Path(name)
        for table in tables:
            print(f"{table.name}: training", file=sys.stderr, flush=True)
            symmetric, rows, trees = train_ours(binaries, table, directory)
            peers = made_peers(PEERS, table, directory)
            lightgbm = peers[0]
            leaf_wise, leaf_wise_rows = directory / "leaf-wise.swm", directory / "leaf-wise.rows"
            leaf_wise.write_bytes(model_file(lightgbm.booster, table.columns, table.words, lightgbm.trees))
            table.timed.astype("<f8").tofile(leaf_wise_rows)
            ours = {"symmetric": (symmetric, rows, None), "symmetric_portable": (symmetric, rows, "portable"),
                    "leaf_wise": (leaf_wise, leaf_wise_rows, None),
                    "leaf_wise_portable": (leaf_wise, leaf_wise_rows, "portable")}
            passes_of = {name: [] for name in [*ours, *(peer.name for peer in peers)]}
            with contextlib.ExitStack() as stack:
                ours = {name: stack.enter_context(OurRows(binaries, *what)) for name, what in ours.items()}
                for number in range(passes):
                    for name, timed in ours.items():
                        passes_of[name].append(timed.one_pass())
                    for peer in peers:
                        passes_of[peer.name].append(getattr(peer, measure)(table.timed))
                    print(f"{table.name}: pass {number + 1} of {passes}", file=sys.stderr, flush=True)
            if check and table is tables[0]:
                check(binaries, table, symmetric, lightgbm.booster, lightgbm.trees, directory)
            figures[table.name] = {
                "rows": len(table.timed), "features": table.timed.shape[1],
                "trees": {"stillwatch": trees, **{peer.name: peer.trees for peer in peers}},
                "same_trees": same_trees(binaries, leaf_wise, leaf_wise_rows, lightgbm, table, directory),
                "us": {name: medians(list_) for name, list_ in passes_of.items() if list_ and list_[0]}}
    return figures


def made_peers(kinds, table, directory):
    """The libraries with their models; one that cannot take the table is told and left out."""
    peers = []
    for kind in kinds:
        try:
            peers.append(kind(table, fixed=table.name == "synthetic", first=peers[0] if peers else None,
                              directory=directory))
        except Unfit as error:
            print(f"{table.name}: without {kind.name}: {error}", file=sys.stderr, flush=True)
    return peers


def same_trees(binaries, model, rows, lightgbm, table, directory):
    """How far our scores and served reasons are from LightGBM's on its own trees."""
    import numpy
    count = 512
    scores = directory / "scores"
    run_tool(binaries, "time-rows", "--model", model, "--rows", rows, "--out", scores)
    ours = numpy.fromfile(scores, "<f8").reshape(len(table.timed), -1)[:count]
    theirs = lightgbm.booster.predict(table.timed[:count], pred_contrib=True, num_iteration=lightgbm.trees)
    margins = lightgbm.booster.predict(table.timed[:count], raw_score=True, num_iteration=lightgbm.trees)
    reasons = numpy.column_stack([theirs[:, -1], theirs[:, :-1]])
    return {"margin_difference": float(abs(ours[:, 0] - margins).max()),
            "reason_difference": float(abs(ours[:, 1:] - reasons).max()),
            "residual": float(abs(ours[:, 0] - ours[:, 1:].sum(axis=1)).max())}


def medians(passes):
    """The median of each figure over the passes."""
    return {key: round(median([figures[key] for figures in passes]), 3) for key in passes[0]}


def table_of(line, sizes, names, key):
    """The figures of one model as a table: a row for each batch size; `key` is how ours are called before the size."""
    rows = [["µs a row", *names]]
    for size in sizes:
        cells = [f"{size} at once"]
        for name in names:
            figures = line["us"].get(name, {})
            value = figures.get(f"{key}_{size}", figures.get(size))
            cells.append("" if value is None else f"{value:.2f}")
        rows.append(cells)
    return markdown(rows)
