#!/usr/bin/env python3
"""Leak of simulated campaigns that nobody was trained on, beside LightGBM on the same features and rows.

    Tools/bench leak --scale 0.1 --seed 1001 [--keep DIR]

Simulates a world until 2026-06-10. Every model learns from the rows before 8 March with the labels known by 1 April;
thresholds come from 8 March to 22 April, with the usual reserve, figures from 22 April on: the largest campaign, and
pools of accounts born after everything that was learnt. Beside our trees: the same trees on what can be known of an
account without looking at others; LightGBM on that, on all features but those of clusters and rhythm (counts of what is
shared), and on all. Then the same campaign with fewer links: see `stillwatch evaluate --help` on --variant. All of it
is one `stillwatch evaluate`, whose tables are printed. Figures are of a simulation.

With --adversaries all and --personas extra the test has what nobody has learnt: ten behaviours of campaigns and twelve
kinds of honest customers.

Above scale 0.3 LightGBM, all variants but one and the table of campaigns left out in turn are left out, so that a world
of real size is judged within the hour; --peers, --variants and --no-forward-only bring them back.

--keep DIR keeps the world, the features and the margins there; world and features that are there already are used.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

from harness import guarded
from python_env import python_with
from service import ROOT, ToolError, install_packages, release_directory, report, run_tool
from worlds import day_ms, simulate, workspace

UNTIL = "2026-06-10"
PERIODS = {"train-until": "2026-03-08", "labels-until": "2026-04-01", "validate-from": "2026-03-08",
           "test-from": "2026-04-22", "test-until": UNTIL}
PEER_PACKAGES = ("lightgbm==4.7.0", "numpy==2.4.6", "scipy==1.17.1")
PEERS = ("lightgbm_per_account", "lightgbm_counts", "lightgbm")
VARIANTS = ("fresh:0.5", "fresh:0.8", "fresh:1", "absent:honest", "without:each", "without:all", "random:20")
# The variant that a bar is about, and what it is called in the tables.
FRESH, FRESH_NAME = "fresh:0.8", "fresh 80 %"
# Above this scale only what the bars are about.
WHOLE_SCALE = 0.3
# Rows to learn from, of us and of the peers: a world of any size trains in minutes.
ROW_LIMIT = 300_000
# Campaigns are what is judged here: abuse of other kinds is neither learnt nor counted.
TREES = ["--trees", 400, "--learning-rate", 0.1, "--base", "none", "--unattributed", "skip"]
PRIMARY_SHARE = 0.001
# At most 1 % of the campaign's exchanges at 0.1 % of honest accounts ever flagged; 5 % once each account has lost each
# class with probability 0.8; and never fewer accounts caught than by the model of accounts alone.
BARS = {"leak": 0.01, "honest_flagged_share": 0.001, "leak_fresh_80": 0.05, "variants_below_per_account": 0}
CAMPAIGN = "c4_alibaba"


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
    """Trains LightGBM three times and writes the margins; gives what it says of that."""
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


def evaluate(binaries, world, directory, options):
    """Trains ours and judges all; gives the text for people and the report."""
    arguments = ["evaluate", "--events", world / "events", "--labels", world / "labels.csv", "--truth",
                 world / "truth.csv", "--kind", options.kind, "--row-limit", ROW_LIMIT]
    arguments += TREES if options.kind == "trees" else []
    arguments += ["--no-leave-one-out"] if options.forward_only else []
    for name, day in PERIODS.items():
        arguments += [f"--{name}", day]
    for peer in PEERS if options.peers else ():
        arguments += ["--compare", f"{peer}={directory / f'{peer}.csv'}"]
    for variant in VARIANTS if options.variants else (FRESH,):
        arguments += ["--variant", variant]
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
    for source in ("reserved", "validation", "oracle"):
        row = threshold(table, source)
        if row:
            found[source] = {"honest_flagged_share": row["honest"]["share"], "leaked_share": row["leak"]["leaked_share"],
                             "leak": leaks(row)}
    found["worst_segments"] = [{"segment": segment["segment"], "flagged_share": segment["share"],
                                "accounts": segment["count"]} for segment in table["segments"][:5]]
    found["pools"] = {pool["segment"]: pool["share"] for campaign in table["campaigns"] for pool in campaign["pools"]}
    return found


def variants_of(found):
    """By variant and model: accounts caught and leak at the reserved threshold, and whether ours holds."""
    figures = {}
    for variant in found["variants"]:
        models = {model["model"]: {"caught": model["reserved"]["accounts"]["share"],
                                   "caught_interval": model["reserved"]["accounts"]["interval"],
                                   "honest_flagged_share": model["reserved"]["honest"]["share"],
                                   "leaked_share": model["reserved"]["leaked_share"]}
                  for model in variant["models"] if model["reserved"]}
        figures[variant["variant"]] = {"holds": variant["holds"], "models": models}
    return figures


def bar_figures(tables, variants):
    """The figures that the bars are about; nil where there is none. A variant of which too few accounts say whether it
    holds does not."""
    row = threshold(tables[0], "reserved")
    ours = tables[0]["model"]
    fresh = variants.get(FRESH_NAME, {"models": {}})["models"].get(ours)
    return {"leak": leaks(row).get(CAMPAIGN) if row else None,
            "honest_flagged_share": row["honest"]["share"] if row else None,
            "leak_fresh_80": fresh["leaked_share"] if fresh else None,
            "variants_below_per_account": sum(variant["holds"] is not True for variant in variants.values())}


def run(options, binaries, directory):
    """All steps; gives the figures and whether the bars hold."""
    seconds, peers = {}, None
    world = timed("simulated", lambda: simulate(binaries, directory, options.scale, options.seed, UNTIL,
                                                adversaries=options.adversaries, personas=options.personas), seconds)
    if options.peers:
        features = directory / "features"
        timed("features exported", lambda: export_features(binaries, world, features), seconds)
        python = python_with(*PEER_PACKAGES)
        peers = timed("peers trained", lambda: train_peers(python, world, features, directory, options.threads),
                      seconds)
    text, found = timed("trained and judged", lambda: evaluate(binaries, world, directory, options), seconds)
    print(text)
    tables, variants = found["forward"], variants_of(found)
    figures = {"simulated": True, "scale": options.scale, "seed": options.seed, "adversaries": options.adversaries,
               "personas": options.personas, "log": found["log"],
               "seconds": seconds, "peers": peers, "models": {table["model"]: figures_of(table) for table in tables},
               "variants": variants, **bar_figures(tables, variants)}
    return figures, all(figures[name] is not None and figures[name] <= bar for name, bar in BARS.items())


def main():
    parser = argparse.ArgumentParser(prog="bench leak", description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.1, help="size of the world, 1.0 is real size (default 0.1)")
    parser.add_argument("--seed", type=int, default=1001, help="of the world; 1000 and more are for publication")
    parser.add_argument("--adversaries", default="",
                        help="behaviours that begin with the test, as `stillwatch simulate` takes them: all, or names")
    parser.add_argument("--personas", default="",
                        help="extra: honest customers that begin with the test and are like none before")
    parser.add_argument("--kind", default="trees", help="our model: trees or logistic (default trees)")
    parser.add_argument("--threads", type=int, default=2, help="of LightGBM (default 2)")
    parser.add_argument("--forward-only", action=argparse.BooleanOptionalAction,
                        help=f"leave out the table of campaigns left out in turn (default: above scale {WHOLE_SCALE})")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction,
                        help=f"judge LightGBM beside (default: up to scale {WHOLE_SCALE})")
    parser.add_argument("--variants", action=argparse.BooleanOptionalAction,
                        help=f"judge every variant, not {FRESH} alone (default: up to scale {WHOLE_SCALE})")
    parser.add_argument("--keep", type=pathlib.Path, help="a directory for world, features, margins and report")
    options = parser.parse_args()
    is_whole = options.scale <= WHOLE_SCALE
    options.peers = is_whole if options.peers is None else options.peers
    options.variants = is_whole if options.variants is None else options.variants
    options.forward_only = not is_whole if options.forward_only is None else options.forward_only
    install_packages()
    binaries = release_directory()
    with workspace(binaries, options.keep, "stillwatch-leak-") as directory:
        figures, passed = run(options, binaries, directory)
    return report("leak", figures, BARS, passed)


if __name__ == "__main__":
    sys.exit(guarded("leak", main))
