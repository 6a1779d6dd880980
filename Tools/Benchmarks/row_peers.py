"""Other libraries' trees on the same rows, each on one thread. Needs what `row_bench` lists."""
import ctypes
import shutil
import time

import catboost
import lightgbm
import numpy
import onnxmltools
import onnxruntime
import tl2cgen
import treelite
import xgboost
import ydf
from onnxmltools.convert.common.data_types import FloatTensorType

from row_bench import Unfit
from row_data import TREES

BATCHES = (16, 256, 4096)
# Reasons of the others take milliseconds: some rows are enough.
REASONS_ROWS = 256
HELD_OUT = 0.15
# As long as `stillwatch time-rows` goes on.
SHORTEST_NS = 80_000_000


def mean_us(batches, row_count, body):
    """Mean time of a row over all batches, in µs: again and again, for 80 ms at least."""
    passes, start = 0, time.perf_counter_ns()
    while not passes or time.perf_counter_ns() - start < SHORTEST_NS:
        for batch in batches:
            body(batch)
        passes += 1
    return (time.perf_counter_ns() - start) / 1000 / row_count / passes


def batches_of(rows, size):
    """Rows in batches of a size."""
    return [rows[start:start + size] for start in range(0, len(rows), size)]


def per_row_us(rows, size, body):
    """The mean time of a row over rows in batches of a size."""
    return mean_us(batches_of(rows, size), len(rows), body)


def split(table):
    """Training and early-stopping rows: the last part of the table is held out."""
    cut = round(len(table.train) * (1 - HELD_OUT))
    return (table.train[:cut], table.labels[:cut]), (table.train[cut:], table.labels[cut:])


class LightGBM:
    """31 leaves; single rows go through the fast call of its C interface."""
    name = "lightgbm"

    def __init__(self, table, fixed, first=None, directory=None):
        categories = [index for index, column in enumerate(table.columns) if column in table.words]
        options = {"objective": "binary", "learning_rate": 0.05, "num_leaves": 31, "num_threads": 1, "verbose": -1}
        if fixed:
            data = lightgbm.Dataset(table.train, table.labels, categorical_feature=categories)
            self.booster = lightgbm.train(options, data, TREES)
        else:
            (fitted, held_out) = split(table)
            data = lightgbm.Dataset(*fitted, categorical_feature=categories)
            self.booster = lightgbm.train(options, data, 1000, valid_sets=[data.create_valid(*held_out)],
                                          callbacks=[lightgbm.early_stopping(50, verbose=False)])
        self.trees = self.booster.best_iteration or self.booster.num_trees()
        self.prepare_fast_call(table.timed.shape[1])

    def prepare_fast_call(self, features):
        """One row of numbers in, its raw score out, nothing else set up for each call."""
        self.library = lightgbm.basic._LIB
        self.handle = ctypes.c_void_p()
        self.length, self.result = ctypes.c_int64(), ctypes.c_double()
        status = self.library.LGBM_BoosterPredictForMatSingleRowFastInit(
            self.booster._handle, ctypes.c_int(1), ctypes.c_int(0), ctypes.c_int(self.trees), ctypes.c_int(1),
            ctypes.c_int32(features), ctypes.c_char_p(b"num_threads=1"), ctypes.byref(self.handle))
        if status:
            raise RuntimeError("LightGBM refused the fast call for single rows")

    def single_rows_us(self, rows, function=None):
        """Time of a row through ctypes; with another function, of the call alone."""
        call = function or self.library.LGBM_BoosterPredictForMatSingleRowFast
        length, result = ctypes.byref(self.length), ctypes.byref(self.result)
        pointers = [ctypes.c_void_p(row.ctypes.data) for row in rows]
        return mean_us(pointers, len(rows), lambda pointer: call(self.handle, pointer, length, result))

    def margins(self, rows):
        """Times by batch size; beside them what a call through ctypes costs by itself."""
        noop = ctypes.CDLL(None).labs
        times = {"1": self.single_rows_us(rows), "ctypes_call": self.single_rows_us(rows, noop)}
        for size in BATCHES:
            times[str(size)] = per_row_us(rows, size, lambda batch: self.booster.predict(
                batch, raw_score=True, num_iteration=self.trees, num_threads=1))
        return times

    def reasons(self, rows):
        """Times of one row and of a batch."""
        rows = rows[:REASONS_ROWS]
        return {str(size): per_row_us(rows, size, lambda batch: self.booster.predict(
            batch, pred_contrib=True, num_iteration=self.trees, num_threads=1)) for size in (1, REASONS_ROWS)}


class XGBoost:
    """Depth 6; categories come as their codes."""
    name = "xgboost"

    def __init__(self, table, fixed, first=None, directory=None):
        options = {"objective": "binary:logistic", "eta": 0.05, "max_depth": 6, "tree_method": "hist", "nthread": 1}
        if fixed:
            self.booster = xgboost.train(options, xgboost.DMatrix(table.train, table.labels), TREES)
            self.trees = TREES
        else:
            fitted, held_out = (xgboost.DMatrix(*part) for part in split(table))
            self.booster = xgboost.train(options, fitted, 1000, evals=[(held_out, "held_out")],
                                         early_stopping_rounds=50, verbose_eval=False)
            self.trees = self.booster.best_iteration + 1

    def margins(self, rows):
        """Times by batch size."""
        return {str(size): per_row_us(rows, size, lambda batch: self.booster.inplace_predict(
            batch, iteration_range=(0, self.trees), predict_type="margin")) for size in (1, *BATCHES)}

    def reasons(self, rows):
        """Times of one row and of a batch."""
        rows = rows[:REASONS_ROWS]
        return {str(size): per_row_us(rows, size, lambda batch: self.booster.predict(
            xgboost.DMatrix(batch, nthread=1), pred_contribs=True, iteration_range=(0, self.trees)))
                for size in (1, REASONS_ROWS)}


class CatBoost:
    """Symmetric trees of depth 6; pools are made before the clock starts."""
    name = "catboost"

    def __init__(self, table, fixed, first=None, directory=None):
        self.categories = [index for index, column in enumerate(table.columns) if column in table.words]
        options = {"learning_rate": 0.06, "depth": 6, "thread_count": 1, "verbose": False, "allow_writing_files": False}
        if fixed:
            self.model = catboost.CatBoostClassifier(iterations=TREES, **options)
            self.model.fit(self.pool(table.train, table.labels))
        else:
            fitted, held_out = (self.pool(*part) for part in split(table))
            self.model = catboost.CatBoostClassifier(iterations=1000, early_stopping_rounds=50, **options)
            self.model.fit(fitted, eval_set=held_out)
        self.trees = self.model.tree_count_

    def pool(self, rows, labels=None):
        """Its own form of rows; categories must not be fractions there."""
        if not self.categories:
            return catboost.Pool(rows, labels, thread_count=1)
        cells = rows.astype(object)
        for column in self.categories:
            cells[:, column] = [str(value) for value in rows[:, column]]
        return catboost.Pool(cells, labels, cat_features=self.categories, thread_count=1)

    def margins(self, rows):
        """Times by batch size."""
        times = {}
        for size in (1, *BATCHES):
            pools = [self.pool(batch) for batch in batches_of(rows, size)]
            times[str(size)] = mean_us(pools, len(rows), lambda pool: self.model.predict(
                pool, prediction_type="RawFormulaVal", thread_count=1))
        return times

    def reasons(self, rows):
        """Time in one batch: it spends long on what does not depend on the rows, so all of them."""
        pool = self.pool(rows)
        return {str(REASONS_ROWS): mean_us([pool], len(rows), lambda pool: self.model.get_feature_importance(
            pool, type="ShapValues", thread_count=1))}


class YDF:
    """Its own trees of up to 31 leaves, by its fastest engine."""
    name = "ydf"

    def __init__(self, table, fixed, first=None, directory=None):
        if table.words:
            raise Unfit("categories would be looked up by name")
        ydf.verbose(0)
        learner = ydf.GradientBoostedTreesLearner(
            label="label", num_trees=TREES, shrinkage=0.05, growing_strategy="BEST_FIRST_GLOBAL", max_num_nodes=61,
            early_stopping="NONE", validation_ratio=0.0, num_threads=1)
        self.columns = table.columns
        self.model = learner.train({**self.named(table.train), "label": table.labels.astype(int)})
        self.trees = self.model.num_trees()

    def named(self, rows):
        """Its own form of rows."""
        return {name: rows[:, index].astype(numpy.float32) for index, name in enumerate(self.columns)}

    def margins(self, rows):
        """Times by batch size; one row at a time only for some."""
        few = rows[:REASONS_ROWS]
        return {str(size): per_row_us(few if size == 1 else rows, size, lambda batch: self.model.predict(
            self.named(batch), num_threads=1)) for size in (1, *BATCHES)}

    def reasons(self, rows):
        """It gives none by this way."""
        return {}


class TL2cgen:
    """LightGBM's trees compiled to C."""
    name = "tl2cgen"

    def __init__(self, table, fixed, first=None, directory=None):
        if not shutil.which("gcc"):
            raise Unfit("no gcc")
        # The early-stopped model is cut to its best round first.
        text = first.booster.model_to_string(num_iteration=first.trees)
        path = directory / f"{table.name}-tl2cgen.txt"
        path.write_text(text)
        library = directory / f"{table.name}-tl2cgen.so"
        model = treelite.frontend.load_lightgbm_model(path)
        tl2cgen.export_lib(model, toolchain="gcc", libpath=str(library), params={"parallel_comp": 4}, verbose=False)
        self.predictor = tl2cgen.Predictor(str(library), nthread=1)
        self.trees = first.trees

    def margins(self, rows):
        """Times by batch size; matrices are made before the clock starts."""
        times = {}
        for size in (1, *BATCHES):
            batches = [tl2cgen.DMatrix(batch, dtype="float64") for batch in batches_of(rows, size)]
            times[str(size)] = mean_us(batches, len(rows), lambda batch: self.predictor.predict(batch, pred_margin=True))
        return times

    def reasons(self, rows):
        """It gives none."""
        return {}


class ONNXRuntime:
    """LightGBM's trees in ONNX Runtime, in Float32."""
    name = "onnxruntime"

    def __init__(self, table, fixed, first=None, directory=None):
        if table.words:
            raise Unfit("its trees have no sets of categories")
        model = onnxmltools.convert_lightgbm(first.booster, zipmap=False, initial_types=[
            ("rows", FloatTensorType([None, table.timed.shape[1]]))])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                                    providers=["CPUExecutionProvider"])
        self.trees = first.trees

    def margins(self, rows):
        """Times by batch size."""
        rows = rows.astype(numpy.float32)
        outputs = [self.session.get_outputs()[-1].name]
        return {str(size): per_row_us(rows, size, lambda batch: self.session.run(outputs, {"rows": batch}))
                for size in (1, *BATCHES)}

    def reasons(self, rows):
        """It gives none."""
        return {}


PEERS = (LightGBM, XGBoost, CatBoost, YDF, TL2cgen, ONNXRuntime)
