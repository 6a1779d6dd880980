// Rows to columns: the parts that do not depend on the instruction set. Included by the kernels only.
#ifndef STILLWATCH_TREE_COLUMNS_H
#define STILLWATCH_TREE_COLUMNS_H

#include "CTreeKernels.h"
#include <string.h>

#define TK_INLINE static inline __attribute__((always_inline))

// The code of a category: `count` for any value that is no code, `count + 1` for a missing one.
TK_INLINE size_t tk_code(double value, uint32_t count) {
    if (value != value) return (size_t)count + 1;
    // Compared as numbers first: not every one has an integer.
    if (!(value >= 0 && value < count)) return count;
    const size_t code = (size_t)value;
    return (double)code == value ? code : count;
}

TK_INLINE void tk_fill_categories(const struct tk_columns *columns, const double *row, uint8_t *out) {
    for (size_t index = 0; index < columns->category_count; index++) {
        const struct tk_category *category = &columns->categories[index];
        const size_t code = tk_code(row[category->value], category->count);
        memcpy(out + category->first_column,
               columns->answers + category->first_answer + code * category->byte_count, category->byte_count);
    }
}

// Spreads a count of thresholds over the columns of a number that has more than 255.
TK_INLINE void tk_fill_wide(const struct tk_wide_number *wide, int is_missing, uint32_t rank, uint8_t *out) {
    for (uint32_t column = 0; column < wide->column_count; column++) {
        const int64_t rest = (int64_t)rank - 255 * (int64_t)column;
        const uint8_t reached = (uint8_t)(rest < 0 ? 0 : rest > 255 ? 255 : rest);
        out[wide->number.low_column + column] = reached;
        out[wide->number.high_column + column] = is_missing ? 255 : reached;
    }
}

#endif
