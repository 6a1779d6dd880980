#!/usr/bin/env python3
"""Margins without reasons: our trees beside LightGBM, XGBoost and CatBoost, inside one process each, on one thread.

A model of 300 trees of 6 levels on 100 synthetic features, and with --data the adult census set as early-stopped; at
least 4,096 distinct rows, one at a time and in batches. Every library trains its own model on the same rows. All take
turns on one core; figures are medians over the turns, in µs a row.
"""
import sys

from harness import guarded
from row_bench import arguments, run, table_of, with_peers
from service import report

PEER_NAMES = ["lightgbm", "xgboost", "catboost"]


def main():
    options = arguments("predict", __doc__).parse_args()
    with_peers()
    from row_data import adult, synthetic
    tables = [synthetic()] + ([adult(options.data)] if options.data else [])
    figures = run(tables, options.passes, "margins")
    for name, line in figures.items():
        sizes = ("1", "16", "256", "4096")
        rows = [(f"{size} at once", f"margin_{size}", {peer: size for peer in PEER_NAMES}) for size in sizes]
        print(f"\n{name}: trees {line['trees']}, LightGBM one at a time through ctypes, of which the call itself "
              f"{line['us']['lightgbm']['ctypes_call']:.2f} µs\n")
        print(table_of(line, rows, ["µs a row", "stillwatch", *PEER_NAMES]))
        line["times_faster"] = {
            peer: {size: round(line["us"][peer][size] / line["us"]["stillwatch"][f"margin_{size}"], 2)
                   for size in sizes} for peer in PEER_NAMES}
    return report("predict", figures, {}, True)


if __name__ == "__main__":
    sys.exit(guarded("predict", main))
