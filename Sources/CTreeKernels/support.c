#include "CTreeKernels.h"

void *tk_thread_room(void) {
    static _Thread_local _Alignas(64) char room[TK_ROOM_BYTES];
    return room;
}

#if defined(__x86_64__)

int tk_has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni")
        && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

int tk_has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }

#else

int tk_has_avx512(void) { return 0; }

int tk_has_avx2(void) { return 0; }

// Nobody calls these without asking first.

void tk_symmetric_sums_avx512(const struct tk_symmetric *model, const double *rows, size_t stride, size_t row_count,
                              double *sums) {
    (void)model, (void)rows, (void)stride, (void)row_count, (void)sums;
    __builtin_trap();
}

void tk_symmetric_sums_avx2(const struct tk_symmetric *model, const double *rows, size_t stride, size_t row_count,
                            double *sums) {
    (void)model, (void)rows, (void)stride, (void)row_count, (void)sums;
    __builtin_trap();
}

double tk_symmetric_reasons_avx512(const struct tk_symmetric *model, const double *row, double *attributions) {
    (void)model, (void)row, (void)attributions;
    __builtin_trap();
}

double tk_symmetric_reasons_avx2(const struct tk_symmetric *model, const double *row, double *attributions) {
    (void)model, (void)row, (void)attributions;
    __builtin_trap();
}

void tk_leaf_wise_sums_avx512(const struct tk_leaf_wise *model, const double *rows, size_t stride, size_t row_count,
                              double *sums) {
    (void)model, (void)rows, (void)stride, (void)row_count, (void)sums;
    __builtin_trap();
}

void tk_add_reasons_avx512(const struct tk_reasons *model, const double *row, double *attributions) {
    (void)model, (void)row, (void)attributions;
    __builtin_trap();
}

#endif
