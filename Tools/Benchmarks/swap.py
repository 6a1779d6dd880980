#!/usr/bin/env python3
"""Hot swaps between two models while 64 connections score: none may fail, and p99 beside that of quiet rounds.

That no answer mixes two models is a test's to prove; this one counts and times.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from harness import SERVER_CORE, Load, failures, guarded, markdown
from metrics import median, percentile
from protowire import Connection, data, first, number, read_fields
from service import Service, ToolError, install_packages, model_digest, release_directory, report, run_tool

CONNECTIONS, DEPTH = 64, 1
STAGE_MODEL, PROMOTE_MODEL = 11, 12
START_MS = 1_750_000_000_000
HOUR_MS = 3_600_000


def write_history(directory, seed):
    """Events and labels of a made-up past, to train a model of: honest accounts, and rings that share a device."""
    source = random.Random(seed)
    events, labels = directory / f"history-{seed}.jsonl", directory / f"labels-{seed}.csv"
    with open(events, "w") as file, open(labels, "w") as table:
        table.write("account_ref,label,campaign,known_at_ms\n")
        for index in range(2000):
            is_bad = source.random() < 0.15
            device = f"ring-{source.randrange(20)}" if is_bad and source.random() < 0.9 else f"device-{index}"
            event = {
                "event_type": "signup", "event_time_ms": START_MS + index * HOUR_MS // 4, "account_ref": f"a{index}",
                "signup": {
                    "account_age_s": 0, "device_ref": device,
                    "proxy_confidence": round(min(1, source.random() * (1.2 if is_bad else 0.8)), 3),
                    "form_fill_ms": source.randrange(500, 20_000 if is_bad else 90_000),
                },
            }
            file.write(json.dumps(event) + "\n")
            table.write(f"a{index},{int(is_bad)},,{START_MS + 2000 * HOUR_MS}\n")
    return events, labels


def train_model(binaries, directory, seed):
    """A model of a made-up past."""
    events, labels = write_history(directory, seed)
    log, model = directory / f"history-{seed}.swlog", directory / f"model-{seed}.swm"
    run_tool(binaries, "events", "--from-jsonl", events, "--out", log)
    run_tool(binaries, "train", "--events", log, "--labels", labels, "--kind", "logistic", "--seed", seed,
             "--threads", 1, "--decision-point", "signup", "--out", model)
    return model


class Admin:
    """The admin listener, as far as swapping goes."""

    def __init__(self, path):
        self.connection = Connection(path)
        self.calls = 0

    def call(self, member, argument):
        """The ModelInfo's digest that a method answers with."""
        self.calls += 1
        result = read_fields(self.connection.call(number(1, self.calls) + data(member, argument)))
        return first(read_fields(first(result, 1, b"")), 1)

    def swap(self, model, digest):
        """Stages and promotes a file; an error unless that very file became active."""
        staged = self.call(STAGE_MODEL, data(1, str(model)))
        active = self.call(PROMOTE_MODEL, data(1, staged))
        if active != digest:
            raise ToolError(f"{model.name} was promoted, but another digest is active")


def quiet_round(load, service, seconds):
    """Load and nothing else."""
    return load.run(service, CONNECTIONS, DEPTH, seconds)


def swapping_round(load, service, seconds, models, count):
    """Load with that many swaps spread over it; the load's figures, and how long each swap took."""
    admin, times = Admin(service.admin_socket), []
    command = load.command(service, CONNECTIONS, DEPTH, seconds)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            start = time.monotonic() + 0.3  # the load's own warm-up
            for index in range(count):
                time.sleep(max(0, start + (index + 0.5) * seconds / count - time.monotonic()))
                before = time.monotonic()
                admin.swap(*models[index % 2])
                times.append((time.monotonic() - before) * 1000)
            output, _ = process.communicate(timeout=seconds + 60)
        finally:
            process.kill()
    return load.figures(process.returncode, output), times


def measure(load, service, models, options):
    """All rounds, quiet and swapping by turns."""
    quiet, swapping, times = [], [], []
    for index in range(options.rounds):
        quiet.append(quiet_round(load, service, options.seconds))
        count = options.swaps // options.rounds + (index < options.swaps % options.rounds)
        figures, taken = swapping_round(load, service, options.seconds, models, count)
        swapping.append(figures)
        times += taken
        print(f"round {index + 1} of {options.rounds}: {count} swaps", file=sys.stderr)
    return quiet, swapping, times


def main():
    parser = argparse.ArgumentParser(prog="bench swap", description=__doc__.splitlines()[0])
    parser.add_argument("--swaps", type=int, default=200, help="swaps over all rounds (default 200)")
    parser.add_argument("--rounds", type=int, default=4, help="quiet and swapping rounds of each (default 4)")
    parser.add_argument("--seconds", type=float, default=5, help="measured seconds of a round (default 5)")
    options = parser.parse_args()
    install_packages()
    binaries = release_directory()
    with tempfile.TemporaryDirectory(prefix="stillwatch-swap-") as directory:
        directory = pathlib.Path(directory)
        files = [train_model(binaries, directory, seed) for seed in (1, 2)]
        models = [(file, bytes.fromhex(model_digest(binaries, file))) for file in files]
        if models[0][1] == models[1][1]:
            raise ToolError("both models are the same")
        load = Load(directory)
        with Service(binaries, directory / "data", core=SERVER_CORE, event_loops=1) as service:
            quiet, swapping, times = measure(load, service, models, options)
    failed = sum(failures(run) for run in quiet + swapping)
    rows = [["", "req/s", "p50 µs", "p99 µs", "p99.9 µs", "failed"]]
    for name, runs in (("quiet", quiet), ("swapping", swapping)):
        rows.append([name, f"{median([run['per_second'] for run in runs]):,.0f}"]
                    + [f"{median([run[key] for run in runs]):.0f}" for key in ("p50_us", "p99_us", "p999_us")]
                    + [str(sum(failures(run) for run in runs))])
    print(markdown(rows) + "\n")
    p99 = {name: median([run["p99_us"] for run in runs]) for name, runs in (("quiet", quiet), ("swapping", swapping))}
    figures = {
        "swaps": len(times), "connections": CONNECTIONS, "depth": DEPTH, "requests": sum(
            run["answered"] for run in quiet + swapping), "failed": failed,
        "p99_us_quiet": p99["quiet"], "p99_us_swapping": p99["swapping"],
        "p99_ratio": round(p99["swapping"] / p99["quiet"], 4),
        "swap_ms_p50": round(median(times), 3), "swap_ms_p99": round(percentile(times, 0.99), 3),
    }
    return report("swap", figures, {"failed": 0}, failed == 0 and len(times) == options.swaps)


sys.exit(guarded("swap", main))
