"""Random symmetric trees as a model file of ours and as a LightGBM model, for comparing the two. Needs lightgbm, numpy.

Both are written by hand from the formats' descriptions: none of our Swift code has a part in it.
"""
import hashlib
import struct

import lightgbm
import numpy

import protowire

NUMBERS, WORDS = 12, 3
WORD_COUNT = 40
TREES = 40
# LightGBM's decision_type: categorical, missing goes left, missing is NaN.
CATEGORICAL, DEFAULT_LEFT, MISSING_IS_NAN = 1, 2, 8


class RandomModel:
    """Trees of 1 to 6 levels, with repeated features, missing values and categories; covers are whole and above 0."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)
        self.trees = [self.tree() for _ in range(TREES)]

    def tree(self):
        """(splits, leaves, covers); a split is (feature, threshold or codes, missing goes right)."""
        depth = int(self.random.integers(1, 7))
        return ([self.split() for _ in range(depth)], self.random.normal(size=2 ** depth),
                self.random.integers(1, 200, size=2 ** depth))

    def split(self):
        feature = int(self.random.integers(NUMBERS + WORDS))
        if feature < NUMBERS:
            return feature, float(self.random.integers(-20, 20)) / 8, bool(self.random.integers(2))
        # LightGBM sends missing categories right, and so do ours here.
        return feature, sorted(self.random.choice(WORD_COUNT, size=7, replace=False).tolist()), True

    def rows(self, count):
        """Rows with many values right at thresholds, and a fifth missing."""
        values = self.random.integers(-24, 24, size=(count, NUMBERS + WORDS)) / 8
        values[:, NUMBERS:] = self.random.integers(WORD_COUNT, size=(count, WORDS))
        values[self.random.random(values.shape) < 0.2] = numpy.nan
        return values

    def model_file(self):
        """A model file of ours, without golden inputs."""
        words = b"".join(protowire.data(4, f"w{word}") for word in range(WORD_COUNT)) + protowire.number(5, 1)
        features = b"".join(
            protowire.data(4, protowire.data(1, f"f{index}") + (words if index >= NUMBERS else b""))
            for index in range(NUMBERS + WORDS))
        trees = b"".join(protowire.data(2, self.tree_message(*tree)) for tree in self.trees)
        base = protowire.data(1, protowire.double(1, 0.0))
        policy = protowire.data(21, protowire.number(1, 1))
        payload = protowire.data(1, "same trees") + features + protowire.data(11, base + trees) + policy
        start = b"SWMODEL\n" + struct.pack("<IIQ", 1, 0, len(payload))
        return start + hashlib.sha256(start + payload).digest() + bytes(8) + payload

    @staticmethod
    def tree_message(splits, leaves, covers):
        message = b""
        for feature, condition, missing_right in splits:
            codes = b"".join(protowire.number(1, code) for code in condition) if isinstance(condition, list) else b""
            what = protowire.data(3, codes) if isinstance(condition, list) else protowire.double(2, condition)
            message += protowire.data(1, protowire.number(1, feature) + what + protowire.number(4, missing_right))
        return message + protowire.packed_doubles(2, leaves) + protowire.packed_doubles(3, covers)

    def lightgbm(self):
        """The same trees as a LightGBM model."""
        names = [f"f{index}" for index in range(NUMBERS + WORDS)]
        infos = ["[-10:10]"] * NUMBERS + [":".join(map(str, range(WORD_COUNT)))] * WORDS
        head = ["tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0",
                f"max_feature_idx={len(names) - 1}", "objective=binary sigmoid:1", f"feature_names={' '.join(names)}",
                f"feature_infos={' '.join(infos)}", ""]
        trees = [line for index, tree in enumerate(self.trees) for line in self.tree_text(index, *tree)]
        text = "\n".join([*head, *trees, "end of trees", "", "parameters:", "end of parameters", ""])
        return lightgbm.Booster(model_str=text)

    @staticmethod
    def tree_text(index, splits, leaves, covers):
        """A tree's lines. Its node of a level and the bits so far is 2^level − 1 + bits."""
        depth = len(splits)
        lists = {key: [] for key in ("split_feature", "split_gain", "threshold", "decision_type", "left_child",
                                     "right_child", "internal_value", "internal_weight", "internal_count")}
        boundaries, words = [0], []
        for level, (feature, condition, missing_right) in enumerate(splits):
            for bits in range(2 ** level):
                children = [bits, bits + 2 ** level]
                # A leaf is written as the complement of its number.
                children = [-child - 1 if level == depth - 1 else 2 ** (level + 1) - 1 + child for child in children]
                if isinstance(condition, list):
                    threshold, kind = len(boundaries) - 1, CATEGORICAL | MISSING_IS_NAN
                    left = sum(1 << code for code in range(WORD_COUNT) if code not in condition)
                    words += [left >> shift & 0xFFFFFFFF for shift in range(0, WORD_COUNT, 32)]
                    boundaries.append(len(words))
                else:
                    # It sends values up to and including the threshold left.
                    threshold = repr(float(numpy.nextafter(condition, -numpy.inf)))
                    kind = MISSING_IS_NAN | (0 if missing_right else DEFAULT_LEFT)
                count = int(sum(cover for leaf, cover in enumerate(covers) if leaf % 2 ** level == bits))
                for key, value in zip(lists, (feature, 1, threshold, kind, *children, 0, count, count)):
                    lists[key].append(str(value))
        categories = len(boundaries) - 1
        lines = [f"Tree={index}", f"num_leaves={2 ** depth}", f"num_cat={categories}"]
        lines += [f"{key}={' '.join(values)}" for key, values in lists.items()]
        if categories:
            lines += [f"cat_boundaries={' '.join(map(str, boundaries))}", f"cat_threshold={' '.join(map(str, words))}"]
        counts = " ".join(str(int(cover)) for cover in covers)
        lines += [f"leaf_value={' '.join(repr(float(leaf)) for leaf in leaves)}", f"leaf_weight={counts}",
                  f"leaf_count={counts}", "is_linear=0", "shrinkage=1", "", ""]
        return lines
