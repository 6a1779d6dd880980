#if defined(__x86_64__)

#include "avx512.h"
#include "symmetric.h"
#include "planes.h"

// The leaf of each of a block's trees; without sets of categories there is nothing to mask.
TK_AVX512 TK_INLINE void leaves_of(const struct tk_symmetric_block *block, const uint8_t *columns, int width,
                                   int has_sets, uint8_t *leaf) {
    const uint8_t *split = block->splits;
    const uint16_t *words = block->columns;
    __m512i leaves = _mm512_setzero_si512();
    for (uint32_t level = 0; level < block->depth; level++, split += 3 * TK_LANES, words += TK_LANES) {
        __m512i seen = tk_look_up_512(columns, split, words, width);
        if (has_sets) seen = _mm512_and_si512(seen, _mm512_load_si512(split + 2 * TK_LANES));
        const __mmask64 right = _mm512_cmpgt_epu8_mask(seen, _mm512_load_si512(split + TK_LANES));
        leaves = _mm512_mask_add_epi8(leaves, right, leaves, _mm512_set1_epi8((char)(1 << level)));
    }
    _mm512_store_si512(leaf, leaves);
}

// All leaves of a batch before any is read: what was just written as a vector is not at hand byte by byte yet.
TK_AVX512 TK_INLINE void batch_leaves_of(const struct tk_symmetric_batch *batch, const uint8_t *columns, int width,
                                         struct tk_batch_leaves *leaf) {
    for (uint32_t index = 0; index < batch->block_count; index++) {
        const struct tk_symmetric_block *block = &batch->blocks[index];
        if (block->has_sets)
            leaves_of(block, columns, width, 1, leaf->of[index]);
        else
            leaves_of(block, columns, width, 0, leaf->of[index]);
    }
}

TK_AVX512 TK_INLINE double sum_of(const struct tk_symmetric *model, const double *row, int width, uint8_t *columns) {
    struct tk_batch_leaves leaf;
    double sums[4] = {0, 0, 0, 0};
    tk_fill_512(&model->columns, row, columns);
    for (size_t index = 0; index < model->batch_count; index++) {
        batch_leaves_of(&model->batches[index], columns, width, &leaf);
        tk_add_batch_leaves(model, &model->batches[index], &leaf, sums);
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

TK_AVX512 TK_INLINE double reasons_of(const struct tk_symmetric *model, const double *row, int width, uint8_t *columns,
                                      double *attributions) {
    struct tk_batch_leaves leaf;
    double total = model->expected;
    int has_total = 1;
    tk_fill_512(&model->columns, row, columns);
    for (size_t index = 0; index < model->batch_count; index++) {
        const struct tk_symmetric_batch *batch = &model->batches[index];
        batch_leaves_of(batch, columns, width, &leaf);
        if (batch->pick_count) {
            total += tk_add_batch_planes_512(batch, &leaf, model->feature_count, model->row_step, attributions);
        } else {
            has_total = 0;
            tk_add_batch_rows(batch, &leaf, attributions);
        }
    }
    return has_total ? total : tk_leaf_sum(model, attributions);
}

// One function for each width: the compiler drops what the others need.
#define TK_SUMS(width, room)                                                                                           \
    TK_AVX512 static void sums_##width(const struct tk_symmetric *model, const double *rows, size_t stride,            \
                                       size_t row_count, double *sums) {                                               \
        _Alignas(64) uint8_t columns[room + TK_SPARE_COLUMNS];                                                         \
        for (size_t row = 0; row < row_count; row++) sums[row] += sum_of(model, rows + row * stride, width, columns);  \
    }                                                                                                                  \
    TK_AVX512 static double reasons_##width(const struct tk_symmetric *model, const double *row,                       \
                                            double *attributions) {                                                    \
        _Alignas(64) uint8_t columns[room + TK_SPARE_COLUMNS];                                                         \
        return reasons_of(model, row, width, columns, attributions);                                                   \
    }

TK_SUMS(1, 64)
TK_SUMS(2, 128)
TK_SUMS(4, 256)
TK_SUMS(0, TK_COLUMN_LIMIT)

void tk_symmetric_sums_avx512(const struct tk_symmetric *model, const double *rows, size_t stride, size_t row_count,
                              double *sums) {
    TK_BY_WIDTH_512(model->columns, sums, model, rows, stride, row_count, sums)
}

double tk_symmetric_reasons_avx512(const struct tk_symmetric *model, const double *row, double *attributions) {
    memset(attributions, 0, model->feature_count * sizeof *attributions);
    TK_BY_WIDTH_512(model->columns, reasons, model, row, attributions)
}

#else

// A file needs at least one declaration.
typedef int tk_no_symmetric_avx512;

#endif
