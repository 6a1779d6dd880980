#!/usr/bin/env python3
"""What is left of the recall when a simulated campaign behaves otherwise: one family of its traits after another.

    Tools/bench ablations --scale 0.05 --seed 1001 [--keep DIR]

A model is trained on an unchanged world, the rows before 8 March with the labels known by 1 April, and judged on worlds
of the same seed that differ in one setting (`stillwatch simulate --help`): hours moved, cards an account, families of
templates, life of the second pool, no linking fields, late labels. Told is the share of the April campaign's accounts
that are flagged at the threshold for 0.1 % of honest accounts, which comes from each world's own validation with the
usual reserve, and what leaks. The share of distillation shapes the relay network of February alone: there a model is trained on the changed world
without that campaign and judged on it.

Prints a table, ends in one line of JSON, and writes ablations.svg to the directory of --keep or the one given by --plot.
Figures are of a simulation.
"""
import argparse
import json
import pathlib
import sys
import time

from harness import guarded, markdown
from leak import PERIODS, PRIMARY_SHARE, ROW_LIMIT, TREES, UNTIL
from plots import Series, line_panels
from service import install_packages, release_directory, report, run_tool
from worlds import simulate, workspace

CAMPAIGN, RELAY = "c4_alibaba", "c3_minimax"


class Ablation:
    """A setting and its values; the one that is the world's own comes from the unchanged world."""

    def __init__(self, title, setting, values, usual, campaign=CAMPAIGN):
        self.title, self.setting, self.values, self.usual, self.campaign = title, setting, values, usual, campaign


ABLATIONS = (
    Ablation("hours moved by up to", "jitter_hours", ("0", "1", "6"), "0"),
    Ablation("cards an account, times", "cards_per_account_factor", ("0.2", "1"), "1"),
    Ablation("template families, times", "template_families", ("1", "100", "per-account"), "1"),
    Ablation("median days of pool 2", "pool_life_days", ("2", "6", "30"), None),
    # Not 1: the evaluation refuses a test whose campaign is told by the absence of a field alone.
    Ablation("accounts without linking fields", "missing_links", ("0", "0.5", "0.9"), "0"),
    Ablation("days to the label", "label_delay_days", ("9", "30", "90"), None),
    Ablation("distillation in the relay network", "distill_share", ("0.05", "0.1", "0.25", "0.5"), None, RELAY),
)


def say(text):
    """Progress, apart from the result."""
    print(f"ablations: {text}", file=sys.stderr, flush=True)


def arguments_of(world):
    """What judging a world takes."""
    return ["--events", world / "events", "--labels", world / "labels.csv", "--truth", world / "truth.csv"]


def learning(options):
    """How our model learns."""
    return ["--kind", "trees", "--row-limit", ROW_LIMIT, *TREES, "--threads", options.threads]


def train(binaries, world, directory, options):
    """The model of the unchanged world."""
    model = directory / "model.swm"
    if not model.exists():
        run_tool(binaries, "train", "--events", world / "events", "--labels", world / "labels.csv", "--until",
                 PERIODS["train-until"], "--labels-until", PERIODS["labels-until"], *learning(options), "--out", model,
                 timeout_s=7200)
    return model


def row_of(table, campaign):
    """Accounts caught, their interval, leak and honest accounts flagged at the reserved threshold."""
    for row in table["thresholds"]:
        if row["source"] == "reserved" and row["share"] == PRIMARY_SHARE and not row["too_few"]:
            own = [one for one in row["campaigns"] if one["campaign"] == campaign]
            if own:
                accounts = own[0]["accounts"]
                return {"caught": accounts["share"], "interval": accounts["interval"],
                        "leaked": own[0]["leaked_share"], "honest_flagged": row["honest"]["share"]}
    return None


def judge(binaries, world, out, options, model):
    """The April campaign by a model that was given."""
    periods = [part for name in ("train-until", "validate-from", "test-from", "test-until")
               for part in (f"--{name}", PERIODS[name])]
    run_tool(binaries, "evaluate", *arguments_of(world), "--model", model, *periods, "--no-leave-one-out", "--out", out,
             timeout_s=7200)
    found = json.loads((out / "report.json").read_text())
    return row_of(found["forward"][0], CAMPAIGN)


def judge_left_out(binaries, world, out, options):
    """The relay network by a model that was trained without it."""
    periods = [part for name, day in PERIODS.items() for part in (f"--{name}", day)]
    run_tool(binaries, "evaluate", *arguments_of(world), *learning(options), *periods, "--folds", 2, "--out", out,
             timeout_s=7200)
    found = json.loads((out / "report.json").read_text())
    folds = [fold for fold in found["leave_one_campaign_out"]["folds"] if fold["campaign"] == RELAY]
    return row_of(folds[0]["table"], RELAY) if folds else None


def figures_of(ablation, value, context):
    """What is caught with one setting. Kept if it is there."""
    binaries, directory, options, model = context
    name = "unchanged" if value == ablation.usual else f"{ablation.setting}-{value}"
    folder = directory / name
    kept = folder / f"{ablation.campaign}.json"
    if kept.exists():
        return json.loads(kept.read_text())
    started = time.monotonic()
    settings = [] if value == ablation.usual else [f"{ablation.setting}={value}"]
    world = simulate(binaries, folder, options.scale, options.seed, UNTIL, settings)
    out = folder / "report"
    if ablation.campaign == RELAY:
        found = judge_left_out(binaries, world, out, options)
    else:
        found = judge(binaries, world, out, options, model)
    kept.write_text(json.dumps(found))
    say(f"{ablation.title} {value}: {found} in {time.monotonic() - started:.0f} s")
    return found


def table_of(results):
    """For people."""
    rows = [["what changes", "value", "campaign", "accounts caught at 0.1 %", "95 % interval", "leaked",
             "honest flagged"]]
    for ablation, figures in results:
        for value, found in figures.items():
            cells = ["–"] * 4
            if found:
                low, high = found["interval"]
                cells = [f"{found['caught']:.1%}", f"{low:.1%} to {high:.1%}", f"{found['leaked']:.1%}",
                         f"{found['honest_flagged']:.2%}"]
            rows.append([ablation.title, value, ablation.campaign, *cells])
    return markdown(rows)


def plot_of(results, scale):
    """A panel for each setting: recall with its interval."""
    panels = []
    for ablation, figures in results:
        points = [(value, found["caught"], *found["interval"]) for value, found in figures.items() if found]
        leaked = [(value, found["leaked"], None, None) for value, found in figures.items() if found]
        panels.append((f"{ablation.title} ({ablation.campaign})",
                       [Series("accounts caught", points), Series("exchanges leaked", leaked)]))
    return line_panels(panels, f"Caught at 0.1 % of honest accounts ever flagged (simulation, scale {scale})")


def run(options, binaries, directory):
    """All worlds; gives the figures."""
    chosen = [ablation for ablation in ABLATIONS if not options.only or ablation.setting in options.only]
    model = None
    if any(ablation.campaign != RELAY for ablation in chosen):
        unchanged = simulate(binaries, directory / "unchanged", options.scale, options.seed, UNTIL)
        model = train(binaries, unchanged, directory, options)
    context = (binaries, directory, options, model)
    results = [(ablation, {value: figures_of(ablation, value, context) for value in ablation.values})
               for ablation in chosen]
    print(table_of(results))
    plot = (options.plot or directory) / "ablations.svg"
    plot.parent.mkdir(parents=True, exist_ok=True)
    plot.write_text(plot_of(results, options.scale))
    say(f"{plot} written")
    return {"simulated": True, "scale": options.scale, "seed": options.seed,
            "ablations": {ablation.setting: figures for ablation, figures in results}}


def main():
    parser = argparse.ArgumentParser(prog="bench ablations", description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.05, help="size of the worlds, 1.0 is real size (default 0.05)")
    parser.add_argument("--seed", type=int, default=1001, help="of the worlds; 1000 and more are for publication")
    parser.add_argument("--threads", type=int, default=2, help="for training (default 2)")
    parser.add_argument("--only", action="append", help="one setting alone; may be repeated")
    parser.add_argument("--keep", type=pathlib.Path, help="a directory for worlds, model and reports")
    parser.add_argument("--plot", type=pathlib.Path, help="the directory to write ablations.svg to")
    options = parser.parse_args()
    install_packages()
    binaries = release_directory()
    with workspace(binaries, options.keep, "stillwatch-ablations-") as directory:
        figures = run(options, binaries, directory)
    # Nothing is promised of a campaign that behaves otherwise: told, not barred.
    return report("ablations", figures, {}, True)


if __name__ == "__main__":
    sys.exit(guarded("ablations", main))
