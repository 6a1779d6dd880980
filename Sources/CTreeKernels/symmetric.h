// Leaves of symmetric trees to sums and attributions, once the leaves are known. Included by the kernels only.
#ifndef STILLWATCH_TREE_SYMMETRIC_H
#define STILLWATCH_TREE_SYMMETRIC_H

#include "columns.h"

// Adds the leaves of a block to four sums, which together are the block's.
TK_INLINE void tk_add_leaves(const struct tk_symmetric_block *block, const uint8_t *leaf, double *sums) {
    const double *leaves = block->leaves;
    const size_t size = (size_t)1 << block->depth;
    const uint32_t count = block->tree_count;
    double sum0 = sums[0], sum1 = sums[1], sum2 = sums[2], sum3 = sums[3];
    uint32_t tree = 0;
    for (; tree + 4 <= count; tree += 4, leaves += 4 * size) {
        sum0 += leaves[leaf[tree]];
        sum1 += leaves[size + leaf[tree + 1]];
        sum2 += leaves[2 * size + leaf[tree + 2]];
        sum3 += leaves[3 * size + leaf[tree + 3]];
    }
    for (; tree < count; tree++, leaves += size) sum0 += leaves[leaf[tree]];
    sums[0] = sum0, sums[1] = sum1, sums[2] = sum2, sums[3] = sum3;
}

// The leaves of a batch's trees, sixty-four bytes a block.
struct tk_batch_leaves {
    _Alignas(64) uint8_t of[TK_BATCH_BLOCKS][TK_LANES];
};

// The sum of a batch's leaves in multiples of the model's step.
TK_INLINE int64_t tk_sum_short_leaves(const struct tk_symmetric_batch *batch, const uint8_t *leaf, size_t stride) {
    const int8_t *leaves = batch->short_leaves;
    int64_t sum = 0;
    for (uint32_t eight = 0; eight < batch->eight_count; eight++, leaf += 8, leaves += 8 * stride) {
        // Else the compiler adds the pointer to each index by itself, for a third more instructions.
        __asm__("" : "+r"(leaves));
        int64_t part0 = leaves[leaf[0]], part1 = leaves[stride + leaf[1]];
        part0 += leaves[2 * stride + leaf[2]];
        part1 += leaves[3 * stride + leaf[3]];
        part0 += leaves[4 * stride + leaf[4]];
        part1 += leaves[5 * stride + leaf[5]];
        part0 += leaves[6 * stride + leaf[6]];
        part1 += leaves[7 * stride + leaf[7]];
        // Shifted as what it is not, since it may be below zero: the bits are the same.
        sum += (int64_t)((uint64_t)(part0 + part1) << batch->shifts[eight]);
    }
    return sum;
}

// The same. A byte each, so that all of a model's leaves stay in the nearest cache: most of a margin's time is else the way
// from the next one. With the usual depth their offsets are in the instructions.
TK_INLINE int64_t tk_short_batch_sum(const struct tk_symmetric_batch *batch, const uint8_t *leaf) {
    return batch->short_stride == 64 ? tk_sum_short_leaves(batch, leaf, 64)
                                     : tk_sum_short_leaves(batch, leaf, batch->short_stride);
}

// Adds a batch's leaves to four sums; all of them are exact, so in any order.
TK_INLINE void tk_add_batch_leaves(const struct tk_symmetric *model, const struct tk_symmetric_batch *batch,
                                   const struct tk_batch_leaves *leaf, double *sums) {
    if (batch->short_leaves) {
        sums[0] += (double)tk_short_batch_sum(batch, leaf->of[0]) * model->leaf_step;
    } else {
        for (uint32_t index = 0; index < batch->block_count; index++)
            tk_add_leaves(&batch->blocks[index], leaf->of[index], sums);
    }
}

// Adds the attributions of a batch. Its rows are copied side by side first: a feature's places are then read one after
// another into registers, where adding row by row would write to each feature's sum and wait for it.
TK_INLINE void tk_add_batch_rows(const struct tk_symmetric_batch *batch, const struct tk_batch_leaves *leaf,
                                 double *attributions) {
    _Alignas(64) double rows[TK_BATCH_BLOCKS * TK_LANES * TK_ROW_PLACES];
    double *copy = rows;
    for (uint32_t index = 0; index < batch->block_count; index++) {
        const struct tk_symmetric_block *block = &batch->blocks[index];
        const double *row = block->rows;
        const size_t size = (size_t)TK_ROW_PLACES << block->depth;
        for (uint32_t tree = 0; tree < block->tree_count; tree++, row += size, copy += TK_ROW_PLACES)
            memcpy(copy, row + (size_t)leaf->of[index][tree] * TK_ROW_PLACES, TK_ROW_PLACES * sizeof *copy);
    }
    const uint16_t *place = batch->places;
    for (uint32_t index = 0; index < batch->feature_count; index++) {
        const struct tk_feature_places feature = batch->features[index];
        double sum0 = 0, sum1 = 0;
        for (const uint16_t *const end = place + (feature.count & ~1); place < end; place += 2) {
            sum0 += rows[place[0]];
            sum1 += rows[place[1]];
        }
        if (feature.count & 1) sum0 += rows[*place++];
        attributions[feature.feature] += sum0 + sum1;
    }
}

// The sum of the leaves, from their attributions; exact, so in any order.
TK_INLINE double tk_leaf_sum(const struct tk_symmetric *model, const double *attributions) {
    double sum0 = model->expected, sum1 = 0, sum2 = 0, sum3 = 0;
    const size_t count = model->feature_count;
    size_t feature = 0;
    for (; feature + 4 <= count; feature += 4) {
        sum0 += attributions[feature];
        sum1 += attributions[feature + 1];
        sum2 += attributions[feature + 2];
        sum3 += attributions[feature + 3];
    }
    for (; feature < count; feature++) sum0 += attributions[feature];
    return (sum0 + sum1) + (sum2 + sum3);
}

#endif
