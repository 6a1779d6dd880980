#!/usr/bin/env python3
"""Logistic regression with L2 on dense rows: ours beside a plain C loop over the same OpenBLAS and scikit-learn.

Synthetic rows (1 M × 100 unless said otherwise), standardised, correlated, a third of them positive; every program fits the
same rows to the same objective, C = 1 ÷ L2. The C loop is Newton's method on blocks of 2,048 rows, one thread (irls.c): the
bar is its time times 1.5 for ours on one thread. Ours is timed from the standardised design on (fit_s), and with making the
rows ready (ready_s); scikit-learn gets standardised Float64 rows and solves to the tolerance said in the figures. All take
turns; figures are medians over the rounds, in seconds.

Then an elastic net on 20,000 of the rows, L1 = L2 = 30, against scikit-learn's saga: the same weights, the same zeros, and
a cost that is no higher.

scikit-learn is installed by pip into .build-bench, once.
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import guarded, markdown
from metrics import median
from python_env import python_with
from service import ToolError, compile_c, install_packages, release_directory, report

PACKAGES = ["numpy==2.4.6", "scikit-learn==1.9.1"]
BARS = {"ours_to_c_loop_one_thread": 1.5, "weights_difference": 1e-5, "elastic_net_weights_difference": 1e-4,
        "elastic_net_cost_above_saga": 1e-9}
TOLERANCES = {"newton-cholesky": 1e-10, "lbfgs": 1e-6}

PYTHON = str(python_with(*PACKAGES))
if sys.executable != PYTHON:
    os.execv(PYTHON, [PYTHON, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])

import numpy as np  # noqa: E402


class Program:
    """One that fits once for each line it is sent."""

    def __init__(self, command):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Lets it write what it has to."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait(timeout=120)

    def fit(self, line):
        """The figures of one fit."""
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise ToolError("a program that was timed ended early")
        return json.loads(answer)


def world(rows, columns, seed=1):
    """Standardised correlated columns, rounded to Float32 for all, and labels drawn from a planted model."""
    source = np.random.default_rng(seed)
    matrix = source.standard_normal((rows, columns))
    # Neighbours share half of their variance.
    for column in range(1, columns):
        matrix[:, column] = 0.7 * matrix[:, column - 1] + 0.714 * matrix[:, column]
    matrix -= matrix.mean(axis=0)
    matrix /= matrix.std(axis=0)
    matrix = matrix.astype(np.float32).astype(np.float64)
    margins = -1 + matrix @ (source.standard_normal(columns) / np.sqrt(columns))
    return matrix, source.random(rows) < 1 / (1 + np.exp(-margins))


def scikit(solver, matrix, labels, l2, threads):
    """Seconds, steps and weights of one fit."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits
    model = LogisticRegression(C=1 / l2, solver=solver, tol=TOLERANCES[solver], max_iter=1000)
    with threadpool_limits(threads):
        start = time.monotonic()
        model.fit(matrix, labels)
        seconds = time.monotonic() - start
    return {"fit_s": seconds, "steps": int(model.n_iter_[0])}, np.r_[model.intercept_, model.coef_[0]]


def write(matrix, labels, files):
    """The rows as files."""
    np.ascontiguousarray(matrix.T).astype("<f4").tofile(files["columns"])
    labels.astype(np.uint8).tofile(files["labels"])


def elastic_net(binaries, matrix, labels, scratch, l1=30.0, l2=30.0):
    """How ours compares with scikit-learn's saga where weights become 0."""
    from sklearn.linear_model import LogisticRegression
    matrix, labels = matrix[:20_000], labels[:20_000]
    matrix = ((matrix - matrix.mean(axis=0)) / matrix.std(axis=0)).astype(np.float32).astype(np.float64)
    files = {name: scratch / f"net-{name}" for name in ("columns", "labels", "ours")}
    write(matrix, labels, files)
    with Program([binaries / "stillwatch", "time-logistic", "--columns", files["columns"], "--labels", files["labels"],
                  "--l1", l1, "--l2", l2, "--out", files["ours"]]) as program:
        seconds = program.fit(1)["fit_s"]
    ours = np.fromfile(files["ours"], dtype="<f8")
    start = time.monotonic()
    saga = LogisticRegression(C=1 / (l1 + l2), l1_ratio=l1 / (l1 + l2), solver="saga", tol=1e-8, max_iter=20_000,
                              random_state=1).fit(matrix, labels)
    saga_seconds = time.monotonic() - start
    theirs = np.r_[saga.intercept_, saga.coef_[0]]

    def cost(weights):
        margins = weights[0] + matrix @ weights[1:]
        losses = np.logaddexp(0, margins) - labels * margins
        return losses.sum() + l2 / 2 * np.square(weights[1:]).sum() + l1 * np.abs(weights[1:]).sum()

    return {"seconds": seconds, "saga_seconds": saga_seconds, "zeros": int((ours[1:] == 0).sum()),
            "saga_zeros": int((theirs[1:] == 0).sum()),
            "weights_difference": float(np.abs(ours - theirs).max()),
            "cost_above_saga": float(cost(ours) / cost(theirs) - 1)}


def measure(options, scratch):
    """All programs in turns."""
    binaries = release_directory()
    install_packages(["libopenblas-dev"])
    c_loop = compile_c("Tools/Benchmarks/irls.c", scratch, ["openblas", "m"])
    matrix, labels = world(options.rows, options.columns)
    files = {name: scratch / name for name in ("columns", "labels", "ours", "c_loop")}
    write(matrix, labels, files)
    runs, weights = {}, {}
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(Program([
            binaries / "stillwatch", "time-logistic", "--columns", files["columns"], "--labels", files["labels"], "--l2",
            options.l2, "--out", files["ours"]]))
        plain = stack.enter_context(Program([c_loop, options.columns, options.l2, files["columns"], files["labels"],
                                             files["c_loop"]]))
        for number in range(options.rounds):
            runs.setdefault("c_loop_1", []).append(plain.fit(""))
            for threads in (1, 2):
                runs.setdefault(f"ours_{threads}", []).append(ours.fit(threads))
            for solver in () if options.without_scikit else TOLERANCES:
                for threads in (1, 2):
                    figures, weights[solver] = scikit(solver, matrix, labels, options.l2, threads)
                    runs.setdefault(f"{solver}_{threads}", []).append(figures)
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        ours.close()
        plain.close()
    for name in ("ours", "c_loop"):
        weights[name] = np.fromfile(files[name], dtype="<f8")
    return runs, weights, elastic_net(binaries, matrix, labels, scratch)


def main():
    parser = argparse.ArgumentParser(prog="bench logistic", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--l2", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-scikit", action="store_true", help="only ours and the C loop")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as name:
        runs, weights, net = measure(options, pathlib.Path(name))
    seconds = {name: median([run["fit_s"] for run in runs_]) for name, runs_ in runs.items()}
    steps = {name: runs_[-1]["steps"] for name, runs_ in runs.items()}
    ready = {name: median([run["ready_s"] for run in runs_]) for name, runs_ in runs.items() if "ready_s" in runs_[0]}
    difference = max(float(np.abs(weights["ours"] - other).max()) for name, other in weights.items() if name != "lbfgs")
    ratio = seconds["ours_1"] / seconds["c_loop_1"]
    table = [["program", "threads", "fit, s", "rows made ready, s", "steps", "ours on as many threads is faster by"]]
    for name, value in seconds.items():
        program, threads = name.rsplit("_", 1)
        table.append([program, threads, f"{value:.2f}", f"{ready[name]:.2f}" if name in ready else "–",
                      str(steps[name]), f"{value / seconds[f'ours_{threads}']:.2f}"])
    print(markdown(table))
    core = runs["c_loop_1"][0]["core"]
    print(f"\nOpenBLAS core {core}; largest difference of a weight {difference:.1e}")
    print(f"elastic net, 20,000 rows: {net['seconds']:.3f} s, saga {net['saga_seconds']:.2f} s; zeros {net['zeros']} and "
          f"{net['saga_zeros']}; largest difference {net['weights_difference']:.1e}; cost {net['cost_above_saga']:+.1e}")
    figures = {"rows": options.rows, "columns": options.columns, "l2": options.l2, "seconds": seconds, "ready_s": ready,
               "steps": steps, "tolerances": TOLERANCES, "openblas_core": core,
               "ours_to_c_loop_one_thread": round(ratio, 3), "weights_difference": difference, "elastic_net": net}
    passed = (ratio <= BARS["ours_to_c_loop_one_thread"] and difference <= BARS["weights_difference"]
              and net["weights_difference"] <= BARS["elastic_net_weights_difference"]
              and net["cost_above_saga"] <= BARS["elastic_net_cost_above_saga"])
    return report("logistic", figures, BARS, passed)


if __name__ == "__main__":
    sys.exit(guarded("logistic", main))
