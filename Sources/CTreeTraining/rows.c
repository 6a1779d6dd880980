#include "CTreeTraining.h"

#include <math.h>

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

// To the nearest whole number: 1.5 * 2^52 leaves no bit for fractions.
static inline int32_t rounded(double value) { return (int32_t)((value + 0x1.8p52) - 0x1.8p52); }

void tt_gradients(const struct tt_loss *loss, const int32_t *rows, size_t count, tt_pair *pairs, tt_pair *gathered) {
    for (size_t index = 0; index < count; index++) {
        const int32_t row = rows[index];
        const int is_positive = loss->labels[row];
        double weight = loss->weights ? loss->weights[row] : 1;
        if (is_positive) weight *= loss->positive_weight;
        const double probability = 1 / (1 + exp(-loss->margins[row]));
        double curvature = probability * (1 - probability);
        if (curvature < loss->curvature_minimum) curvature = loss->curvature_minimum;
        const double slope = is_positive ? probability - 1 : probability;
        const tt_pair pair = {rounded(weight * slope * loss->one), rounded(weight * curvature * loss->one)};
        pairs[row] = pair;
        gathered[index] = pair;
    }
}

void tt_add(double *margins, const int32_t *rows, size_t count, double value) {
    for (size_t index = 0; index < count; index++) margins[rows[index]] += value;
}
