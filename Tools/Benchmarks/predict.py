#!/usr/bin/env python3
"""Margins without reasons: our trees beside other libraries', inside one process each, on one thread.

300 trees on 100 synthetic features, of 6 levels and of 31 leaves, and with --data the adult census set as early-stopped; at
least 4,096 distinct rows, one at a time and in batches. Every library trains its own model on the same rows; our leaf-wise
trees are LightGBM's very own, and so are those of tl2cgen and ONNX Runtime. All take turns on one core, each of which goes
through the same rows again and again for 80 ms at least: a millisecond would measure what comes back to the caches after
the others' turns. Figures are medians over the turns, in µs a row. LightGBM's single rows go through the fast call of its C
interface.
"""
import sys

from harness import guarded
from row_bench import OURS, SIZES, arguments, run, table_of, with_peers
from service import report

BARS = {"symmetric_to_lightgbm_fast_call": 60, "symmetric_to_best_peer": 10, "leaf_wise_to_lightgbm_fast_call": 10,
        "portable_slowdown": 5, "same_trees_difference": 1e-9}


def judged(line):
    """How one model does against the bars, one row at a time."""
    us = line["us"]
    peers = {name: figures["1"] for name, figures in us.items() if name not in OURS}
    # What Python's way into the library costs is not the library's.
    fast = peers["lightgbm"] - us["lightgbm"]["ctypes_call"]
    peers["lightgbm"] = fast
    symmetric, leaf_wise = (us[name]["margin_1"] for name in ("symmetric", "leaf_wise"))
    return {"symmetric_to_lightgbm_fast_call": round(fast / symmetric, 1),
            "symmetric_to_best_peer": round(min(peers.values()) / symmetric, 1),
            "leaf_wise_to_lightgbm_fast_call": round(fast / leaf_wise, 1),
            "portable_slowdown": round(max(us["symmetric_portable"]["margin_1"] / symmetric,
                                           us["leaf_wise_portable"]["margin_1"] / leaf_wise), 2),
            "same_trees_difference": line["same_trees"]["margin_difference"]}


def holds(figures):
    """Whether all bars hold."""
    return all(figures[name] <= bar if name in ("portable_slowdown", "same_trees_difference") else figures[name] >= bar
               for name, bar in BARS.items())


def main():
    options = arguments("predict", __doc__).parse_args()
    with_peers()
    from row_data import adult, synthetic
    tables = [synthetic()] + ([adult(options.data)] if options.data else [])
    figures = run(tables, options.passes, "margins")
    for name, line in figures.items():
        print(f"\n{name}: trees {line['trees']}, LightGBM one at a time through ctypes, of which the call itself "
              f"{line['us']['lightgbm']['ctypes_call']:.2f} µs\n")
        print(table_of(line, SIZES, list(line["us"]), "margin"))
        line["judged"] = judged(line)
    # The bars were set for the synthetic shapes; the other sets' models are of sizes of their own.
    return report("predict", figures, BARS, holds(figures["synthetic"]["judged"]))


if __name__ == "__main__":
    sys.exit(guarded("predict", main))
