#!/usr/bin/env python3
"""What a shared rhythm adds where nothing else is shared: rings of accounts with identifiers, fields and habits like everybody's.

    Tools/bench rhythm [--seeds 12] [--first-seed 1001] [--keep DIR]

Simulates small worlds (see rhythm_world.py), each twice: as it is, and with every account's days shuffled on their own. Our
trees learn from half of the rings and half of the others, from their events of the first five weeks, once with every feature
and once without rhythm.* and the synchrony of clusters; they are judged on the other accounts in the weeks after, by the mean
of an account's margins. An AUC is the mean over the seeds, its interval that of the mean (95 %, Student). Figures are of a
simulation.
"""
import argparse
import csv
import os
import pathlib
import sys
import tempfile

from harness import guarded, markdown
from python_env import python_with
from service import install_packages, release_directory, report, run_tool

PYTHON = str(python_with("numpy==2.4.6"))
if sys.executable != PYTHON:
    os.execv(PYTHON, [PYTHON, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])

import numpy as np  # noqa: E402

from rhythm_world import DAY_MS, START_MS, write_world  # noqa: E402

# The issue: lift of at least 0.05, and within 0.005 of zero where the days are shuffled.
LIFT_BAR, NULL_BAR = 0.05, 0.005
SPLIT_MS = START_MS + 35 * DAY_MS
FAMILIES = ["rhythm.", "cluster.synchrony", "cluster.rhythm_tie"]
# Small trees: there is little to learn, and two models of noise differ by noise.
TREES = ["--kind", "trees", "--trees", 60, "--depth", 3, "--learning-rate", 0.1, "--base", "none", "--min-hessian", 20]
# Two-sided 95 % points of Student's t by degrees of freedom.
STUDENT = {1: 12.71, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 11: 2.201,
           15: 2.131, 19: 2.093, 23: 2.069, 31: 2.04}


def is_learnt(name, ring):
    """Whether an account is learnt from: every other ring, every other of the rest."""
    return int(name[1:]) % 2 == 0 if ring < 0 else ring % 2 == 0


def auc(positive, negative):
    """The chance that a positive stands above a negative, a tie counting half."""
    negative = np.sort(negative)
    below, upto = np.searchsorted(negative, positive, "left"), np.searchsorted(negative, positive, "right")
    return float((below + upto).sum() / 2 / len(positive) / len(negative))


def write_labels(path, members):
    """What is known of the accounts that are learnt from, as of the split."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["account_ref", "label", "campaign", "known_at_ms"])
        for name, ring in members:
            if is_learnt(name, ring):
                writer.writerow([name, int(ring >= 0), "" if ring < 0 else f"ring{ring}", SPLIT_MS - 1])


def judge(binaries, directory, members, name, arguments, threads):
    """Trains one model and gives the AUC of the accounts that it has not seen."""
    model, margins = directory / f"{name}.swm", directory / f"{name}.csv"
    labels = directory / "labels.csv"
    run_tool(binaries, "train", "--events", directory / "events.swlog", "--labels", labels, "--unlabelled", "skip",
             "--decision-point", "usage", "--until", SPLIT_MS, "--threads", threads, *TREES, *arguments, "--out", model,
             quiet=True, timeout_s=1800)
    run_tool(binaries, "replay", "--events", directory / "events.swlog", "--labels", labels, "--model", model, "--out",
             margins, quiet=True, timeout_s=1800)
    found = {}
    with open(margins, newline="") as file:
        for row in csv.DictReader(file):
            if row["event_type"] == "usage" and int(row["event_time_ms"]) >= SPLIT_MS:
                found.setdefault(row["account_ref"], []).append(float(row["margin"]))
    judged = [(np.mean(found[account]), ring >= 0) for account, ring in members
              if account in found and not is_learnt(account, ring)]
    return auc(np.array([margin for margin, is_ring in judged if is_ring]),
               np.array([margin for margin, is_ring in judged if not is_ring]))


def measure(binaries, directory, seed, is_shuffled, options):
    """AUC with and without the rhythm in one world."""
    directory.mkdir(parents=True, exist_ok=True)
    members, event_count = write_world(directory, seed, is_shuffled)
    run_tool(binaries, "events", "--from-jsonl", directory / "events.jsonl", "--out", directory / "events.swlog",
             quiet=True)
    (directory / "events.jsonl").unlink()
    write_labels(directory / "labels.csv", members)
    result = {"seed": seed, "events": event_count,
              "with": judge(binaries, directory, members, "with", [], options.threads),
              "without": judge(binaries, directory, members, "without", ["--without", ",".join(options.without)],
                               options.threads)}
    result["lift"] = result["with"] - result["without"]
    print(f"rhythm: seed {seed}{' shuffled' if is_shuffled else ''}: {event_count} events, AUC "
          f"{result['without']:.4f} without, {result['with']:.4f} with", file=sys.stderr, flush=True)
    return result


def summary(results):
    """Means over the seeds, and how sure the lift is."""
    lifts = np.array([result["lift"] for result in results])
    count = len(lifts)
    half = 0.0
    if count > 1:
        point = STUDENT[max(freedom for freedom in STUDENT if freedom <= count - 1)]
        half = float(point * lifts.std(ddof=1) / np.sqrt(count))
    mean = {key: round(float(np.mean([result[key] for result in results])), 5) for key in ("without", "with", "lift")}
    return {**mean, "lift_interval": [round(mean["lift"] - half, 5), round(mean["lift"] + half, 5)],
            "lifts": [round(float(lift), 4) for lift in lifts]}


def main():
    parser = argparse.ArgumentParser(prog="bench rhythm", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=12, help="worlds of each kind (default 12)")
    parser.add_argument("--first-seed", type=int, default=1001, help="their first seed (default 1001)")
    parser.add_argument("--without", default=",".join(FAMILIES), type=lambda text: text.split(","),
                        help="beginnings of the names of the features in question (default: %(default)s)")
    parser.add_argument("--keep", type=pathlib.Path, help="folder that keeps logs, models and margins")
    parser.add_argument("--threads", type=int, default=2, help="threads of the trainer (default 2)")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("--seeds: expected at least 1")
    install_packages()
    binaries = release_directory()
    figures = {"simulated": True}
    with tempfile.TemporaryDirectory(prefix="stillwatch-rhythm-") as scratch:
        root = options.keep or pathlib.Path(scratch)
        for kind, is_shuffled in (("rings", False), ("shuffled", True)):
            seeds = range(options.first_seed, options.first_seed + options.seeds)
            figures[kind] = summary([measure(binaries, root / f"{kind}-{seed}", seed, is_shuffled, options)
                                     for seed in seeds])
    rows = [["simulated", "AUC without", "AUC with", "lift", "95 % interval"]]
    for kind in ("rings", "shuffled"):
        found = figures[kind]
        low, high = found["lift_interval"]
        rows.append([kind, f"{found['without']:.4f}", f"{found['with']:.4f}", f"{found['lift']:+.4f}",
                     f"{low:+.4f} to {high:+.4f}"])
    print(f"{markdown(rows)}\n")
    passed = figures["rings"]["lift"] >= LIFT_BAR and abs(figures["shuffled"]["lift"]) <= NULL_BAR
    return report("rhythm", figures, {"lift": LIFT_BAR, "shuffled_lift_within": NULL_BAR}, passed)


sys.exit(guarded("rhythm", main))
