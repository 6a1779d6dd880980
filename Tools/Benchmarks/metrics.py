"""Figures of merit of a classifier, exact with ties, in plain Python.

Labels are 0 or 1; a higher score means more likely 1. Run as a script it tests itself.
"""
import math
import sys


def groups(labels, scores):
    """(positives, negatives) of each distinct score, highest score first."""
    order = sorted(zip(scores, labels), key=lambda pair: -pair[0])
    result, last = [], None
    for score, label in order:
        if score != last:
            result.append([0, 0])
            last = score
        result[-1][0 if label else 1] += 1
    return result


def counts(labels):
    """How many positives and negatives; both must exist for a figure to mean anything."""
    positives = sum(1 for label in labels if label)
    negatives = len(labels) - positives
    if not positives or not negatives:
        raise ValueError(f"needs both labels, found {positives} positives and {negatives} negatives")
    return positives, negatives


def roc_auc(labels, scores):
    """The chance that a positive scores above a negative; a tie counts half."""
    positives, negatives = counts(labels)
    above, pairs_twice = 0, 0
    for positive, negative in groups(labels, scores):
        pairs_twice += negative * (2 * above + positive)
        above += positive
    return pairs_twice / (2 * positives * negatives)


def average_precision(labels, scores):
    """Sum over distinct thresholds of precision times the step in recall (no interpolation)."""
    positives, _ = counts(labels)
    hits, seen, total = 0, 0, 0.0
    for positive, negative in groups(labels, scores):
        hits += positive
        seen += positive + negative
        total += positive * hits / seen
    return total / positives


def recall_at_fpr(labels, scores, limit):
    """The largest recall at a threshold whose attained false positive rate is at most `limit`."""
    positives, negatives = counts(labels)
    hits, false_alarms, best = 0, 0, 0.0
    for positive, negative in groups(labels, scores):
        hits += positive
        false_alarms += negative
        if false_alarms > limit * negatives:
            break
        best = hits / positives
    return best


def log_loss(labels, probabilities):
    """Mean negative log likelihood; probabilities are kept 1e-15 away from 0 and 1."""
    total = 0.0
    for label, probability in zip(labels, probabilities):
        probability = min(max(probability, 1e-15), 1 - 1e-15)
        total -= math.log(probability if label else 1 - probability)
    return total / len(labels)


def brier(labels, probabilities):
    """Mean squared distance of the probability from the label."""
    return sum((probability - label) ** 2 for label, probability in zip(labels, probabilities)) / len(labels)


def all_figures(labels, scores, probabilities):
    """Every figure by name; ranking by `scores` (margins), calibration by `probabilities`."""
    return {
        "roc_auc": roc_auc(labels, scores),
        "average_precision": average_precision(labels, scores),
        "recall_at_1_percent_fpr": recall_at_fpr(labels, scores, 0.01),
        "recall_at_5_percent_fpr": recall_at_fpr(labels, scores, 0.05),
        "log_loss": log_loss(labels, probabilities),
        "brier": brier(labels, probabilities),
    }


def percentile(values, share):
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values):
    """The middle value, or the mean of the two middle ones."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def naive_roc_auc(labels, scores):
    """By the definition, for the test."""
    pairs = [(1 if a > b else 0.5 if a == b else 0)
             for a, x in zip(scores, labels) if x for b, y in zip(scores, labels) if not y]
    return sum(pairs) / len(pairs)


def naive_recall_at_fpr(labels, scores, limit):
    """By the definition, for the test."""
    positives, negatives = counts(labels)
    best = 0.0
    for threshold in set(scores):
        flagged = [label for label, score in zip(labels, scores) if score >= threshold]
        if flagged.count(0) / negatives <= limit:
            best = max(best, flagged.count(1) / positives)
    return best


def self_test():
    """Known values, and the definitions on seeded random data with many ties."""
    import random
    assert roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == 0.75
    assert abs(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) - 0.8333333333333333) < 1e-15
    assert average_precision([1, 0, 0, 0], [1, 1, 1, 1]) == 0.25
    assert abs(log_loss([1, 0], [0.5, 0.5]) - math.log(2)) < 1e-15
    assert brier([1, 0], [0.5, 0.0]) == 0.125
    assert median([3, 1, 2]) == 2 and median([4, 1, 2, 3]) == 2.5 and percentile(range(1, 101), 0.99) == 99
    for seed in range(200):
        source = random.Random(seed)
        labels = [1, 0] + [source.randint(0, 1) for _ in range(source.randint(0, 60))]
        scores = [source.randint(0, source.choice((1, 5, 1000))) for _ in labels]
        assert abs(roc_auc(labels, scores) - naive_roc_auc(labels, scores)) < 1e-12, f"seed {seed}"
        for limit in (0.0, 0.01, 0.05, 0.3, 1.0):
            assert recall_at_fpr(labels, scores, limit) == naive_recall_at_fpr(labels, scores, limit), f"seed {seed}"
    print("metrics: figures agree with their definitions")


if __name__ == "__main__":
    self_test()
    sys.exit(0)
