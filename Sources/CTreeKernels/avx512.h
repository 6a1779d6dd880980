// What the AVX-512 kernels share. Included by them only.
#ifndef STILLWATCH_TREE_AVX512_H
#define STILLWATCH_TREE_AVX512_H

#include "columns.h"
#include <immintrin.h>

#define TK_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni,bmi,bmi2,popcnt")))

// Calls the variant of a function that was made for the width of these columns: name_1, name_2, name_4 or name_0.
#define TK_BY_WIDTH_512(columns, name, ...)                                                                            \
    switch (tk_width_512((columns).column_count)) {                                                                    \
    case 1: return name##_1(__VA_ARGS__);                                                                              \
    case 2: return name##_2(__VA_ARGS__);                                                                              \
    case 4: return name##_4(__VA_ARGS__);                                                                              \
    default: return name##_0(__VA_ARGS__);                                                                             \
    }

// How many of eight keys a value reaches: none if it is missing.
TK_AVX512 TK_INLINE uint32_t tk_reached_512(__m512d value, const double *keys) {
    return (uint32_t)__builtin_popcount(_mm512_cmp_pd_mask(value, _mm512_load_pd(keys), _CMP_GE_OQ));
}

TK_AVX512 TK_INLINE uint32_t tk_rank_512(const struct tk_number *number, const double *keys, double value) {
    const __m512d values = _mm512_set1_pd(value);
    const double *block = keys + (size_t)number->first_block * 8;
    uint32_t place = 0;
    for (uint32_t root = 0; root < number->root_count; root++, block += 8) place += tk_reached_512(values, block);
    return 9 * place + tk_reached_512(values, block + (size_t)place * 8);
}

TK_AVX512 TK_INLINE void tk_store_rank(uint8_t *restrict out, const struct tk_number *number, double value,
                                       uint32_t rank) {
    out[number->low_column] = (uint8_t)rank;
    out[number->high_column] = (uint8_t)(value != value ? 255 : rank);
}

// Eight values of a row. Loads of two each take half the time of a gather.
TK_AVX512 TK_INLINE __m512d tk_take_512(const double *row, const uint32_t *values) {
    const __m128d first = _mm_loadh_pd(_mm_load_sd(row + values[0]), row + values[1]);
    const __m128d second = _mm_loadh_pd(_mm_load_sd(row + values[2]), row + values[3]);
    const __m128d third = _mm_loadh_pd(_mm_load_sd(row + values[4]), row + values[5]);
    const __m128d fourth = _mm_loadh_pd(_mm_load_sd(row + values[6]), row + values[7]);
    const __m256d low = _mm256_insertf128_pd(_mm256_castpd128_pd256(first), second, 1);
    const __m256d high = _mm256_insertf128_pd(_mm256_castpd128_pd256(third), fourth, 1);
    return _mm512_insertf64x4(_mm512_castpd256_pd512(low), high, 1);
}

// The same as Float32, rounded down.
TK_AVX512 TK_INLINE __m256 tk_take_short_512(const double *row, const uint32_t *values) {
    return _mm512_cvt_roundpd_ps(tk_take_512(row, values), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

// Adds `one` where a value reaches a key: never if it is missing.
TK_AVX512 TK_INLINE __m512i tk_count_512(__m512i counts, __m512 values, const float *keys, __m512i one) {
    return _mm512_mask_add_epi32(counts, _mm512_cmp_ps_mask(values, _mm512_load_ps(keys), _CMP_GE_OQ), counts, one);
}

// The columns of up to sixty-four numbers. Each group counts in bytes of its own, so that one vector holds all counts.
TK_AVX512 TK_INLINE void tk_fill_chunk_512(const struct tk_number_chunk *chunk, const double *restrict row,
                                           uint8_t *restrict out) {
    __m512i even = _mm512_setzero_si512(), odd = even, missing = even;
    __m512i one = _mm512_set1_epi32(1), all = _mm512_set1_epi32(255);
    const struct tk_number_group *const end = chunk->groups + chunk->group_count;
    for (const struct tk_number_group *group = chunk->groups; group < end; group++) {
        const __m512 values = _mm512_insertf32x8(_mm512_castps256_ps512(tk_take_short_512(row, group->values)),
                                                 tk_take_short_512(row, group->values + 8), 1);
        const float *const last = group->keys + group->key_count * TK_GROUP_NUMBERS;
        for (const float *keys = group->keys; keys < last; keys += 2 * TK_GROUP_NUMBERS) {
            even = tk_count_512(even, values, keys, one);
            odd = tk_count_512(odd, values, keys + TK_GROUP_NUMBERS, one);
        }
        missing = _mm512_mask_or_epi32(missing, _mm512_cmp_ps_mask(values, values, _CMP_UNORD_Q), missing, all);
        one = _mm512_slli_epi32(one, 8), all = _mm512_slli_epi32(all, 8);
    }
    const __m512i low = _mm512_add_epi32(even, odd), high = _mm512_or_si512(low, missing);
    _mm512_storeu_si512(out + chunk->low_column,
                        _mm512_permutexvar_epi8(_mm512_load_si512(chunk->lanes), low));
    _mm512_storeu_si512(out + chunk->high_column,
                        _mm512_permutexvar_epi8(_mm512_load_si512(chunk->lanes + TK_LANES), high));
}

TK_AVX512 TK_INLINE void tk_fill_512(const struct tk_columns *columns, const double *restrict row,
                                     uint8_t *restrict out) {
    const struct tk_number *restrict number = columns->numbers;
    const struct tk_number *const end = number + columns->number_count;
    const double *restrict keys = columns->keys;
    for (size_t index = 0; index < columns->chunk_count; index++)
        tk_fill_chunk_512(&columns->chunks[index], row, out);
    // By their root blocks: most numbers have none or one, and their loops should be straight.
    for (; number < end && number->root_count == 0; number++) {
        const double value = row[number->value];
        const double *block = keys + (size_t)number->first_block * 8;
        tk_store_rank(out, number, value, tk_reached_512(_mm512_set1_pd(value), block));
    }
    for (; number < end && number->root_count == 1; number++) {
        const double value = row[number->value];
        const __m512d values = _mm512_set1_pd(value);
        const double *block = keys + (size_t)number->first_block * 8;
        const uint32_t place = tk_reached_512(values, block);
        tk_store_rank(out, number, value, 9 * place + tk_reached_512(values, block + 8 + (size_t)place * 8));
    }
    for (; number < end; number++) {
        const double value = row[number->value];
        tk_store_rank(out, number, value, tk_rank_512(number, keys, value));
    }
    for (size_t index = 0; index < columns->wide_number_count; index++) {
        const struct tk_wide_number *wide = &columns->wide_numbers[index];
        const double value = row[wide->number.value];
        tk_fill_wide(wide, value != value, tk_rank_512(&wide->number, keys, value), out);
    }
    tk_fill_categories(columns, row, out);
}

// Sixty-four columns of a row. `width` is 1, 2 or 4 times 64 columns, or 0 for any number of them.
TK_AVX512 TK_INLINE __m512i tk_look_up_512(const uint8_t *row, const uint8_t *bytes, const uint16_t *words, int width) {
    if (width == 0) {
        _Alignas(64) uint8_t picked[TK_LANES];
        for (int lane = 0; lane < TK_LANES; lane++) picked[lane] = row[words[lane]];
        return _mm512_load_si512(picked);
    }
    const __m512i index = _mm512_load_si512(bytes);
    if (width == 1) return _mm512_permutexvar_epi8(index, _mm512_load_si512(row));
    const __m512i low = _mm512_permutex2var_epi8(_mm512_load_si512(row), index, _mm512_load_si512(row + 64));
    if (width == 2) return low;
    const __m512i high = _mm512_permutex2var_epi8(_mm512_load_si512(row + 128), index, _mm512_load_si512(row + 192));
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
}

// The width for a number of columns.
TK_INLINE int tk_width_512(size_t column_count) {
    return column_count <= 64 ? 1 : column_count <= 128 ? 2 : column_count <= 256 ? 4 : 0;
}

#endif
