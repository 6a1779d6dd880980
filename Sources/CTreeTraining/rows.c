#include "CTreeTraining.h"

// Sums and products round one by one, on processors that could do both at once, too.
#pragma STDC FP_CONTRACT OFF

size_t tt_divide(const int32_t *rows, size_t count, const uint8_t *codes, const uint8_t *goes_right, int32_t *left,
                 int32_t *right) {
    size_t left_count = 0, right_count = 0;
    // Written to both places without a branch: half of the answers are a surprise.
    for (size_t index = 0; index < count; index++) {
        const int32_t row = rows[index];
        const size_t step = goes_right[codes[row]];
        left[left_count] = row;
        right[right_count] = row;
        left_count += 1 - step;
        right_count += step;
    }
    return left_count;
}

void tt_gather(const tt_pair *pairs, const int32_t *rows, size_t count, tt_pair *gathered) {
    for (size_t index = 0; index < count; index++) gathered[index] = pairs[rows[index]];
}

// Rows whose gradients are taken side by side.
enum { LANES = 8 };
typedef double numbers __attribute__((ext_vector_type(LANES)));
typedef int64_t integers __attribute__((ext_vector_type(LANES)));

// Numbers plus this are whole numbers in their lowest bits, rounded to the nearest.
static const double magic = 0x1.8p52;

// Vectors go by reference: passed by value, what they are passed in would depend on the processor.

static inline __attribute__((always_inline)) void bits(const numbers *values, integers *result) {
    __builtin_memcpy(result, values, sizeof *result);
}

// 1 / (1 + exp(-margin)) within 1e-12, by operations that round alike on every processor.
static inline __attribute__((always_inline)) void probability(const numbers *margins, numbers *result) {
    // Beyond this the result is 0 or 1 as far as fixed point can tell.
    const numbers limit = 700;
    numbers power = -*margins;
    power = power > limit ? limit : power;
    power = power < -limit ? -limit : power;
    // exp(power) = 2^n exp(rest) with |rest| <= ln 2 / 2; the rest by Taylor.
    const numbers shifted = power * 0x1.71547652b82fep0 + magic;
    const numbers n = shifted - magic;
    const numbers rest = (power - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
    numbers sum = 1.0 / 3628800;
    sum = sum * rest + 1.0 / 362880;
    sum = sum * rest + 1.0 / 40320;
    sum = sum * rest + 1.0 / 5040;
    sum = sum * rest + 1.0 / 720;
    sum = sum * rest + 1.0 / 120;
    sum = sum * rest + 1.0 / 24;
    sum = sum * rest + 1.0 / 6;
    sum = sum * rest + 0.5;
    sum = sum * rest + 1.0;
    sum = sum * rest + 1.0;
    integers exponents, scaled;
    bits(&shifted, &exponents);
    bits(&sum, &scaled);
    scaled += exponents << 52;
    __builtin_memcpy(&sum, &scaled, sizeof sum);
    *result = 1.0 / (1.0 + sum);
}

// One lane each of margin, label and weight. Put into the vectors one by one: through memory they would have to wait.
#define LOOK_UP(lane, row)                                                                                               \
    do {                                                                                                                 \
        margin[lane] = loss->margins[row];                                                                               \
        label[lane] = loss->labels[row];                                                                                 \
        if (loss->weights) weight[lane] = loss->weights[row];                                                            \
    } while (0)

static inline __attribute__((always_inline)) void gradients(const struct tt_loss *loss, const int32_t *rows, size_t count,
                                                            tt_pair *pairs, tt_pair *gathered) {
    for (size_t start = 0; start < count; start += LANES) {
        const int32_t *row = rows + start;
        const size_t lanes = count - start < LANES ? count - start : LANES;
        numbers margin = 0, label = 0, weight = 1;
        if (lanes == LANES) {
#pragma unroll
            for (size_t lane = 0; lane < LANES; lane++) LOOK_UP(lane, row[lane]);
        } else {
            for (size_t lane = 0; lane < lanes; lane++) LOOK_UP(lane, row[lane]);
        }
        weight *= 1 + label * (loss->positive_weight - 1);
        numbers p;
        probability(&margin, &p);
        const numbers minimum = loss->curvature_minimum;
        numbers curvature = p * (1 - p);
        curvature = curvature < minimum ? minimum : curvature;
        const numbers slope = weight * (p - label) * loss->one + magic;
        curvature = weight * curvature * loss->one + magic;
        integers slopes, curvatures;
        bits(&slope, &slopes);
        bits(&curvature, &curvatures);
#pragma unroll
        for (size_t lane = 0; lane < LANES; lane++) {
            if (lane >= lanes) break;
            const tt_pair pair = {(int32_t)slopes[lane], (int32_t)curvatures[lane]};
            pairs[row[lane]] = pair;
            gathered[start + lane] = pair;
        }
    }
}

#if defined(__x86_64__)
// Without fused operations, so that the bits are the same.
__attribute__((target("avx2"))) static void gradients_avx2(const struct tt_loss *loss, const int32_t *rows, size_t count,
                                                           tt_pair *pairs, tt_pair *gathered) {
    gradients(loss, rows, count, pairs, gathered);
}
#endif

void tt_gradients(const struct tt_loss *loss, const int32_t *rows, size_t count, tt_pair *pairs, tt_pair *gathered) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        gradients_avx2(loss, rows, count, pairs, gathered);
        return;
    }
#endif
    gradients(loss, rows, count, pairs, gathered);
}

void tt_add(double *margins, const int32_t *rows, size_t count, double value) {
    for (size_t index = 0; index < count; index++) margins[rows[index]] += value;
}
