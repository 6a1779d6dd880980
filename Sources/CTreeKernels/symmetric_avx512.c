#if defined(__x86_64__)

#include "avx512.h"
#include "symmetric.h"

// The leaf of each of a block's trees.
TK_AVX512 TK_INLINE void leaves_of(const struct tk_symmetric_block *block, const uint8_t *columns, int width,
                                   uint8_t *leaf) {
    const uint8_t *split = block->splits;
    const uint16_t *words = block->columns;
    __m512i leaves = _mm512_setzero_si512();
    for (uint32_t level = 0; level < block->depth; level++, split += 3 * TK_LANES, words += TK_LANES) {
        const __m512i seen = _mm512_and_si512(tk_look_up_512(columns, split, words, width),
                                              _mm512_load_si512(split + 2 * TK_LANES));
        const __mmask64 right = _mm512_cmpgt_epu8_mask(seen, _mm512_load_si512(split + TK_LANES));
        leaves = _mm512_mask_add_epi8(leaves, right, leaves, _mm512_set1_epi8((char)(1 << level)));
    }
    _mm512_store_si512(leaf, leaves);
}

TK_AVX512 TK_INLINE double sum_of(const struct tk_symmetric *model, const double *row, int width, uint8_t *columns) {
    _Alignas(64) uint8_t leaf[TK_LANES];
    double sums[4] = {0, 0, 0, 0};
    tk_fill_512(&model->columns, row, columns);
    for (size_t index = 0; index < model->block_count; index++) {
        leaves_of(&model->blocks[index], columns, width, leaf);
        tk_add_leaves(&model->blocks[index], leaf, sums);
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Blocks whose leaves are known before their rows are added, so that the rows are on their way.
enum { AHEAD = 8 };

TK_AVX512 TK_INLINE double reasons_of(const struct tk_symmetric *model, const double *row, int width, uint8_t *columns,
                                      double *attributions) {
    _Alignas(64) uint8_t leaf[AHEAD][TK_LANES];
    tk_fill_512(&model->columns, row, columns);
    for (size_t first = 0; first < model->block_count; first += AHEAD) {
        const size_t rest = model->block_count - first;
        const size_t count = rest < AHEAD ? rest : AHEAD;
        const struct tk_symmetric_block *blocks = model->blocks + first;
        for (size_t index = 0; index < count; index++) {
            leaves_of(&blocks[index], columns, width, leaf[index]);
            tk_fetch_rows(&blocks[index], leaf[index]);
        }
        for (size_t index = 0; index < count; index++) tk_add_attributions(&blocks[index], leaf[index], attributions);
    }
    return tk_leaf_sum(model, attributions);
}

// One function for each width: the compiler drops what the others need.
#define TK_SUMS(width, room)                                                                                           \
    TK_AVX512 static void sums_##width(const struct tk_symmetric *model, const double *rows, size_t stride,            \
                                       size_t row_count, double *sums) {                                               \
        _Alignas(64) uint8_t columns[room];                                                                            \
        for (size_t row = 0; row < row_count; row++) sums[row] += sum_of(model, rows + row * stride, width, columns);  \
    }                                                                                                                  \
    TK_AVX512 static double reasons_##width(const struct tk_symmetric *model, const double *row,                       \
                                            double *attributions) {                                                    \
        _Alignas(64) uint8_t columns[room];                                                                            \
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
