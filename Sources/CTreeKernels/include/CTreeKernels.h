// Vector kernels that score trees. Nothing here allocates, keeps state or writes outside what it is told to, but for one
// thread's room.
//
// A row becomes bytes first, its columns: of a number, how many thresholds it reaches; of a category, one bit for each
// set that holds it. A split is then `(column & mask) > threshold`, and sixty-four of them are a few instructions.
// The caller owns all memory and answers for all indices in it; the pointers to blocks are aligned to 64 bytes.
#ifndef STILLWATCH_CTREEKERNELS_H
#define STILLWATCH_CTREEKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Most columns a kernel takes: it keeps them on its stack.
enum { TK_COLUMN_LIMIT = 8192 };
// Bytes after the columns that may be written.
enum { TK_SPARE_COLUMNS = 64 };
// Most features of a call that gives reasons.
enum { TK_FEATURE_LIMIT = 4096 };
// Most features of a call that gives reasons of leaf-wise trees: eight floats of each are on the stack.
enum { TK_REASON_FEATURE_LIMIT = 1024 };
// Trees or nodes that stand side by side.
enum { TK_LANES = 64 };

// A number whose thresholds fit one column.
//
// Its thresholds, ascending, are t[0], t[1], ...: leaf block j holds t[9j] to t[9j + 7] and the root blocks hold every
// ninth, t[8], t[17], .... Blocks are eight numbers, filled up with NaN; the root blocks come first.
struct tk_number {
    uint32_t value;         // Index into the row.
    uint32_t first_block;   // Index among the blocks of eight keys.
    uint32_t root_count;    // Root blocks; 0 for up to eight thresholds.
    uint16_t low_column;    // Takes the count of thresholds reached, 0 if missing.
    uint16_t high_column;   // The same, 255 if missing.
};

// A number with more thresholds than a byte can count: column i takes what is reached of thresholds 255 i ..< 255 (i + 1).
struct tk_wide_number {
    struct tk_number number; // Its columns are the first of column_count each; low comes before high.
    uint32_t column_count;   // Of each kind.
};

// A category: code c of the row gets the bytes answers[first_answer + c * byte_count ...] as its columns.
// Code `count` is any other word, code `count + 1` is missing.
struct tk_category {
    uint32_t value;
    uint32_t count;
    uint32_t byte_count;
    uint32_t first_column;
    size_t first_answer;
};

// Numbers that stand side by side, and such groups in a chunk.
enum { TK_GROUP_NUMBERS = 16, TK_CHUNK_GROUPS = 4 };

// Numbers with few thresholds, all of which are Float32, compared with all of them: the i-th of each number side by side,
// ascending, NaN where a number has no more. A value reaches such a threshold if the next Float32 at or below it does.
struct tk_number_group {
    const uint32_t *values; // TK_GROUP_NUMBERS indices into the row.
    const float *keys;      // key_count times TK_GROUP_NUMBERS.
    size_t key_count;       // Even.
};

// Groups whose counts of thresholds reached stand in one vector: number l of group g in its byte 4 l + g.
struct tk_number_chunk {
    const struct tk_number_group *groups;
    const uint8_t *lanes; // 64 bytes to pick for the columns from low_column on, 0 for missing ones, and 64 for those from
                          // high_column on, 255 for missing ones. Those after the last are overwritten by what follows.
    uint32_t group_count; // 1 to TK_CHUNK_GROUPS.
    uint16_t low_column;
    uint16_t high_column;
};

// How rows become columns. Chunks have the first ones, in order.
struct tk_columns {
    const struct tk_number_chunk *chunks; // For AVX-512 only.
    size_t chunk_count;
    const struct tk_number *numbers;
    size_t number_count;
    const struct tk_wide_number *wide_numbers;
    size_t wide_number_count;
    const double *keys;
    const struct tk_category *categories;
    size_t category_count;
    const uint8_t *answers;
    size_t column_count; // At most TK_COLUMN_LIMIT - TK_SPARE_COLUMNS; the last one may be a column that nobody reads.
};

// Places of a tree's row among the rows of its batch.
enum { TK_ROW_PLACES = 8 };
// Most blocks whose rows stand side by side before they are added up: so many fit the nearest cache.
enum { TK_BATCH_BLOCKS = 8 };

// Bytes of an attribution of 32 bits, the lowest first, and of a row of TK_ROW_PLACES of them: plane by plane.
enum { TK_PLANES = 4, TK_PLANE_ROW_BYTES = TK_PLANES * TK_ROW_PLACES };
// Trees whose attributions are picked from at once; lanes of one vector of picks, each with four of them; and most vectors.
enum { TK_PAIR_TREES = 16, TK_PICK_LANES = 16, TK_PICK_LIMIT = 32 };

// Up to sixty-four symmetric trees of one depth.
struct tk_symmetric_block {
    const uint8_t *splits;    // depth times: 64 columns (only if they fit a byte), 64 thresholds, 64 masks.
    const uint16_t *columns;  // depth times 64 columns.
    const double *leaves;     // tree_count times 2^depth; null if the batch has short leaves.
    const double *rows;       // tree_count times 2^depth rows of TK_ROW_PLACES attributions; null if there are plane rows.
    const uint8_t *plane_rows; // The same in multiples of the model's row step, with rows of zeros up to a multiple of
                               // TK_PAIR_TREES trees; null if the batch has no picks.
    uint32_t depth;           // 1 to 8.
    uint32_t tree_count;      // 1 to 64.
    uint32_t has_sets;        // Whether any mask is not 255.
};

// A feature and in how many places of a batch's rows it has attributions.
struct tk_feature_places {
    uint16_t feature;
    uint16_t count;
};

// Up to TK_BATCH_BLOCKS blocks, and where their rows have what belongs to a feature. The rows of the batch's trees, one
// after another, are numbered place by place.
struct tk_symmetric_batch {
    const struct tk_symmetric_block *blocks;
    const struct tk_feature_places *features; // Most places first, so that loops of a length follow each other.
    const uint16_t *places;                   // For each feature, its places.
    uint32_t block_count;
    uint32_t feature_count;
    // The leaves in multiples of a step that eight trees share, short_stride bytes a tree; null if they are no such. All
    // blocks but the last are of 64 trees then, and that one of a multiple of eight.
    const int8_t *short_leaves;
    const uint8_t *shifts;  // For each eight trees: their step is the model's leaf step times two to this.
    uint32_t eight_count;
    uint32_t short_stride; // 2^ the largest depth of the blocks.
    // Where plane rows have what belongs to a feature: a lane of the picks adds up four attributions of sixteen trees. The
    // pairs of eight trees of the blocks follow each other; of each stand pick_count times 64 indices:
    // 64 * (tree / 8 % 2) + 8 * (tree % 8) + place. First come the lanes of all features asked about, ascending, one each;
    // those who need more have them after that.
    const uint8_t *picks;
    const uint8_t *asked; // A bit for each of the model's features.
    const uint16_t *more_features;
    uint32_t first_more;
    uint32_t more_count;
    uint32_t pick_count; // At most TK_PICK_LIMIT; 0 if features and places are to be used.
    uint32_t pair_count;
};

// Symmetric trees. The sum of any of the leaves or attributions must be exact.
struct tk_symmetric {
    struct tk_columns columns;
    const struct tk_symmetric_batch *batches;
    size_t batch_count;
    size_t feature_count; // At most TK_FEATURE_LIMIT.
    double expected;      // The sum of the trees' expected values: leaves are this and their attributions.
    double leaf_step;     // The smallest of short leaves.
    double row_step;      // Of plane rows.
};

// Bytes of a thread's room.
enum { TK_ROOM_BYTES = 1 << 18 };

// Memory of the calling thread for the time of one call, aligned to 64 bytes; the next one finds what this one left.
void *tk_thread_room(void);

// Whether this processor has what the kernels of a name need; 0 anywhere but on x86-64.
int tk_has_avx512(void);
int tk_has_avx2(void);

// Adds to sums[i] the leaves of row i; rows stand one after another, `stride` numbers each.
void tk_symmetric_sums_avx512(const struct tk_symmetric *model, const double *rows, size_t stride, size_t row_count,
                              double *sums);
void tk_symmetric_sums_avx2(const struct tk_symmetric *model, const double *rows, size_t stride, size_t row_count,
                            double *sums);

// The sum of a row's leaves; overwrites feature_count attributions.
double tk_symmetric_reasons_avx512(const struct tk_symmetric *model, const double *row, double *attributions);
double tk_symmetric_reasons_avx2(const struct tk_symmetric *model, const double *row, double *attributions);

// Sixty-four nodes of leaf-wise trees and which leaves are out once a node sends a row right: those on its left.
// Either two trees of up to 32 leaves, lanes 0 and 32 on, or one of up to 64.
struct tk_leaf_wise_block {
    const uint8_t *splits;   // 64 columns (only if they fit a byte), 64 thresholds, 64 masks.
    const uint16_t *columns; // 64 columns.
    const void *remaining;   // 64 words of 32 bits, or 64 of 64: a bit for each leaf that stays, from the left.
    const double *leaves;    // 64: of the second of two trees from 32 on.
};

// Leaf-wise trees of up to 64 leaves. The sum of any of the leaves must be exact.
struct tk_leaf_wise {
    struct tk_columns columns;
    const struct tk_leaf_wise_block *pairs;
    size_t pair_count;
    const struct tk_leaf_wise_block *singles;
    size_t single_count;
};

// Adds to sums[i] the leaves of row i; rows stand one after another, `stride` numbers each.
void tk_leaf_wise_sums_avx512(const struct tk_leaf_wise *model, const double *rows, size_t stride, size_t row_count,
                              double *sums);

// Bytes of eight floats, for eight points of a rule.
enum { TK_POINTS_BYTES = 32 };

// A node of a leaf-wise tree in the tables for reasons. Offsets are in bytes.
struct tk_reason_node {
    uint16_t product;   // TK_POINTS_BYTES for each slot: 0 for the root, 1 + 2 i for node i's left child, 2 + 2 i for its
                        // right one.
    uint16_t feature;
    uint16_t below[2];  // Of both children, TK_POINTS_BYTES for each of 1 + the node; 0 for a leaf.
    float leaves[2];    // Of both children, the leaf's value; 0 for a node.
    float gains[2];     // What the left child gains by the answer: 1 − its share of the cover for a row that goes left,
                        // − its share for one that goes right.
};

// A node whose feature was asked about above: last at the node `above`, whose child on this side led here.
struct tk_reason_repeat {
    uint16_t node;
    uint16_t above;
    uint16_t side;      // 0 for left, 1 for right.
    uint16_t states[2]; // Offsets in bytes: of state 1, and of the node's own if the row follows the path.
};

// One tree and eight points of its rule. A state is two vectors of eight points, factor and slope, of what the path says
// of a node's feature: state 0 that it was not asked about, state 1 that the row has left its path.
struct tk_reason_tree {
    const struct tk_reason_node *nodes;     // Parents before children.
    const struct tk_reason_repeat *repeats; // In the order of the nodes.
    const float *weights;                   // Eight.
    const float *states;                    // Sixteen numbers each.
    const uint8_t *splits;                  // For each 64 nodes: 64 columns, 64 thresholds, 64 masks.
    const uint16_t *columns;                // For each 64 nodes: 64 columns.
    uint32_t node_count;                    // At most TK_NODE_LIMIT.
    uint32_t repeat_count;
};

// Most nodes of a tree that gives reasons.
enum { TK_NODE_LIMIT = 1023 };

// Leaf-wise trees for reasons.
struct tk_reasons {
    struct tk_columns columns;
    const struct tk_reason_tree *trees;
    size_t tree_count;
    size_t feature_count; // At most TK_REASON_FEATURE_LIMIT.
};

// Adds each feature's part in the leaves that a row falls into, as precise as Float32.
void tk_add_reasons_avx512(const struct tk_reasons *model, const double *row, double *attributions);

#endif
