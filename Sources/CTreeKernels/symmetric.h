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

// Adds each tree's row of attributions. A number of players known when this is compiled unrolls the loop over them.
TK_INLINE void tk_add_rows(const struct tk_symmetric_block *block, const uint8_t *leaf, double *attributions,
                           const uint32_t players) {
    const double *rows = block->attributions;
    const uint16_t *features = block->players;
    const size_t size = (size_t)players << block->depth;
    for (uint32_t tree = 0; tree < block->tree_count; tree++, rows += size, features += players) {
        const double *row = rows + (size_t)leaf[tree] * players;
        for (uint32_t player = 0; player < players; player++) attributions[features[player]] += row[player];
    }
}

// Asks for the rows that a block will need: they lie far apart in tables that may not fit the nearer caches.
TK_INLINE void tk_fetch_rows(const struct tk_symmetric_block *block, const uint8_t *leaf) {
    const uint32_t players = block->player_count;
    const char *rows = (const char *)block->attributions;
    const size_t row_bytes = players * sizeof(double);
    const size_t size = row_bytes << block->depth;
    for (uint32_t tree = 0; tree < block->tree_count; tree++, rows += size) {
        const char *row = rows + leaf[tree] * row_bytes;
        __builtin_prefetch(row);
        __builtin_prefetch(row + row_bytes - 1);
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

TK_INLINE void tk_add_attributions(const struct tk_symmetric_block *block, const uint8_t *leaf, double *attributions) {
    switch (block->player_count) {
    case 3: tk_add_rows(block, leaf, attributions, 3); break;
    case 4: tk_add_rows(block, leaf, attributions, 4); break;
    case 5: tk_add_rows(block, leaf, attributions, 5); break;
    case 6: tk_add_rows(block, leaf, attributions, 6); break;
    default: tk_add_rows(block, leaf, attributions, block->player_count);
    }
}

#endif
