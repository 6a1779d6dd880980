// The inner loops of growing trees. Nothing here allocates, keeps state or writes outside what it is told to.
//
// The caller owns all memory and answers for all indices in it. Sums are of integers, so they are the same in any order
// and for any number of threads.
#ifndef STILLWATCH_CTREETRAINING_H
#define STILLWATCH_CTREETRAINING_H

#include <stddef.h>
#include <stdint.h>

// Columns of a group: a row's codes in them stand side by side.
enum { TT_GROUP = 8 };

// Slope and curvature of one row's loss, in fixed point.
typedef int32_t tt_pair __attribute__((ext_vector_type(2)));
// Summed slopes and curvatures.
typedef int64_t tt_sum __attribute__((ext_vector_type(2)));

// Adds each row's pair to the sum of its bin in some columns of a group.
//
// codes: TT_GROUP bytes for each row. rows: which rows, or NULL for the first `count`. pairs: `count`, in the order of the
// rows. slots: the places of the columns in the group, `slot_count` of them, at most TT_GROUP. sums: 256 sums or as many as
// the column has bins, for each of the slots.
void tt_accumulate(const uint8_t *codes, const int32_t *rows, const tt_pair *pairs, size_t count, const uint8_t *slots,
                   tt_sum *const *sums, size_t slot_count);

// Takes `count` sums away from others.
void tt_subtract(tt_sum *from, const tt_sum *what, size_t count);

// Divides rows by the answers for their bins in one column, both sides in their order; gives how many went left.
//
// codes: the bin of every row. goes_right: 256 answers, 0 or 1. left and right: room for `count` each; left may be rows.
size_t tt_divide(const int32_t *rows, size_t count, const uint8_t *codes, const uint8_t *goes_right, int32_t *left,
                 int32_t *right);

// Puts the pairs of some rows side by side.
void tt_gather(const tt_pair *pairs, const int32_t *rows, size_t count, tt_pair *gathered);

// What the gradients of a log loss are made of.
struct tt_loss {
    const double *margins;
    const uint8_t *labels;  // 0 or 1.
    const double *weights;  // NULL if each row counts 1.
    double positive_weight; // A positive row counts so many times its weight.
    double curvature_minimum;
    double one;             // What stands for 1 in fixed point.
};

// Slope and curvature of the log loss of some rows, in pairs at the rows' places and side by side in `gathered`.
void tt_gradients(const struct tt_loss *loss, const int32_t *rows, size_t count, tt_pair *pairs, tt_pair *gathered);

// Adds a value to the margins of some rows.
void tt_add(double *margins, const int32_t *rows, size_t count, double value);

// The bin of each value: 0 if it is not a number, else 1 + how many of the ascending thresholds it reaches, at most 254.
void tt_bin(const double *values, size_t count, const double *thresholds, size_t threshold_count, uint8_t *codes);

// Puts a column's codes at its place among those of a group.
void tt_place(const uint8_t *codes, size_t count, size_t slot, uint8_t *group);

// A hint that a thread waits for another one.
static inline void tt_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
