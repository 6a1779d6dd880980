#if defined(__x86_64__)

#include "columns.h"
#include "symmetric.h"
#include <immintrin.h>

#define TK_AVX2 __attribute__((target("avx2,popcnt")))

// How many of eight keys a value reaches: none if it is missing.
TK_AVX2 TK_INLINE uint32_t reached(__m256d value, const double *keys) {
    const int low = _mm256_movemask_pd(_mm256_cmp_pd(value, _mm256_load_pd(keys), _CMP_GE_OQ));
    const int high = _mm256_movemask_pd(_mm256_cmp_pd(value, _mm256_load_pd(keys + 4), _CMP_GE_OQ));
    return (uint32_t)__builtin_popcount((unsigned)(low | high << 4));
}

TK_AVX2 TK_INLINE uint32_t rank_of(const struct tk_number *number, const double *keys, double value) {
    const __m256d values = _mm256_set1_pd(value);
    const double *block = keys + (size_t)number->first_block * 8;
    uint32_t place = 0;
    for (uint32_t root = 0; root < number->root_count; root++, block += 8) place += reached(values, block);
    return 9 * place + reached(values, block + (size_t)place * 8);
}

TK_AVX2 TK_INLINE void fill(const struct tk_columns *columns, const double *row, uint8_t *out) {
    for (size_t index = 0; index < columns->number_count; index++) {
        const struct tk_number *number = &columns->numbers[index];
        const double value = row[number->value];
        const uint32_t rank = rank_of(number, columns->keys, value);
        out[number->low_column] = (uint8_t)rank;
        out[number->high_column] = (uint8_t)(value != value ? 255 : rank);
    }
    for (size_t index = 0; index < columns->wide_number_count; index++) {
        const struct tk_wide_number *wide = &columns->wide_numbers[index];
        const double value = row[wide->number.value];
        tk_fill_wide(wide, value != value, rank_of(&wide->number, columns->keys, value), out);
    }
    tk_fill_categories(columns, row, out);
}

// The leaf of each of a block's trees. All bytes are picked before the first comparison, which would wait for them.
TK_AVX2 TK_INLINE void leaves_of(const struct tk_symmetric_block *block, const uint8_t *columns, uint8_t *leaf) {
    _Alignas(64) uint8_t picked[8 * TK_LANES];
    const uint32_t count = block->depth * TK_LANES;
    for (uint32_t lane = 0; lane < count; lane++) picked[lane] = columns[block->columns[lane]];
    for (int half = 0; half < TK_LANES; half += 32) {
        const uint8_t *split = block->splits + half;
        __m256i leaves = _mm256_setzero_si256();
        for (uint32_t level = 0; level < block->depth; level++, split += 3 * TK_LANES) {
            const __m256i seen = _mm256_and_si256(
                _mm256_load_si256((const __m256i *)(picked + level * TK_LANES + half)),
                _mm256_load_si256((const __m256i *)(split + 2 * TK_LANES)));
            const __m256i threshold = _mm256_load_si256((const __m256i *)(split + TK_LANES));
            // Bytes compare as signed only: not above means that the larger of the two is the threshold.
            const __m256i left = _mm256_cmpeq_epi8(_mm256_max_epu8(seen, threshold), threshold);
            leaves = _mm256_or_si256(leaves, _mm256_andnot_si256(left, _mm256_set1_epi8((char)(1 << level))));
        }
        _mm256_store_si256((__m256i *)(leaf + half), leaves);
    }
}

TK_AVX2 TK_INLINE void batch_leaves_of(const struct tk_symmetric_batch *batch, const uint8_t *columns,
                                       struct tk_batch_leaves *leaf) {
    for (uint32_t index = 0; index < batch->block_count; index++)
        leaves_of(&batch->blocks[index], columns, leaf->of[index]);
}

TK_AVX2 void tk_symmetric_sums_avx2(const struct tk_symmetric *model, const double *rows, size_t stride,
                                    size_t row_count, double *sums) {
    _Alignas(64) uint8_t columns[TK_COLUMN_LIMIT];
    struct tk_batch_leaves leaf;
    for (size_t row = 0; row < row_count; row++) {
        double parts[4] = {0, 0, 0, 0};
        fill(&model->columns, rows + row * stride, columns);
        for (size_t index = 0; index < model->batch_count; index++) {
            batch_leaves_of(&model->batches[index], columns, &leaf);
            tk_add_batch_leaves(model, &model->batches[index], &leaf, parts);
        }
        sums[row] += (parts[0] + parts[1]) + (parts[2] + parts[3]);
    }
}

TK_AVX2 double tk_symmetric_reasons_avx2(const struct tk_symmetric *model, const double *row, double *attributions) {
    _Alignas(64) uint8_t columns[TK_COLUMN_LIMIT];
    struct tk_batch_leaves leaf;
    memset(attributions, 0, model->feature_count * sizeof *attributions);
    fill(&model->columns, row, columns);
    for (size_t index = 0; index < model->batch_count; index++) {
        batch_leaves_of(&model->batches[index], columns, &leaf);
        tk_add_batch_rows(&model->batches[index], &leaf, attributions);
    }
    return tk_leaf_sum(model, attributions);
}

#else

// A file needs at least one declaration.
typedef int tk_no_symmetric_avx2;

#endif
