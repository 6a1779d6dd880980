"""LightGBM on the rows and features that `stillwatch features` wrote; run by leak.py in an environment of its own.

    leak_peers.py --features DIR --labels FILE --periods JSON --out DIR

Trains three times, on all features, on all but those of clusters and rhythm (plain counts of what is shared), and on
those of accounts alone, on the rows that `stillwatch evaluate` trains on, the same
thinning and weights included, and writes each model's margins of everything later as `commit_sequence,margin`. The
rounds are found on the last 15 % of the accounts by time, as Stillwatch does it; then all rows are learnt from. Rows are
read in blocks from the file, so that a table larger than the memory can be learnt from.
"""
import argparse
import csv
import json
import pathlib
import sys
import time

import lightgbm
import numpy

from feature_table import FeatureTable

HELD_OUT_SHARE = 0.15
ROUNDS, PATIENCE = 1500, 60
BLOCK = 1 << 16
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.06, "num_leaves": 63, "min_data_in_leaf": 50, "feature_fraction": 0.8,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 1.0, "max_bin": 255, "deterministic": True,
    "force_row_wise": True, "seed": 1, "verbosity": -1,
}
LINK_FAMILIES = ("link.", "intel.", "cluster.", "rhythm.")
GROUP_FAMILIES = ("cluster.", "rhythm.")


def say(text):
    """Progress, apart from the result."""
    print(f"leak: {text}", file=sys.stderr, flush=True)


class Rows(lightgbm.Sequence):
    """Some rows and columns of a table, as LightGBM asks for them."""

    batch_size = BLOCK

    def __init__(self, values, rows, columns):
        self.values, self.rows, self.columns = values, rows, columns

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return numpy.asarray(self.values[self.rows[index]][..., self.columns], dtype=numpy.float64)


def known_labels(path, until_ms):
    """Account -> whether it is abusive, by what was known before a time: the latest word counts. None for abuse without
    a campaign, which `--unattributed skip` leaves out."""
    known = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            moment = int(row["known_at_ms"])
            if moment < until_ms and moment >= known.get(row["account_ref"], (0, 0))[0]:
                is_abusive = row["label"] == "1"
                known[row["account_ref"]] = (moment, None if is_abusive and not row["campaign"] else is_abusive)
    return {account: is_abusive for account, (_, is_abusive) in known.items()}


def draws(sequences):
    """The 64 random-looking bits of each place in the log by which rows are thinned out: SplitMix64's first number."""
    with numpy.errstate(over="ignore"):
        mixed = sequences.astype(numpy.uint64) + numpy.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> numpy.uint64(31))


def thinned(table, candidates, labels, row_limit):
    """The rows that training keeps, their weights, and the kept shares of honest and of abusive use, as Stillwatch thins
    them out row by row: abusive use is halved while it is more than half of the limit, honest use while there are more
    rows than the limit and it is more than a quarter of the rest."""
    is_abusive = labels[candidates]
    honest_use, abusive_use = table.is_usage[candidates] & ~is_abusive, table.is_usage[candidates] & is_abusive
    bits = draws(table.sequences[candidates])

    def kept(halvings):
        return numpy.ones(len(bits), bool) if halvings == 0 else bits >> numpy.uint64(64 - halvings) == 0
    abusive_halvings = honest_halvings = 0
    while True:
        honest = numpy.cumsum(honest_use & kept(honest_halvings))
        abusive = abusive_use & kept(abusive_halvings)
        rest = numpy.cumsum(~honest_use & ~abusive_use | abusive)
        too_many_abusive = numpy.cumsum(abusive) > max(1, row_limit // 2)
        too_many_honest = (honest + rest > row_limit) & (4 * honest > rest)
        firsts = [numpy.argmax(too_many) if too_many.any() else len(bits)
                  for too_many in (too_many_abusive, too_many_honest)]
        if min(firsts) == len(bits) or max(abusive_halvings, honest_halvings) == 40:
            break
        if firsts[0] <= firsts[1]:
            abusive_halvings += 1
        else:
            honest_halvings += 1
    keeps = ~(honest_use & ~kept(honest_halvings)) & ~(abusive_use & ~kept(abusive_halvings))
    weights = numpy.where(honest_use, float(1 << honest_halvings),
                          numpy.where(abusive_use, float(1 << abusive_halvings), 1.0))
    return candidates[keeps], weights[keeps], 0.5 ** honest_halvings, 0.5 ** abusive_halvings


def held_out(accounts):
    """Which rows belong to accounts whose first row is among the last 15 %."""
    _, first, inverse = numpy.unique(accounts, return_index=True, return_inverse=True)
    return first[inverse] >= len(accounts) - int(len(accounts) * HELD_OUT_SHARE)


def train(table, rows, labels, weights, columns, threads):
    """A model on these rows; the rounds come from the held-out ones."""
    parameters = {**PARAMETERS, "num_threads": threads}
    late = held_out(table.accounts[rows])

    def data(mask, reference=None):
        return lightgbm.Dataset(Rows(table.values, rows[mask], columns), label=labels[rows[mask]].astype(float),
                                weight=weights[mask], reference=reference, params=parameters, free_raw_data=True)
    fitted = data(~late)
    judged = data(late, reference=fitted)
    search = lightgbm.train(parameters, fitted, ROUNDS, valid_sets=[judged],
                            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)])
    rounds = search.best_iteration or ROUNDS
    del fitted, judged, search
    return lightgbm.train(parameters, data(numpy.ones(len(rows), bool)), rounds), rounds


def write_margins(table, model, rows, columns, path):
    """Margins in the order of the log."""
    temporary = path.with_suffix(".writing")
    with open(temporary, "w") as file:
        file.write("commit_sequence,margin\n")
        for start in range(0, len(rows), BLOCK):
            block = rows[start:start + BLOCK]
            values = numpy.asarray(table.values[block][:, columns], dtype=numpy.float64)
            margins = model.predict(values, raw_score=True)
            file.writelines(f"{sequence},{margin!r}\n" for sequence, margin in zip(
                table.sequences[block].tolist(), margins.tolist()))
    temporary.rename(path)


def per_account(table):
    """Columns that speak of the account alone: of no other accounts, no identifier's history and no partner."""
    return numpy.array([index for index, feature in enumerate(table.features)
                        if not feature["name"].startswith(LINK_FAMILIES) and not feature["link_class"]])


def with_counts(table):
    """Columns without those of clusters and of rhythm."""
    return numpy.array([index for index, feature in enumerate(table.features)
                        if not feature["name"].startswith(GROUP_FAMILIES)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=pathlib.Path, required=True)
    parser.add_argument("--labels", type=pathlib.Path, required=True)
    parser.add_argument("--periods", type=json.loads, required=True)
    parser.add_argument("--row-limit", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    table, periods = FeatureTable(options.features), options.periods
    abusive = known_labels(options.labels, periods["labels_until_ms"])
    labels = table.by_account(lambda account: bool(abusive.get(account, False)))
    is_row = table.by_account(lambda account: abusive.get(account, False) is not None)
    candidates = numpy.flatnonzero((table.times_ms < periods["train_until_ms"]) & is_row)
    rows, weights, honest_share, abusive_share = thinned(table, candidates, labels, options.row_limit)
    judged = numpy.flatnonzero((table.times_ms >= periods["validate_from_ms"])
                               & (table.times_ms < periods["test_until_ms"]))
    said = {"rows": len(rows), "positives": int(labels[rows].sum()), "kept_share_of_unlabelled_usage": honest_share,
            "kept_share_of_abusive_usage": abusive_share}
    everything = numpy.arange(len(table.features))
    choices = (("lightgbm", everything), ("lightgbm_counts", with_counts(table)),
               ("lightgbm_per_account", per_account(table)))
    for name, columns in choices:
        started = time.monotonic()
        model, rounds = train(table, rows, labels, weights, columns, options.threads)
        trained = time.monotonic()
        write_margins(table, model, judged, columns, options.out / f"{name}.csv")
        said[name] = {"features": len(columns), "rounds": rounds, "train_s": round(trained - started, 1),
                      "predict_s": round(time.monotonic() - trained, 1)}
        say(f"{name}: {len(rows):,} rows, {len(columns)} features, {rounds} rounds in {trained - started:.0f} s; "
            f"{len(judged):,} margins in {time.monotonic() - trained:.0f} s")
    print(json.dumps(said))


if __name__ == "__main__":
    main()
