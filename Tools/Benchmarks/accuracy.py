#!/usr/bin/env python3
"""`stillwatch train --kind trees` with its defaults beside LightGBM, XGBoost, CatBoost and YDF, on public labelled tables.

Every trainer gets the same train.csv and is judged on the same test.csv. A seed decides which 15 % of train.csv say when
to stop (of a split by time, always the last 15 %), and what is sampled. The tuned peers: at most 500 trees, rate 0.05, 31
leaves and at least 40 rows a leaf (XGBoost: depth 6), row and column sampling 0.8, L2 1, early stopping after 50. The others
run with their libraries' defaults, CatBoost and ours with early stopping because their defaults have it or need it.

The interval of a difference of AUC comes from resampling the test's rows, the same for both, with the mean over seeds.
The peers are installed by pip into .build-bench, once.
"""
import argparse
import csv
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import guarded, markdown
from python_env import python_with
from service import ROOT, ToolError, install_packages, release_directory, report

PACKAGES = ["numpy==2.4.6", "pandas==3.1.1", "scikit-learn==1.9.1", "lightgbm==4.7.0", "xgboost==3.2.0",
            "catboost==1.2.10", "ydf==0.16.1"]
JUDGED = ["adult/given", "sales/rand", "cresci/rand", "handbook/time", "ecommerce/rand", "aws_registration/rand"]
REPORTED = ["aws_registration/time", "ecommerce/time", "vehicle/time"]
HELD_OUT_SHARE = 0.15
REFERENCE = "lgb_tuned"
MEAN_AUC_BAR, WORST_AUC_BAR, LOG_LOSS_BAR = -0.001, -0.002, 1.01


PYTHON = str(python_with(*PACKAGES))
if sys.executable != PYTHON:
    os.execv(PYTHON, [PYTHON, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402


class Table:
    """One data set: frames for the peers, files for us."""

    def __init__(self, directory, name, scratch):
        self.name = name
        self.is_time_ordered = name.endswith("/time")
        folder = directory / name
        self.categorical = json.loads((folder / "columns.json").read_text())["categorical"]
        self.train_file = self.plain_file(folder / "train.csv", scratch)
        self.test_file = self.plain_file(folder / "test.csv", scratch)
        self.train, self.train_labels = self.frame(self.train_file)
        self.test, self.test_labels = self.frame(self.test_file)
        # Categories that training has not seen are missing.
        for column in self.categorical:
            known = pd.CategoricalDtype(sorted(self.train[column].dropna().unique()))
            self.train[column] = self.train[column].astype(known)
            words = self.test[column]
            self.test[column] = words.where(words.isin(known.categories)).astype(known)

    @staticmethod
    def plain_file(path, scratch):
        """The file, unpacked if it is packed."""
        if path.exists():
            return path
        plain = scratch / f"{path.parent.parent.name}-{path.name}"
        with gzip.open(f"{path}.gz") as packed, open(plain, "wb") as out:
            while chunk := packed.read(1 << 20):
                out.write(chunk)
        return plain

    def frame(self, path):
        """Features and labels of a file."""
        frame = pd.read_csv(path, dtype={name: str for name in self.categorical}, keep_default_na=False,
                            na_values=[""])
        return frame, frame.pop("label").to_numpy()

    def split(self, seed):
        """Which rows are learnt from and which say when to stop."""
        count = len(self.train)
        order = np.arange(count) if self.is_time_ordered else np.random.default_rng(seed).permutation(count)
        return np.split(order, [count - int(count * HELD_OUT_SHARE)])

    def words(self, frame):
        """A frame with words in place of categories, for libraries that want them."""
        frame = frame.copy()
        for column in self.categorical:
            frame[column] = frame[column].astype(object).where(frame[column].notna(), "missing").astype(str)
        return frame


# Trainers: (table, seed, threads) -> (scores to rank by, probabilities, seconds of training, trees or None)

def lightgbm(table, seed, threads, tuned):
    """LightGBM."""
    import lightgbm
    options = {"random_state": seed, "n_jobs": threads, "verbose": -1}
    if not tuned:
        model = lightgbm.LGBMClassifier(**options)
        start = time.monotonic()
        model.fit(table.train, table.train_labels)
    else:
        fitted, held_out = table.split(seed)
        model = lightgbm.LGBMClassifier(
            n_estimators=500, learning_rate=0.05, num_leaves=31, min_child_samples=40, subsample=0.8, subsample_freq=1,
            colsample_bytree=0.8, reg_lambda=1, **options)
        start = time.monotonic()
        model.fit(table.train.iloc[fitted], table.train_labels[fitted],
                  eval_set=[(table.train.iloc[held_out], table.train_labels[held_out])], eval_metric="binary_logloss",
                  callbacks=[lightgbm.early_stopping(50, verbose=False)])
    seconds = time.monotonic() - start
    probabilities = model.predict_proba(table.test)[:, 1]
    return probabilities, probabilities, seconds, model.best_iteration_ or None


def xgboost(table, seed, threads, tuned):
    """XGBoost."""
    import xgboost
    options = {"random_state": seed, "n_jobs": threads, "tree_method": "hist", "enable_categorical": True}
    if not tuned:
        model = xgboost.XGBClassifier(**options)
        start = time.monotonic()
        model.fit(table.train, table.train_labels)
    else:
        fitted, held_out = table.split(seed)
        model = xgboost.XGBClassifier(
            n_estimators=500, learning_rate=0.05, max_depth=6, subsample=0.8, colsample_bytree=0.8, reg_lambda=1,
            early_stopping_rounds=50, eval_metric="logloss", **options)
        start = time.monotonic()
        model.fit(table.train.iloc[fitted], table.train_labels[fitted], verbose=False,
                  eval_set=[(table.train.iloc[held_out], table.train_labels[held_out])])
    seconds = time.monotonic() - start
    probabilities = model.predict_proba(table.test)[:, 1]
    return probabilities, probabilities, seconds, model.best_iteration + 1 if tuned else None


def catboost(table, seed, threads):
    """CatBoost: its defaults, and early stopping so that they end."""
    import catboost as library
    fitted, held_out = table.split(seed)
    train, test = table.words(table.train), table.words(table.test)
    model = library.CatBoostClassifier(random_seed=seed, thread_count=threads, verbose=False, allow_writing_files=False,
                                       cat_features=table.categorical, early_stopping_rounds=50)
    start = time.monotonic()
    model.fit(train.iloc[fitted], table.train_labels[fitted],
              eval_set=(train.iloc[held_out], table.train_labels[held_out]))
    seconds = time.monotonic() - start
    probabilities = model.predict_proba(test)[:, 1]
    return probabilities, probabilities, seconds, model.tree_count_


def ydf(table, seed, threads):
    """Yggdrasil Decision Forests: gradient-boosted trees with its defaults."""
    import ydf as library
    library.verbose(0)
    train, test = table.words(table.train), table.words(table.test)
    train["label"] = table.train_labels
    learner = library.GradientBoostedTreesLearner(label="label", random_seed=seed, num_threads=threads)
    start = time.monotonic()
    model = learner.train(train)
    seconds = time.monotonic() - start
    probabilities = np.asarray(model.predict(test), dtype=float)
    return probabilities, probabilities, seconds, model.num_trees()


class Ours:
    """Stillwatch with its defaults."""

    def __init__(self, binaries, scratch, arguments):
        self.tool, self.scratch, self.arguments = binaries / "stillwatch", scratch, arguments

    def __call__(self, table, seed, threads):
        model, out = self.scratch / "ours.swm", self.scratch / "ours.csv"
        command = [self.tool, "train", "--csv", table.train_file, "--label", "label", "--kind", "trees",
                   "--seed", seed, "--threads", threads, "--out", model, *self.arguments]
        if table.categorical:
            command += ["--categorical", ",".join(table.categorical)]
        start = time.monotonic()
        self.run(command)
        seconds = time.monotonic() - start
        self.run([self.tool, "predict", "--csv", table.test_file, "--model", model, "--out", out])
        with open(out, newline="") as file:
            rows = np.array([(float(row["margin"]), float(row["probability"])) for row in csv.DictReader(file)])
        return rows[:, 0], rows[:, 1], seconds, None

    @staticmethod
    def run(command):
        """Runs the tool; what it says counts only if it fails."""
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if result.returncode:
            raise ToolError(f"{command[1]} failed: {result.stderr.strip().splitlines()[-1:]}")


class Curve:
    """The scores of one model on the test, sorted once, so that AUC under any weights of the rows costs one pass."""

    def __init__(self, labels, scores):
        self.order = np.argsort(scores, kind="stable")
        ordered = scores[self.order]
        self.starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        self.labels = labels[self.order].astype(float)

    def auc(self, weights):
        """The chance that a positive scores above a negative, a tie counting half."""
        weights = weights[self.order]
        positive = np.add.reduceat(weights * self.labels, self.starts)
        negative = np.add.reduceat(weights * (1 - self.labels), self.starts)
        below = np.cumsum(negative) - negative
        return float(np.sum(positive * (below + negative / 2)) / (positive.sum() * negative.sum()))


def figures(labels, scores, probabilities):
    """AUC, average precision, recall at 1 % false positives and log loss."""
    order = np.argsort(-scores, kind="stable")
    ends = np.r_[np.flatnonzero(np.diff(scores[order])), len(order) - 1]
    hits = np.cumsum(labels[order])[ends]
    flagged = ends + 1.0
    recall = hits / hits[-1]
    allowed = (flagged - hits) <= 0.01 * (len(labels) - hits[-1])
    clipped = np.clip(probabilities, 1e-15, 1 - 1e-15)
    return {
        "roc_auc": Curve(labels, scores).auc(np.ones(len(labels))),
        "average_precision": float(np.sum(np.diff(recall, prepend=0) * hits / flagged)),
        "recall_at_1_percent_fpr": float(recall[allowed].max(initial=0)),
        "log_loss": float(-np.mean(np.where(labels == 1, np.log(clipped), np.log1p(-clipped)))),
    }


def interval(labels, ours, others, resamples):
    """95 % of the resampled differences of mean AUC."""
    pairs = [(Curve(labels, a), Curve(labels, b)) for a, b in zip(ours, others)]
    source = np.random.default_rng(0)
    count = len(labels)
    differences = []
    while len(differences) < resamples:
        weights = np.bincount(source.integers(0, count, count), minlength=count).astype(float)
        if 0 < weights @ labels < count:
            differences.append(np.mean([a.auc(weights) - b.auc(weights) for a, b in pairs]))
    return [float(value) for value in np.quantile(differences, [0.025, 0.975])]


def trainers(options, ours):
    """Who takes part."""
    peers = {
        "lgb_tuned": lambda *a: lightgbm(*a, tuned=True), "lgb_default": lambda *a: lightgbm(*a, tuned=False),
        "xgb_tuned": lambda *a: xgboost(*a, tuned=True), "xgb_default": lambda *a: xgboost(*a, tuned=False),
        "catboost": catboost, "ydf": ydf,
    }
    names = [REFERENCE] if options.quick else options.peers.split(",") if options.peers else list(peers)
    for name in names:
        if name not in peers:
            raise ToolError(f"--peers: expected some of {', '.join(peers)}, found '{name}'")
    return {"stillwatch": ours, **{name: peers[name] for name in dict.fromkeys([REFERENCE, *names])}}


def measure(table, options, takers):
    """All trainers on one set; prints its table and gives what the bars need."""
    scores = {name: [] for name in takers}
    results = {name: [] for name in takers}
    for seed in range(1, options.seeds + 1):
        for name, train in takers.items():
            ranking, probabilities, seconds, trees = train(table, seed, options.threads)
            scores[name].append(ranking)
            results[name].append({**figures(table.test_labels, ranking, probabilities), "seconds": seconds})
            print(f"{table.name} seed {seed} {name}: AUC {results[name][-1]['roc_auc']:.4f}, {seconds:.1f} s"
                  + (f", {trees} trees" if trees else ""), file=sys.stderr, flush=True)
    means = {name: {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
             for name, runs in results.items()}
    low, high = interval(table.test_labels, scores["stillwatch"], scores[REFERENCE], options.resamples)
    rows = [["model", "ROC-AUC", "AP", "R@1 % FPR", "log loss", "train s"]]
    for name, mean in means.items():
        rows.append([name] + [f"{mean[key]:.4f}" for key in
                              ("roc_auc", "average_precision", "recall_at_1_percent_fpr", "log_loss")]
                    + [f"{mean['seconds']:.2f}"])
    difference = means["stillwatch"]["roc_auc"] - means[REFERENCE]["roc_auc"]
    print(f"\n### {table.name}\n\n{markdown(rows)}\n\nAUC less that of {REFERENCE}: {difference:+.4f}, 95 % interval "
          f"{low:+.4f} to {high:+.4f}", flush=True)
    return {"models": means, "auc_difference": difference, "interval": [low, high],
            "log_loss_ratio": means["stillwatch"]["log_loss"] / means[REFERENCE]["log_loss"]}


def rounded(value):
    """Figures of a JSON line need no more than six digits."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, 6) if isinstance(value, float) else value


def main():
    parser = argparse.ArgumentParser(prog="bench accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data",
                        help="directory of the sets (default: shared/data beside the repository)")
    parser.add_argument("--sets", default="all", help="judged (%s), all, or names with commas" % ", ".join(JUDGED))
    parser.add_argument("--seeds", type=int, default=5, help="seeds (default 5)")
    parser.add_argument("--peers", help="peers with commas; lgb_tuned always takes part (default: all)")
    parser.add_argument("--quick", action="store_true", help="one seed, 200 resamples, only LightGBM tuned beside us")
    parser.add_argument("--threads", type=int, default=2, help="threads of every trainer (default 2)")
    parser.add_argument("--resamples", type=int, default=1000, help="resamples of the test's rows (default 1000)")
    parser.add_argument("--train-options", default="", help="more options of `stillwatch train`, for development")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.resamples = 1, min(options.resamples, 200)
    names = {"all": JUDGED + REPORTED, "judged": JUDGED}.get(options.sets) or options.sets.split(",")
    if not options.data.is_dir():
        raise ToolError(f"{options.data} is not there: --data names the directory of the sets")
    install_packages()
    binaries = release_directory()
    results = {}
    with tempfile.TemporaryDirectory(prefix="stillwatch-accuracy-") as scratch:
        scratch = pathlib.Path(scratch)
        takers = trainers(options, Ours(binaries, scratch, options.train_options.split()))
        for name in names:
            results[name] = measure(Table(options.data, name, scratch), options, takers)
    judged = [results[name] for name in names if name in JUDGED]
    bars = {"mean_auc_difference": MEAN_AUC_BAR, "worst_set_interval_end": WORST_AUC_BAR,
            "mean_log_loss_ratio": LOG_LOSS_BAR, "judged_sets": len(JUDGED)}
    summary = {"seeds": options.seeds, "threads": options.threads, "judged_sets": len(judged)}
    passed = len(judged) == len(JUDGED)
    if judged:
        summary["mean_auc_difference"] = float(np.mean([set_["auc_difference"] for set_ in judged]))
        summary["worst_set_interval_end"] = min(set_["interval"][1] for set_ in judged)
        summary["mean_log_loss_ratio"] = float(np.mean([set_["log_loss_ratio"] for set_ in judged]))
        passed = (passed and summary["mean_auc_difference"] >= MEAN_AUC_BAR
                  and summary["worst_set_interval_end"] >= WORST_AUC_BAR
                  and summary["mean_log_loss_ratio"] <= LOG_LOSS_BAR)
    print()
    return report("accuracy", rounded({**summary, "sets": results}), bars, passed)


sys.exit(guarded("accuracy", main))
