#include "CTreeTraining.h"

// Rows whose codes are fetched ahead: those of a leaf are scattered.
enum { AHEAD = 16 };

// One row. The number of slots and, where the compiler can see them, their places are constants.
#define ADD_ROW(row)                                                                                                     \
    do {                                                                                                                 \
        const uint8_t *row_codes = codes + (size_t)(row) * TT_GROUP;                                                     \
        const tt_sum pair = __builtin_convertvector(pairs[index], tt_sum);                                               \
        for (size_t place = 0; place < slot_count; place++) sums[place][row_codes[slots[place]]] += pair;                \
    } while (0)

static inline __attribute__((always_inline)) void accumulate(
    const uint8_t *codes, const int32_t *rows, const tt_pair *pairs, size_t count, const uint8_t *slots_in,
    tt_sum *const *sums_in, const size_t slot_count) {
    // Copies that nothing else points to stay in registers.
    tt_sum *sums[TT_GROUP];
    size_t slots[TT_GROUP];
    for (size_t place = 0; place < slot_count; place++) {
        sums[place] = sums_in[place];
        slots[place] = slots_in[place];
    }
    if (rows == NULL) {
        for (size_t index = 0; index < count; index++) ADD_ROW(index);
        return;
    }
    size_t index = 0;
    for (; index + AHEAD < count; index++) {
        __builtin_prefetch(codes + (size_t)rows[index + AHEAD] * TT_GROUP);
        ADD_ROW(rows[index]);
    }
    for (; index < count; index++) ADD_ROW(rows[index]);
}

void tt_accumulate(const uint8_t *codes, const int32_t *rows, const tt_pair *pairs, size_t count, const uint8_t *slots,
                   tt_sum *const *sums, size_t slot_count) {
    static const uint8_t all[TT_GROUP] = {0, 1, 2, 3, 4, 5, 6, 7};
    switch (slot_count) {
    case 8: accumulate(codes, rows, pairs, count, all, sums, 8); return;
    case 7: accumulate(codes, rows, pairs, count, slots, sums, 7); return;
    case 6: accumulate(codes, rows, pairs, count, slots, sums, 6); return;
    case 5: accumulate(codes, rows, pairs, count, slots, sums, 5); return;
    case 4:
        if (slots[3] == slots[0] + 3) {
            accumulate(codes + slots[0], rows, pairs, count, all, sums, 4);
        } else {
            accumulate(codes, rows, pairs, count, slots, sums, 4);
        }
        return;
    case 3: accumulate(codes, rows, pairs, count, slots, sums, 3); return;
    case 2: accumulate(codes, rows, pairs, count, slots, sums, 2); return;
    case 1: accumulate(codes, rows, pairs, count, slots, sums, 1); return;
    default: return;
    }
}

void tt_subtract(tt_sum *from, const tt_sum *what, size_t count) {
    for (size_t index = 0; index < count; index++) from[index] -= what[index];
}

void tt_place(const uint8_t *codes, size_t count, size_t slot, uint8_t *group) {
    for (size_t row = 0; row < count; row++) group[row * TT_GROUP + slot] = codes[row];
}

// Values that are looked up side by side: each step of a search waits for the one before.
enum { LANES = 4 };
typedef double numbers __attribute__((ext_vector_type(2)));
typedef int64_t integers __attribute__((ext_vector_type(2)));

// The bins of 2 x LANES values. Halves without a branch: which half is a surprise each time.
static inline void bin_block(const double *values, const double *thresholds, size_t threshold_count, uint8_t *codes) {
    integers reached[LANES] = {0};
    for (size_t rest = threshold_count; rest > 0;) {
        const size_t half = (rest + 1) / 2;
        const double *middle = thresholds + half - 1;
        for (size_t lane = 0; lane < LANES; lane++) {
            const numbers value = {values[2 * lane], values[2 * lane + 1]};
            const numbers threshold = {middle[reached[lane].x], middle[reached[lane].y]};
            reached[lane] += (value >= threshold) & (int64_t)half;
        }
        rest -= half;
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        const numbers value = {values[2 * lane], values[2 * lane + 1]};
        const integers bins = (reached[lane] + 1) & (value == value);
        codes[2 * lane] = (uint8_t)bins.x;
        codes[2 * lane + 1] = (uint8_t)bins.y;
    }
}

void tt_bin(const double *values, size_t count, const double *thresholds, size_t threshold_count, uint8_t *codes) {
    size_t row = 0;
    for (; row + 2 * LANES <= count; row += 2 * LANES) bin_block(values + row, thresholds, threshold_count, codes + row);
    if (row == count) return;
    double last_values[2 * LANES] = {0};
    uint8_t last_codes[2 * LANES];
    for (size_t place = 0; row + place < count; place++) last_values[place] = values[row + place];
    bin_block(last_values, thresholds, threshold_count, last_codes);
    for (size_t place = 0; row + place < count; place++) codes[row + place] = last_codes[place];
}
