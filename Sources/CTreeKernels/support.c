#include "CTreeKernels.h"

#if defined(__x86_64__)

int tk_has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("popcnt");
}

int tk_has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }

#else

int tk_has_avx512(void) { return 0; }

int tk_has_avx2(void) { return 0; }

#endif
