#!/usr/bin/env python3
"""Leak of simulated campaigns that nobody was trained on, beside LightGBM on the same features and rows.

    Tools/bench leak --scale 0.1 --seed 1001 [--keep DIR]

Simulates a world until 2026-06-10. Every model learns from the rows before 8 March with the labels known by 1 April;
thresholds come from 8 March to 22 April, figures from 22 April on: the largest campaign, and pools of accounts born after
everything that was learnt. Beside our trees: LightGBM on the same features, and LightGBM on what can be known of an account
without looking at others. All of it is one `stillwatch evaluate`, whose tables are printed. Figures are of a simulation.

--keep DIR keeps the world, the features and the margins there and uses what is there already.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import guarded
from python_env import python_with
from service import ROOT, ToolError, install_packages, release_directory, report, run_tool
from worlds import day_ms, simulate

UNTIL = "2026-06-10"
PERIODS = {"train-until": "2026-03-08", "labels-until": "2026-04-01", "validate-from": "2026-03-08",
           "test-from": "2026-04-22", "test-until": UNTIL}
PEER_PACKAGES = ("lightgbm==4.7.0", "numpy==2.4.6", "scipy==1.17.1")
PEERS = ("lightgbm", "per_account")
ROW_LIMIT = 2_000_000
PRIMARY_SHARE = 0.001
# DESIGN: at most 1 % of the campaign's exchanges at 0.1 % of honest accounts ever flagged.
LEAK_BAR, CAMPAIGN = 0.01, "c4_alibaba"


def say(text):
    """Progress, apart from the result."""
    print(f"leak: {text}", file=sys.stderr, flush=True)


def timed(what, work, seconds):
    """Runs a step and notes how long it took."""
    started = time.monotonic()
    result = work()
    seconds[what] = round(time.monotonic() - started, 1)
    say(f"{what} in {seconds[what]:.0f} s")
    return result


def export_features(binaries, world, directory):
    """The features of every event, as serving would have computed them. Kept if they are there."""
    # It is written last.
    if (directory / "features.json").exists():
        return
    run_tool(binaries, "features", "--events", world / "events", "--labels", world / "labels.csv", "--precision",
             "float32", "--until", UNTIL, "--out", directory, timeout_s=14400)


def train_peers(python, world, features, directory, threads):
    """Trains LightGBM twice and writes the margins; gives what it says of that."""
    periods = {name.replace("-", "_") + "_ms": day_ms(day) for name, day in PERIODS.items()}
    command = [python, ROOT / "Tools" / "Benchmarks" / "leak_peers.py", "--features", features, "--labels",
               world / "labels.csv", "--periods", json.dumps(periods), "--row-limit", ROW_LIMIT, "--threads", threads,
               "--out", directory]
    # Threads that spin while they wait make a busy machine ten times slower.
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"})
    if result.returncode != 0:
        raise ToolError(f"the peers' training exited with {result.returncode}")
    return json.loads(result.stdout)


def evaluate(binaries, world, directory, kind):
    """Trains ours and judges all; gives the text for people and the report."""
    arguments = ["evaluate", "--events", world / "events", "--labels", world / "labels.csv", "--truth",
                 world / "truth.csv", "--kind", kind, "--row-limit", ROW_LIMIT]
    for name, day in PERIODS.items():
        arguments += [f"--{name}", day]
    for peer in PEERS:
        arguments += ["--compare", f"{peer}={directory / f'{peer}.csv'}"]
    out = directory / "report"
    text = run_tool(binaries, *arguments, "--out", out, timeout_s=14400)
    return text, json.loads((out / "report.json").read_text())


def threshold(table, source):
    """A table's row for the share that the bar is about; nil where there were too few accounts."""
    rows = [row for row in table["thresholds"] if row["source"] == source and row["share"] == PRIMARY_SHARE]
    return rows[0] if rows and not rows[0]["too_few"] else None


def leaks(row):
    """What of each campaign leaks at a threshold."""
    return {campaign["campaign"]: campaign["leaked_share"] for campaign in row["campaigns"]}


def figures_of(table):
    """A model's headline figures."""
    found = {"roc_auc": {point["decision_point"]: point["roc_auc"] for point in table["events"]},
             "recall": {point["decision_point"]: {str(recall["false_positive_share"]): recall["recall"]
                                                  for recall in point["recall"]} for point in table["events"]}}
    for source in ("validation", "oracle"):
        row = threshold(table, source)
        if row:
            found[source] = {"honest_flagged_share": row["honest"]["share"], "leaked_share": row["leak"]["leaked_share"],
                             "leak": leaks(row)}
    found["worst_segments"] = [{"segment": segment["segment"], "flagged_share": segment["share"],
                                "accounts": segment["count"]} for segment in table["segments"][:5]]
    found["pools"] = {pool["segment"]: pool["share"] for campaign in table["campaigns"] for pool in campaign["pools"]}
    return found


def run(options, binaries, directory):
    """All steps; gives the figures and whether the bar holds."""
    seconds = {}
    world = timed("simulated", lambda: simulate(binaries, directory, options.scale, options.seed, UNTIL), seconds)
    features = directory / "features"
    timed("features exported", lambda: export_features(binaries, world, features), seconds)
    python = python_with(*PEER_PACKAGES)
    peers = timed("peers trained", lambda: train_peers(python, world, features, directory, options.threads), seconds)
    text, found = timed("trained and judged", lambda: evaluate(binaries, world, directory, options.kind), seconds)
    print(text)
    tables = found["forward"]
    figures = {"simulated": True, "scale": options.scale, "seed": options.seed, "log": found["log"],
               "seconds": seconds, "peers": peers, "models": {table["model"]: figures_of(table) for table in tables}}
    row = threshold(tables[0], "validation")
    leak = leaks(row).get(CAMPAIGN) if row else None
    figures["leak"] = leak
    return figures, leak is not None and leak <= LEAK_BAR


def main():
    parser = argparse.ArgumentParser(prog="bench leak", description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.1, help="size of the world, 1.0 is real size (default 0.1)")
    parser.add_argument("--seed", type=int, default=1001, help="of the world; 1000 and more are for publication")
    parser.add_argument("--kind", default="trees", help="our model: trees or logistic (default trees)")
    parser.add_argument("--threads", type=int, default=2, help="of LightGBM (default 2)")
    parser.add_argument("--keep", type=pathlib.Path, help="a directory for world, features, margins and report")
    options = parser.parse_args()
    install_packages()
    binaries = release_directory()
    with tempfile.TemporaryDirectory(prefix="stillwatch-leak-") as scratch:
        directory = options.keep or pathlib.Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        figures, passed = run(options, binaries, directory)
    return report("leak", figures, {"leak": LEAK_BAR}, passed)


sys.exit(guarded("leak", main))
