#if defined(__x86_64__)

#include "avx512.h"

// Which of sixty-four nodes send a row right.
TK_AVX512 TK_INLINE __mmask64 rights_of(const uint8_t *splits, const uint16_t *words, const uint8_t *columns,
                                        int width) {
    const __m512i seen =
        _mm512_and_si512(tk_look_up_512(columns, splits, words, width), _mm512_load_si512(splits + 2 * TK_LANES));
    return _mm512_cmpgt_epu8_mask(seen, _mm512_load_si512(splits + TK_LANES));
}

// Sixteen words of those that remain after the nodes that send the row right; all where it goes left.
TK_AVX512 TK_INLINE __m512i kept_32(const uint32_t *remaining, __mmask64 right, int place) {
    const __m512i all = _mm512_set1_epi32(-1);
    return _mm512_mask_loadu_epi32(all, (__mmask16)(right >> (16 * place)), remaining + 16 * place);
}

TK_AVX512 TK_INLINE __m512i kept_64(const uint64_t *remaining, __mmask64 right, int place) {
    const __m512i all = _mm512_set1_epi64(-1);
    return _mm512_mask_loadu_epi64(all, (__mmask8)(right >> (8 * place)), remaining + 8 * place);
}

// The sum of the leaves of a block's two trees: of each the first that remains.
TK_AVX512 TK_INLINE double pair_sum(const struct tk_leaf_wise_block *block, __mmask64 right) {
    const uint32_t *remaining = block->remaining;
    const __m512i first = _mm512_and_si512(kept_32(remaining, right, 0), kept_32(remaining, right, 1));
    const __m512i second = _mm512_and_si512(kept_32(remaining, right, 2), kept_32(remaining, right, 3));
    // Both at once, each in its half.
    __m512i both = _mm512_and_si512(_mm512_shuffle_i64x2(first, second, 0x44), _mm512_shuffle_i64x2(first, second, 0xEE));
    both = _mm512_and_si512(both, _mm512_shuffle_i64x2(both, both, 0xB1));
    both = _mm512_and_si512(both, _mm512_shuffle_epi32(both, 0x4E));
    both = _mm512_and_si512(both, _mm512_shuffle_epi32(both, 0xB1));
    const uint32_t one = (uint32_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(both));
    const uint32_t two = (uint32_t)_mm_cvtsi128_si32(_mm512_extracti32x4_epi32(both, 2));
    return block->leaves[__builtin_ctz(one)] + block->leaves[32 + __builtin_ctz(two)];
}

// The leaf of a block's only tree.
TK_AVX512 TK_INLINE double single_sum(const struct tk_leaf_wise_block *block, __mmask64 right) {
    const uint64_t *remaining = block->remaining;
    __m512i kept = kept_64(remaining, right, 0);
    for (int place = 1; place < 8; place++) kept = _mm512_and_si512(kept, kept_64(remaining, right, place));
    kept = _mm512_and_si512(kept, _mm512_shuffle_i64x2(kept, kept, 0x4E));
    kept = _mm512_and_si512(kept, _mm512_shuffle_i64x2(kept, kept, 0xB1));
    kept = _mm512_and_si512(kept, _mm512_shuffle_epi32(kept, 0x4E));
    return block->leaves[__builtin_ctzll((uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(kept)))];
}

TK_AVX512 TK_INLINE double sum_of(const struct tk_leaf_wise *model, const double *row, int width, uint8_t *columns) {
    tk_fill_512(&model->columns, row, columns);
    double sum0 = 0, sum1 = 0;
    for (size_t index = 0; index < model->pair_count; index++) {
        const struct tk_leaf_wise_block *block = &model->pairs[index];
        sum0 += pair_sum(block, rights_of(block->splits, block->columns, columns, width));
    }
    for (size_t index = 0; index < model->single_count; index++) {
        const struct tk_leaf_wise_block *block = &model->singles[index];
        sum1 += single_sum(block, rights_of(block->splits, block->columns, columns, width));
    }
    return sum0 + sum1;
}

// The scratch of one row; eight floats for eight points. A node's product is that of the weight and the factors above
// it, its sum that of the leaves below it, each times the factors between; sum 0 stands for a leaf.
struct reason_scratch {
    _Alignas(64) float products[8 * (1 + 2 * TK_NODE_LIMIT)];
    _Alignas(64) float sums[8 * (1 + TK_NODE_LIMIT)];
    uint8_t right[TK_NODE_LIMIT + TK_LANES];
    uint16_t states[TK_NODE_LIMIT + TK_LANES];
};

// Where the row goes at each node, and what its path says of the node's feature.
TK_AVX512 TK_INLINE void answer(const struct tk_reason_tree *tree, const uint8_t *columns, int width,
                                struct reason_scratch *scratch) {
    for (uint32_t first = 0; first < tree->node_count; first += TK_LANES) {
        const __mmask64 right = rights_of(tree->splits + 3 * (size_t)first, tree->columns + first, columns, width);
        _mm512_storeu_si512(scratch->right + first, _mm512_maskz_set1_epi8(right, 1));
        _mm512_storeu_si512(scratch->states + first, _mm512_setzero_si512());
        _mm512_storeu_si512(scratch->states + first + 32, _mm512_setzero_si512());
    }
    // Whether a row follows is anyone's guess: looked up, for a branch would be mispredicted.
    for (uint32_t index = 0; index < tree->repeat_count; index++) {
        const struct tk_reason_repeat *repeat = &tree->repeats[index];
        const unsigned has_left = scratch->states[repeat->above] == 2 * TK_POINTS_BYTES;
        const unsigned turned = (unsigned)scratch->right[repeat->above] ^ repeat->side;
        scratch->states[repeat->node] = repeat->states[(has_left | turned) ^ 1];
    }
}

#pragma STDC FP_CONTRACT OFF

// 1 for a row that goes left, 0 for one that goes right.
static const float goes_left[2] = {1, 0};

TK_AVX512 TK_INLINE __m256 points_at(const float *first, uint16_t offset) {
    return _mm256_load_ps((const float *)((const char *)first + offset));
}

TK_AVX512 TK_INLINE __m256 sum_below(const struct reason_scratch *scratch, const struct tk_reason_node *node,
                                     int side) {
    return _mm256_add_ps(points_at(scratch->sums, node->below[side]), _mm256_set1_ps(node->leaves[side]));
}

TK_AVX512 TK_INLINE void add_tree(const struct tk_reason_tree *tree, struct reason_scratch *scratch, float *lanes) {
    const uint32_t count = tree->node_count;
    _mm256_store_ps(scratch->products, _mm256_load_ps(tree->weights));
    // Downwards: what the left child does not get, the right one does.
    for (uint32_t index = 0; index < count; index++) {
        const struct tk_reason_node *node = &tree->nodes[index];
        const size_t right = scratch->right[index];
        const __m256 product = points_at(scratch->products, node->product);
        const __m256 changed = _mm256_mul_ps(product, points_at(tree->states, scratch->states[index]));
        const __m256 left = _mm256_sub_ps(_mm256_mul_ps(product, _mm256_set1_ps(goes_left[right])),
                                          _mm256_mul_ps(changed, _mm256_set1_ps(node->gains[right])));
        _mm256_store_ps(scratch->products + 8 + 16 * (size_t)index, left);
        _mm256_store_ps(scratch->products + 16 + 16 * (size_t)index, _mm256_sub_ps(product, left));
    }
    // Upwards.
    for (uint32_t index = count; index-- > 0;) {
        const struct tk_reason_node *node = &tree->nodes[index];
        const size_t right = scratch->right[index];
        const uint16_t state = scratch->states[index];
        const __m256 high = sum_below(scratch, node, 1);
        const __m256 difference = _mm256_sub_ps(sum_below(scratch, node, 0), high);
        const __m256 gain = _mm256_mul_ps(difference, _mm256_set1_ps(node->gains[right]));
        const __m256 taken = _mm256_add_ps(high, _mm256_mul_ps(difference, _mm256_set1_ps(goes_left[right])));
        _mm256_store_ps(scratch->sums + 8 + 8 * (size_t)index,
                        _mm256_sub_ps(taken, _mm256_mul_ps(points_at(tree->states, state), gain)));
        const __m256 slope = _mm256_mul_ps(points_at(scratch->products, node->product),
                                           points_at(tree->states + 8, state));
        float *lane = lanes + 8 * (size_t)node->feature;
        _mm256_store_ps(lane, _mm256_add_ps(_mm256_load_ps(lane), _mm256_mul_ps(slope, gain)));
    }
}

TK_AVX512 TK_INLINE void add_reasons(const struct tk_reasons *model, const double *row, float *lanes, int width,
                                     uint8_t *columns) {
    struct reason_scratch scratch;
    tk_fill_512(&model->columns, row, columns);
    _mm256_store_ps(scratch.sums, _mm256_setzero_ps());
    const struct tk_reason_node *last = NULL;
    for (size_t index = 0; index < model->tree_count; index++) {
        const struct tk_reason_tree *tree = &model->trees[index];
        // The parts of one tree's rule follow each other and share the answers.
        if (tree->nodes != last) answer(tree, columns, width, &scratch);
        last = tree->nodes;
        add_tree(tree, &scratch, lanes);
    }
}

// The sum of eight lanes, halves first.
TK_AVX512 TK_INLINE float lane_sum(const float *lanes) {
    const __m128 four = _mm_add_ps(_mm_load_ps(lanes), _mm_load_ps(lanes + 4));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// One function for each width: the compiler drops what the others need.
#define TK_LEAF_WISE(width, room)                                                                                      \
    TK_AVX512 static void sums_##width(const struct tk_leaf_wise *model, const double *rows, size_t stride,            \
                                       size_t row_count, double *sums) {                                               \
        _Alignas(64) uint8_t columns[room + TK_SPARE_COLUMNS];                                                         \
        for (size_t row = 0; row < row_count; row++) sums[row] += sum_of(model, rows + row * stride, width, columns);  \
    }                                                                                                                  \
    TK_AVX512 static void reasons_##width(const struct tk_reasons *model, const double *row, double *attributions) {   \
        _Alignas(64) uint8_t columns[room + TK_SPARE_COLUMNS];                                                         \
        _Alignas(64) float lanes[8 * TK_REASON_FEATURE_LIMIT];                                                         \
        memset(lanes, 0, 8 * model->feature_count * sizeof *lanes);                                                    \
        add_reasons(model, row, lanes, width, columns);                                                                \
        for (size_t feature = 0; feature < model->feature_count; feature++)                                            \
            attributions[feature] += (double)lane_sum(lanes + 8 * feature);                                            \
    }

TK_LEAF_WISE(1, 64)
TK_LEAF_WISE(2, 128)
TK_LEAF_WISE(4, 256)
TK_LEAF_WISE(0, TK_COLUMN_LIMIT)

void tk_leaf_wise_sums_avx512(const struct tk_leaf_wise *model, const double *rows, size_t stride, size_t row_count,
                              double *sums) {
    TK_BY_WIDTH_512(model->columns, sums, model, rows, stride, row_count, sums)
}

void tk_add_reasons_avx512(const struct tk_reasons *model, const double *row, double *attributions) {
    TK_BY_WIDTH_512(model->columns, reasons, model, row, attributions)
}

#else

// A file needs at least one declaration.
typedef int tk_no_leaf_wise_avx512;

#endif
