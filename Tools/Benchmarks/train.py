#!/usr/bin/env python3
"""Growing trees: `stillwatch train` beside LightGBM (leaf-wise) and CatBoost (symmetric), in turns, each in its own process.

All grow the same number of trees on all rows: rate 0.1, 31 leaves or depth 6, 255 bins, L2 3, curvature of at least 1 a leaf,
no sampling, no early stopping. What is compared is the time of growing; reading and making bins stand beside it. Accuracy
is on held-out rows. Memory is the process's largest, with the data: CSV here, arrays there.
"""
import argparse
import contextlib
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from harness import guarded, markdown
from metrics import median
from python_env import python_with
from service import ROOT, ToolError, install_packages, release_directory, report, run_tool

PACKAGES = ("numpy==2.4.6", "pandas==3.1.1", "lightgbm==4.7.0", "catboost==1.2.10")
PYTHON = str(python_with(*PACKAGES))
if sys.executable != PYTHON:
    os.execv(PYTHON, [PYTHON, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])

import numpy as np  # noqa: E402

from train_data import Table  # noqa: E402
from train_peers import DEPTH, L2, LEAVES, RATE, accuracy  # noqa: E402

# Ours, and whom it is held to.
RIVALS = {"stillwatch leaf-wise": "lightgbm", "stillwatch symmetric": "catboost"}
SPEED_BAR, AUC_BAR, LOG_LOSS_BAR = 1.0, -0.002, 1.01
SETS = {"handbook": "handbook/time", "adult": "adult/given", "synthetic": None}
# Repetitions, trees and rows for each set; small ones are repeated more often.
PLANS = {"handbook": (3, 100, None), "adult": (7, 100, None), "synthetic": (1, 50, (1_000_000, 200_000))}
QUICK_PLANS = {"handbook": (1, 50, None), "adult": (3, 100, None), "synthetic": (1, 20, (200_000, 50_000))}


class Ours:
    """Our tool with one shape of trees."""

    def __init__(self, binaries, shape, scratch):
        self.tool, self.shape, self.scratch = binaries / "stillwatch", shape, scratch
        self.binaries = binaries

    def __call__(self, table, threads, rounds, header):
        model, out = self.scratch / "model.swm", self.scratch / "predictions.csv"
        size = ["--leaves", LEAVES] if self.shape == "leaf-wise" else ["--depth", DEPTH]
        command = [self.tool, "train", "--csv", table.train_csv, "--label", "label", "--kind", "trees", "--base", "none",
                   "--tree-shape", self.shape, *size, "--trees", rounds, "--learning-rate", RATE, "--leaf-l2", L2,
                   "--min-hessian", 1, "--row-sample", 1, "--column-sample", 1, "--held-out-share", 0,
                   "--threads", threads, "--json", "--out", model]
        if table.categorical:
            command += ["--categorical", ",".join(header[column] for column in table.categorical)]
        said, peak = measured([str(part) for part in command])
        seconds = json.loads(said)["seconds"]
        run_tool(self.binaries, "predict", "--csv", table.test_csv, "--model", model, "--out", out, quiet=True)
        with open(out, newline="") as file:
            margins = np.array([float(row["margin"]) for row in csv.DictReader(file)])
        return {"binning_s": seconds["binning"], "growing_s": seconds["final fit"],
                "growing_cpu_s": json.loads(said)["cpu_seconds"]["final fit"], "reading_s": seconds["reading"],
                "peak_mib": peak, **accuracy(np.load(f"{table.folder}/test-labels.npy"), margins)}


def measured(command):
    """What a command prints, and its largest memory in MiB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process.stdout, process.stderr:
        said, complaints = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise ToolError(f"{command[1]} failed: {complaints.strip().splitlines()[-1:]}")
    return said, usage.ru_maxrss / 1024


def python(script, *arguments, threads=1):
    """The JSON that the last line of another script of this folder is."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [PYTHON, pathlib.Path(__file__).with_name(script), *map(str, arguments)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        raise ToolError("".join(result.stderr.strip().splitlines()[-1:]) or f"{script} failed")
    return json.loads(result.stdout.splitlines()[-1])


def peer(name):
    """A peer's training in a process of its own."""
    return lambda table, threads, rounds, _: python("train_peers.py", name, threads, rounds, table.to_json(),
                                                    threads=threads)


def measure(table, plan, threads, takers):
    """The median figures of all trainers on a table, by number of threads; prints a table of them."""
    repeats, rounds, _ = plan
    with open(table.train_csv, newline="") as file:
        header = next(csv.reader(file))
    runs = {(name, count): [] for count in threads for name in takers}
    for repeat in range(repeats):
        for count in threads:
            # Who is first changes, so that nobody always follows the same one.
            order = list(takers)[repeat % len(takers):] + list(takers)[:repeat % len(takers)]
            for name in order:
                runs[name, count].append(takers[name](table, count, rounds, header))
                print(f"{table.name} {name} {count} threads: {runs[name, count][-1]['growing_s']:.2f} s", file=sys.stderr,
                      flush=True)
    medians = {key: {figure: median([run[figure] for run in found]) for figure in found[0]}
               for key, found in runs.items()}
    rows = [["trainer", "threads", "growing s", "its CPU s", "bins s", "ROC-AUC", "log loss", "peak MiB"]]
    for (name, count), figures in medians.items():
        rows.append([name, str(count), f"{figures['growing_s']:.2f}", f"{figures['growing_cpu_s']:.2f}",
                     f"{figures['binning_s']:.2f}", f"{figures['roc_auc']:.4f}", f"{figures['log_loss']:.4f}",
                     f"{figures['peak_mib']:.0f}"])
    print(f"\n### {table.name}: {table.rows:,} rows, {table.columns} columns, {rounds} trees, median of {repeats}\n\n"
          f"{markdown(rows)}", flush=True)
    return {"ratios": {f"{ours}, {count} threads": ratios(runs[ours, count], runs[rival, count])
                       for count in threads for ours, rival in RIVALS.items()},
            "medians": {f"{name}, {count} threads": found for (name, count), found in medians.items()}}


def ratios(ours, theirs):
    """How ours compare, turn by turn."""
    pairs = list(zip(ours, theirs))
    return {"growing_time": median([one["growing_s"] / other["growing_s"] for one, other in pairs]),
            "growing_cpu": median([one["growing_cpu_s"] / other["growing_cpu_s"] for one, other in pairs]),
            "auc_difference": median([one["roc_auc"] - other["roc_auc"] for one, other in pairs]),
            "log_loss": median([one["log_loss"] / other["log_loss"] for one, other in pairs])}


def holds(ratio):
    """Whether the bars hold."""
    return (ratio["growing_time"] <= SPEED_BAR and ratio["auc_difference"] >= AUC_BAR
            and ratio["log_loss"] <= LOG_LOSS_BAR)


def rounded(value):
    """Figures of a JSON line need no more than five digits."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return round(value, 5) if isinstance(value, float) else value


def main():
    parser = argparse.ArgumentParser(prog="bench train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data", metavar="DIR",
                        help="directory of the public sets (default: shared/data beside the repository)")
    parser.add_argument("--sets", default=",".join(SETS), help=f"some of {','.join(SETS)} (default: all)")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (default 1,2)")
    parser.add_argument("--quick", action="store_true", help="fewer trees, rows and repetitions")
    options = parser.parse_args()
    names = options.sets.split(",")
    for name in names:
        if name not in SETS:
            raise ToolError(f"--sets: expected some of {', '.join(SETS)}, found '{name}'")
        if SETS[name] and not (options.data / SETS[name]).is_dir():
            raise ToolError(f"{options.data / SETS[name]} is not there: --data names the directory of the public sets; "
                            "--sets synthetic needs none")
    threads = [int(count) for count in options.threads.split(",")]
    install_packages()
    binaries = release_directory()
    results = {}
    with tempfile.TemporaryDirectory(prefix="stillwatch-train-") as scratch:
        scratch = pathlib.Path(scratch)
        takers = {"stillwatch leaf-wise": Ours(binaries, "leaf-wise", scratch), "lightgbm": peer("lightgbm"),
                  "stillwatch symmetric": Ours(binaries, "symmetric", scratch), "catboost": peer("catboost")}
        for name in names:
            plan = (QUICK_PLANS if options.quick else PLANS)[name]
            with contextlib.ExitStack() as stack:
                folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=scratch)))
                source = (options.data, SETS[name]) if SETS[name] else ("synthetic", *plan[2])
                table = Table(**python("train_data.py", folder, *source))
                results[name] = measure(table, plan, threads, takers)
    compared = [ratio for found in results.values() for ratio in found["ratios"].values()]
    bars = {"growing_time": SPEED_BAR, "auc_difference": AUC_BAR, "log_loss": LOG_LOSS_BAR}
    summary = {"worst_growing_time": max(ratio["growing_time"] for ratio in compared),
               "worst_auc_difference": min(ratio["auc_difference"] for ratio in compared),
               "worst_log_loss": max(ratio["log_loss"] for ratio in compared)}
    print()
    return report("train", rounded({**summary, "sets": results}), bars, all(holds(ratio) for ratio in compared))


if __name__ == "__main__":
    sys.exit(guarded("train", main))
