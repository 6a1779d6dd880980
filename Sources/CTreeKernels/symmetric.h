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
