"""One training of a peer of `bench train`, in a process of its own: prints a line of JSON with times and accuracy.

    train_peers.py PEER THREADS ROUNDS TABLE     TABLE is what train_data.Table.to_json gives
"""
import json
import resource
import sys
import time

import numpy as np

from metrics import roc_auc
from train_data import Table

RATE, LEAVES, DEPTH, L2, BINS = 0.1, 31, 6, 3.0, 255


def clocks():
    """Wall time and the process's CPU time."""
    return np.array([time.monotonic(), time.process_time()])


def times(start, binned, end):
    """What is printed of three moments."""
    binning, growing = binned - start, end - binned
    return {"binning_s": binning[0], "growing_s": growing[0], "growing_cpu_s": growing[1]}


def lightgbm(table, threads, rounds):
    """LightGBM at our options. Its bins are made before the clock of the training starts."""
    import lightgbm as library
    options = {"objective": "binary", "num_leaves": LEAVES, "learning_rate": RATE, "max_bin": BINS, "lambda_l2": L2,
               "min_sum_hessian_in_leaf": 1.0, "min_data_in_leaf": 1, "feature_pre_filter": False,
               "num_threads": threads, "verbose": -1, "seed": 1}
    features, labels = table.arrays("train")
    start = clocks()
    data = library.Dataset(features, labels, categorical_feature=table.categorical, params=options).construct()
    binned = clocks()
    booster = library.train(options, data, rounds)
    return times(start, binned, clocks()), lambda test: booster.predict(test, raw_score=True)


def catboost(table, threads, rounds):
    """CatBoost with symmetric trees, plain boosting, one Newton step a leaf and no sampling.

    Numbers are quantised before the clock of the training starts; with categories it quantises inside.
    """
    import catboost as library
    features, labels = table.arrays("train")

    def framed(values):
        if not table.categorical:
            return values
        import pandas
        frame = pandas.DataFrame(values)
        for column in table.categorical:
            frame[column] = frame[column].fillna(-1).astype(int).astype(str)
        return frame

    pool = library.Pool(framed(features), labels, cat_features=table.categorical or None, thread_count=threads)
    start = clocks()
    if not table.categorical:
        pool.quantize(border_count=BINS - 1)
    binned = clocks()
    model = library.CatBoostClassifier(
        iterations=rounds, depth=DEPTH, learning_rate=RATE, l2_leaf_reg=L2, border_count=BINS - 1,
        boosting_type="Plain", bootstrap_type="No", leaf_estimation_method="Newton", leaf_estimation_iterations=1,
        random_strength=0, one_hot_max_size=BINS, thread_count=threads, random_seed=1, verbose=False,
        allow_writing_files=False, metric_period=rounds)
    model.fit(pool)
    return times(start, binned, clocks()), lambda test: model.predict(framed(test), prediction_type="RawFormulaVal")


def main():
    peer, threads, rounds, table = sys.argv[1:]
    table = Table(**json.loads(table))
    train = {"lightgbm": lightgbm, "catboost": catboost}[peer]
    figures, predict = train(table, int(threads), int(rounds))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    features, labels = table.arrays("test")
    print(json.dumps({**figures, "peak_mib": peak, **accuracy(labels, np.asarray(predict(features)))}))


def accuracy(labels, margins):
    """AUC and log loss of margins."""
    wrong = np.where(labels == 1, -margins, margins)
    return {"roc_auc": roc_auc(labels.tolist(), margins.tolist()), "log_loss": float(np.mean(np.logaddexp(0, wrong)))}


if __name__ == "__main__":
    main()
