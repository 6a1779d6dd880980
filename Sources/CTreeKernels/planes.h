// Attributions of 32 bits, added up byte by byte: a vector of bytes takes four attributions of each of sixteen lanes.
// Included by the AVX-512 kernels only.
//
// A row's bytes stand plane by plane: the lowest byte of its eight attributions, then the next one. The rows of eight
// trees are turned so that a plane of theirs is one vector; which bytes of two such vectors are whose does not depend
// on the row, so that picking and adding sixty-four of them are two instructions.
#ifndef STILLWATCH_TREE_PLANES_H
#define STILLWATCH_TREE_PLANES_H

#include "avx512.h"

// The planes of sixteen trees.
struct tk_pair_planes {
    __m512i of[TK_PLANES][2];
};

// The planes of eight trees, whose rows are at `rows`, each 2^depth rows after the one before.
TK_AVX512 TK_INLINE void tk_turn_512(const uint8_t *rows, uint32_t depth, const uint8_t *leaf, int half,
                                     struct tk_pair_planes *planes) {
    const __m512i low_two = _mm512_setr_epi64(0, 4, 8, 12, 1, 5, 9, 13);
    const __m512i high_two = _mm512_setr_epi64(2, 6, 10, 14, 3, 7, 11, 15);
    __m512i two[4];
    for (int index = 0; index < 4; index++, rows += (size_t)2 * TK_PLANE_ROW_BYTES << depth) {
        const uint8_t *second = rows + ((size_t)TK_PLANE_ROW_BYTES << depth);
        two[index] = _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm256_load_si256((const __m256i *)(rows + leaf[2 * index] * TK_PLANE_ROW_BYTES))),
            _mm256_load_si256((const __m256i *)(second + leaf[2 * index + 1] * TK_PLANE_ROW_BYTES)), 1);
    }
    const __m512i first = _mm512_permutex2var_epi64(two[0], low_two, two[1]);
    const __m512i second = _mm512_permutex2var_epi64(two[0], high_two, two[1]);
    const __m512i third = _mm512_permutex2var_epi64(two[2], low_two, two[3]);
    const __m512i fourth = _mm512_permutex2var_epi64(two[2], high_two, two[3]);
    planes->of[0][half] = _mm512_shuffle_i64x2(first, third, 0x44);
    planes->of[1][half] = _mm512_shuffle_i64x2(first, third, 0xEE);
    planes->of[2][half] = _mm512_shuffle_i64x2(second, fourth, 0x44);
    planes->of[3][half] = _mm512_shuffle_i64x2(second, fourth, 0xEE);
}

// The planes of all trees of a batch; gives how many pairs of eight trees.
TK_AVX512 TK_INLINE size_t tk_turn_batch_512(const struct tk_symmetric_batch *batch, const struct tk_batch_leaves *leaf,
                                             struct tk_pair_planes *planes) {
    struct tk_pair_planes *pair = planes;
    for (uint32_t index = 0; index < batch->block_count; index++) {
        const struct tk_symmetric_block *block = &batch->blocks[index];
        const uint8_t *rows = block->plane_rows;
        const size_t eight = (size_t)8 * TK_PLANE_ROW_BYTES << block->depth;
        for (uint32_t tree = 0; tree < block->tree_count; tree += TK_PAIR_TREES, rows += 2 * eight, pair++) {
            tk_turn_512(rows, block->depth, leaf->of[index] + tree, 0, pair);
            tk_turn_512(rows + eight, block->depth, leaf->of[index] + tree + 8, 1, pair);
        }
    }
    return (size_t)(pair - planes);
}

// Sums of eight lanes from those of their bytes, the highest of which has the sign.
TK_AVX512 TK_INLINE __m512d tk_weigh_512(__m256i plane0, __m256i plane1, __m256i plane2, __m256i plane3, double step) {
    __m512i sum = _mm512_slli_epi64(_mm512_cvtepi32_epi64(plane3), 8);
    sum = _mm512_slli_epi64(_mm512_add_epi64(sum, _mm512_cvtepi32_epi64(plane2)), 8);
    sum = _mm512_slli_epi64(_mm512_add_epi64(sum, _mm512_cvtepi32_epi64(plane1)), 8);
    sum = _mm512_add_epi64(sum, _mm512_cvtepi32_epi64(plane0));
    return _mm512_mul_pd(_mm512_cvtepi64_pd(sum), _mm512_set1_pd(step));
}

// The sums of `count` vectors of sixteen lanes; picks stand `stride` vectors apart from pair to pair.
TK_AVX512 TK_INLINE void tk_add_picks_512(const struct tk_pair_planes *planes, size_t pair_count, const uint8_t *picks,
                                          size_t stride, int count, double step, double *sums) {
    const __m512i ones = _mm512_set1_epi8(1);
    __m512i sum[4][TK_PLANES];
    for (int vector = 0; vector < count; vector++)
        for (int plane = 0; plane < TK_PLANES; plane++) sum[vector][plane] = _mm512_setzero_si512();
    for (size_t pair = 0; pair < pair_count; pair++, planes++, picks += stride * TK_LANES) {
        for (int vector = 0; vector < count; vector++) {
            const __m512i pick = _mm512_load_si512(picks + vector * TK_LANES);
            for (int plane = 0; plane < TK_PLANES; plane++) {
                const __m512i bytes = _mm512_permutex2var_epi8(planes->of[plane][0], pick, planes->of[plane][1]);
                sum[vector][plane] = plane == TK_PLANES - 1 ? _mm512_dpbusd_epi32(sum[vector][plane], ones, bytes)
                                                            : _mm512_dpbusd_epi32(sum[vector][plane], bytes, ones);
            }
        }
    }
    for (int vector = 0; vector < count; vector++, sums += TK_PICK_LANES) {
        const __m512i *of = sum[vector];
        _mm512_store_pd(sums, tk_weigh_512(_mm512_castsi512_si256(of[0]), _mm512_castsi512_si256(of[1]),
                                           _mm512_castsi512_si256(of[2]), _mm512_castsi512_si256(of[3]), step));
        _mm512_store_pd(sums + 8,
                        tk_weigh_512(_mm512_extracti64x4_epi64(of[0], 1), _mm512_extracti64x4_epi64(of[1], 1),
                                     _mm512_extracti64x4_epi64(of[2], 1), _mm512_extracti64x4_epi64(of[3], 1), step));
    }
}

// Adds the attributions of a batch that has picks.
TK_AVX512 TK_INLINE void tk_add_batch_planes_512(const struct tk_symmetric_batch *batch,
                                                 const struct tk_batch_leaves *leaf, double step,
                                                 double *attributions) {
    struct tk_pair_planes planes[TK_BATCH_BLOCKS * TK_LANES / TK_PAIR_TREES];
    _Alignas(64) double sums[TK_PICK_LIMIT * TK_PICK_LANES];
    const size_t pair_count = tk_turn_batch_512(batch, leaf, planes), count = batch->pick_count;
    size_t vector = 0;
    for (; vector + 4 <= count; vector += 4)
        tk_add_picks_512(planes, pair_count, batch->picks + vector * TK_LANES, count, 4, step,
                         sums + vector * TK_PICK_LANES);
    const uint8_t *rest = batch->picks + vector * TK_LANES;
    double *last = sums + vector * TK_PICK_LANES;
    switch (count - vector) {
    case 1: tk_add_picks_512(planes, pair_count, rest, count, 1, step, last); break;
    case 2: tk_add_picks_512(planes, pair_count, rest, count, 2, step, last); break;
    case 3: tk_add_picks_512(planes, pair_count, rest, count, 3, step, last); break;
    default: break;
    }
    for (uint32_t lane = 0; lane < batch->lane_count; lane++) attributions[batch->lane_features[lane]] += sums[lane];
}

#endif
