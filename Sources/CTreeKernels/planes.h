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

// The sums of up to four vectors of lanes, plane by plane.
struct tk_pick_sums {
    __m512i of[4][TK_PLANES];
};

TK_AVX512 TK_INLINE void tk_clear_sums_512(struct tk_pick_sums *sums, int count) {
    for (int vector = 0; vector < count; vector++)
        for (int plane = 0; plane < TK_PLANES; plane++) sums->of[vector][plane] = _mm512_setzero_si512();
}

// Adds what is picked of sixteen trees.
TK_AVX512 TK_INLINE void tk_pick_512(const struct tk_pair_planes *planes, const uint8_t *picks, int count,
                                     struct tk_pick_sums *sums) {
    const __m512i ones = _mm512_set1_epi8(1);
    for (int vector = 0; vector < count; vector++) {
        const __m512i pick = _mm512_load_si512(picks + vector * TK_LANES);
        for (int plane = 0; plane < TK_PLANES; plane++) {
            const __m512i bytes = _mm512_permutex2var_epi8(planes->of[plane][0], pick, planes->of[plane][1]);
            const __m512i sum = sums->of[vector][plane];
            // The highest bytes have the sign.
            sums->of[vector][plane] = plane == TK_PLANES - 1 ? _mm512_dpbusd_epi32(sum, ones, bytes)
                                                             : _mm512_dpbusd_epi32(sum, bytes, ones);
        }
    }
}

// Sums of eight lanes from those of their bytes, the highest of which has the sign.
TK_AVX512 TK_INLINE __m512d tk_weigh_512(__m256i plane0, __m256i plane1, __m256i plane2, __m256i plane3, double step) {
    __m512i sum = _mm512_slli_epi64(_mm512_cvtepi32_epi64(plane3), 8);
    sum = _mm512_slli_epi64(_mm512_add_epi64(sum, _mm512_cvtepi32_epi64(plane2)), 8);
    sum = _mm512_slli_epi64(_mm512_add_epi64(sum, _mm512_cvtepi32_epi64(plane1)), 8);
    sum = _mm512_add_epi64(sum, _mm512_cvtepi32_epi64(plane0));
    return _mm512_mul_pd(_mm512_cvtepi64_pd(sum), _mm512_set1_pd(step));
}

// Writes the sums of all lanes and gives their total.
TK_AVX512 TK_INLINE __m512d tk_finish_sums_512(const struct tk_pick_sums *sums, int count, double step, double *out) {
    __m512d total = _mm512_setzero_pd();
    for (int vector = 0; vector < count; vector++, out += TK_PICK_LANES) {
        const __m512i *of = sums->of[vector];
        const __m512d low = tk_weigh_512(_mm512_castsi512_si256(of[0]), _mm512_castsi512_si256(of[1]),
                                         _mm512_castsi512_si256(of[2]), _mm512_castsi512_si256(of[3]), step);
        const __m512d high =
            tk_weigh_512(_mm512_extracti64x4_epi64(of[0], 1), _mm512_extracti64x4_epi64(of[1], 1),
                         _mm512_extracti64x4_epi64(of[2], 1), _mm512_extracti64x4_epi64(of[3], 1), step);
        _mm512_store_pd(out, low);
        _mm512_store_pd(out + 8, high);
        total = _mm512_add_pd(total, _mm512_add_pd(low, high));
    }
    return total;
}

// Turns all trees of a batch and adds up the first `count` vectors on the way: rows come from the second cache while
// those before are added up.
TK_AVX512 TK_INLINE __m512d tk_turn_batch_512(const struct tk_symmetric_batch *batch, const struct tk_batch_leaves *leaf,
                                              int count, double step, struct tk_pair_planes *planes, double *out) {
    struct tk_pick_sums sums;
    tk_clear_sums_512(&sums, count);
    const uint8_t *picks = batch->picks;
    for (uint32_t index = 0; index < batch->block_count; index++) {
        const struct tk_symmetric_block *block = &batch->blocks[index];
        const uint8_t *rows = block->plane_rows;
        const size_t eight = (size_t)8 * TK_PLANE_ROW_BYTES << block->depth;
        for (uint32_t tree = 0; tree < block->tree_count; tree += TK_PAIR_TREES, rows += 2 * eight, planes++) {
            tk_turn_512(rows, block->depth, leaf->of[index] + tree, 0, planes);
            tk_turn_512(rows + eight, block->depth, leaf->of[index] + tree + 8, 1, planes);
            tk_pick_512(planes, picks, count, &sums);
            picks += (size_t)batch->pick_count * TK_LANES;
        }
    }
    return tk_finish_sums_512(&sums, count, step, out);
}

// Adds up `count` vectors from number `first` on.
TK_AVX512 TK_INLINE __m512d tk_add_picks_512(const struct tk_symmetric_batch *batch, uint32_t first, int count,
                                             double step, const struct tk_pair_planes *planes, double *out) {
    struct tk_pick_sums sums;
    tk_clear_sums_512(&sums, count);
    const uint8_t *picks = batch->picks + (size_t)first * TK_LANES;
    for (uint32_t pair = 0; pair < batch->pair_count; pair++, picks += (size_t)batch->pick_count * TK_LANES)
        tk_pick_512(&planes[pair], picks, count, &sums);
    return tk_finish_sums_512(&sums, count, step, out + (size_t)first * TK_PICK_LANES);
}

// Adds what the lanes hold to their features: the first lanes belong to a feature each.
TK_AVX512 TK_INLINE void tk_add_lanes_512(const struct tk_symmetric_batch *batch, size_t feature_count,
                                          const double *sums, double *attributions) {
    const double *lane = sums;
    for (size_t first = 0; first < feature_count; first += 8, attributions += 8) {
        const size_t rest = feature_count - first;
        const __mmask8 inside = (__mmask8)(rest < 8 ? (1u << rest) - 1 : 255), asked = batch->asked[first / 8];
        const __m512d more = _mm512_maskz_expand_pd(asked, _mm512_loadu_pd(lane));
        _mm512_mask_storeu_pd(attributions, inside,
                              _mm512_add_pd(_mm512_maskz_loadu_pd(inside, attributions), more));
        lane += __builtin_popcount(asked);
    }
}

// Adds the attributions of a batch that has picks and gives their total, which is exact.
TK_AVX512 TK_INLINE double tk_add_batch_planes_512(const struct tk_symmetric_batch *batch,
                                                   const struct tk_batch_leaves *leaf, size_t feature_count, double step,
                                                   double *attributions) {
    struct tk_pair_planes planes[TK_BATCH_BLOCKS * TK_LANES / TK_PAIR_TREES];
    // Eight more may be read, and are not used.
    _Alignas(64) double sums[TK_PICK_LIMIT * TK_PICK_LANES + 8];
    const uint32_t count = batch->pick_count;
    __m512d total;
    uint32_t done = count;
    // As many as the registers hold.
    switch (count) {
    case 1: total = tk_turn_batch_512(batch, leaf, 1, step, planes, sums); break;
    case 2: total = tk_turn_batch_512(batch, leaf, 2, step, planes, sums); break;
    case 3: total = tk_turn_batch_512(batch, leaf, 3, step, planes, sums); break;
    default: total = tk_turn_batch_512(batch, leaf, 4, step, planes, sums), done = 4; break;
    }
    for (; done + 4 <= count; done += 4)
        total = _mm512_add_pd(total, tk_add_picks_512(batch, done, 4, step, planes, sums));
    for (; done + 2 <= count; done += 2)
        total = _mm512_add_pd(total, tk_add_picks_512(batch, done, 2, step, planes, sums));
    if (done < count) total = _mm512_add_pd(total, tk_add_picks_512(batch, done, 1, step, planes, sums));
    tk_add_lanes_512(batch, feature_count, sums, attributions);
    const double *const more = sums + batch->first_more;
    for (uint32_t lane = 0; lane < batch->more_count; lane++) attributions[batch->more_features[lane]] += more[lane];
    return _mm512_reduce_add_pd(total);
}

#endif
