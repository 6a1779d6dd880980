"""A LightGBM model as a model file of ours: the same leaf-wise trees in both. Needs numpy.

Written from LightGBM's dump and our format's description: none of our Swift code has a part in it.
"""
import hashlib
import math
import struct

import numpy

import protowire


def model_file(booster, columns, words, trees):
    """The first `trees` trees of a booster; a category's code is its word's index among `words[column]`."""
    features = b"".join(protowire.data(4, feature(column, words.get(column))) for column in columns)
    base = protowire.data(1, protowire.double(1, 0.0))
    messages = b"".join(protowire.data(3, tree_message(tree["tree_structure"]))
                        for tree in booster.dump_model(num_iteration=trees)["tree_info"] if tree["num_leaves"] > 1)
    policy = protowire.data(21, protowire.number(1, 1))
    payload = protowire.data(1, "leaf-wise") + features + protowire.data(11, base + messages) + policy
    start = b"SWMODEL\n" + struct.pack("<IIQ", 1, 0, len(payload))
    return start + hashlib.sha256(start + payload).digest() + bytes(8) + payload


def feature(column, words):
    """A feature's message."""
    listed = b"" if words is None else b"".join(protowire.data(4, word) for word in words) + protowire.number(5, 1)
    return protowire.data(1, column) + listed


def tree_message(root):
    """A tree; nodes level by level, so that each comes after the one above it."""
    queue, nodes, leaves, covers = [root], [], [], []
    inner = 1
    for node in queue:
        split, children = question(node)
        sides = b""
        for field, child in zip((2, 3), children):
            if "leaf_value" in child:
                sides += protowire.number(field, 2 * len(leaves) + 1)
                leaves.append(child["leaf_value"])
                covers.append(float(child.get("leaf_count", 0)))
            else:
                sides += protowire.number(field, 2 * inner)
                inner += 1
                queue.append(child)
        nodes.append(protowire.data(1, protowire.data(1, split) + sides))
    return b"".join(nodes) + protowire.packed_doubles(2, leaves) + protowire.packed_doubles(3, covers)


def question(node):
    """A node's split and its children, left and right, as we mean them."""
    left, right = node["left_child"], node["right_child"]
    head = protowire.number(1, node["split_feature"])
    if node["decision_type"] == "==":
        # Listed categories go left there; here it is the set that goes right. Missing and other words go the other way.
        codes = sorted(int(code) for code in node["threshold"].split("||"))
        return head + protowire.data(3, b"".join(protowire.number(1, code) for code in codes)), (right, left)
    if node["missing_type"] == "Zero":
        raise ValueError("zeros as missing values are not ours")
    threshold = node["threshold"]
    # There values up to and including the threshold go left. Without missing values in training, one counts as 0.
    goes_right = not node["default_left"] if node["missing_type"] == "NaN" else not 0 <= threshold
    return (head + protowire.double(2, float(numpy.nextafter(threshold, math.inf)))
            + protowire.number(4, goes_right)), (left, right)
