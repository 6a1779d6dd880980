#!/usr/bin/env python3
"""Margins with reasons for every feature: our trees beside the SHAP values of LightGBM, XGBoost and CatBoost.

Models, rows and turns as in `bench predict`. First the same symmetric trees are given to LightGBM and to us: its
pred_contrib and our reasons must agree within 1e-9 (--check stops there). Those of leaf-wise trees, which are served in
Float32, must agree within 1e-5 on LightGBM's own trees. Then models of every kind are checked on a million random rows:
additive reasons, the same bits from every kernel, no pair of rows against a direction, no allocation.
"""
import pathlib
import sys
import tempfile

from harness import guarded, markdown
from row_bench import SIZES, arguments, run, table_of, with_peers
from service import ToolError, install_packages, release_directory, report, run_tool

LARGEST_DIFFERENCE = 1e-9
BARS = {"symmetric_to_pred_contrib": 1000, "leaf_wise_to_pred_contrib": 34, "symmetric_reasons_to_margin": 3,
        "served_difference": 1e-5}
CHECKED_MODELS = 8


def check(binaries):
    """The largest differences of margins and reasons on the same trees, over all models."""
    import numpy
    from symmetric_trees import RandomModel
    worst = {"margin_difference": 0.0, "reason_difference": 0.0, "rows": 0}
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as directory:
        model, rows, scores = (pathlib.Path(directory) / name for name in ("model.swm", "rows", "scores"))
        for seed in range(CHECKED_MODELS):
            random = RandomModel(seed)
            values = random.rows(512)
            model.write_bytes(random.model_file())
            values.astype("<f8").tofile(rows)
            run_tool(binaries, "time-rows", "--model", model, "--rows", rows, "--out", scores)
            ours = numpy.fromfile(scores, "<f8").reshape(len(values), -1)
            booster = random.lightgbm()
            theirs = booster.predict(values, pred_contrib=True)
            if theirs.shape[1] != ours.shape[1] - 1:
                raise ToolError(f"LightGBM gives {theirs.shape[1]} numbers a row, expected {ours.shape[1] - 1}")
            margins = booster.predict(values, raw_score=True)
            reasons = numpy.column_stack([theirs[:, -1], theirs[:, :-1]])
            worst["margin_difference"] = max(worst["margin_difference"], float(abs(ours[:, 0] - margins).max()))
            worst["reason_difference"] = max(worst["reason_difference"], float(abs(ours[:, 1:] - reasons).max()))
            worst["rows"] += len(values)
    return worst


def judged(line):
    """How one model does against the bars; LightGBM's figure is that of a batch, its better one."""
    us = line["us"]
    theirs = min(value for size, value in us["lightgbm"].items())
    return {"symmetric_to_pred_contrib": round(theirs / us["symmetric"]["reasons_1"], 1),
            "leaf_wise_to_pred_contrib": round(theirs / us["leaf_wise"]["reasons_1"], 1),
            "symmetric_reasons_to_margin": round(us["symmetric"]["reasons_1"] / us["symmetric"]["margin_1"], 2),
            "served_difference": max(line["same_trees"]["reason_difference"], line["same_trees"]["residual"])}


def holds(figures):
    """Whether all bars hold."""
    return all(figures[name] >= bar if name.endswith("pred_contrib") else figures[name] <= bar
               for name, bar in BARS.items())


def checks_table(figures):
    """What a million random rows of each model showed."""
    keys = ("rows", "exact_rows", "served_residual", "exact_residual", "served_difference", "compared_rows",
            "different_bits", "pairs", "pairs_against_direction", "allocations")

    def cell(value):
        return "" if value is None else f"{value:.1e}" if isinstance(value, float) else f"{value:,}"

    return markdown([["random rows", *figures],
                     *([key.replace("_", " "), *(cell(line.get(key)) for line in figures.values())] for key in keys)])


def main():
    parser = arguments("reasons", __doc__)
    parser.add_argument("--check", action="store_true", help="only compare with pred_contrib on the same trees")
    options = parser.parse_args()
    with_peers()
    install_packages()
    agreement = check(release_directory())
    print(f"the same {CHECKED_MODELS} models in LightGBM: margins differ by at most "
          f"{agreement['margin_difference']:.1e}, reasons by {agreement['reason_difference']:.1e}")
    figures = {"same_symmetric_trees": agreement}
    passed = max(agreement["margin_difference"], agreement["reason_difference"]) <= LARGEST_DIFFERENCE
    if not options.check:
        from row_checks import check_rows
        from row_data import adult, synthetic
        tables = [synthetic()] + ([adult(options.data)] if options.data else [])
        checks = {}

        def check_models(*models):
            checks["figures"], checks["hold"] = check_rows(*models)

        timed = run(tables, options.passes, "reasons", check_models)
        for name, line in timed.items():
            ours = line["us"]["symmetric"]
            print(f"\n{name}: trees {line['trees']}; one margin without reasons {ours['margin_1']:.2f} µs\n")
            print(table_of(line, SIZES, list(line["us"]), "reasons"))
            line["judged"] = judged(line)
        print("\n" + checks_table(checks["figures"]))
        passed = passed and checks["hold"] and holds(timed["synthetic"]["judged"])
        figures["checks"] = checks["figures"]
        figures.update(timed)
    return report("reasons", figures, {"same_symmetric_trees": LARGEST_DIFFERENCE, **BARS}, passed)


if __name__ == "__main__":
    sys.exit(guarded("reasons", main))
