#include <cblas.h>

// Debian builds OpenBLAS without LAPACKE; the Fortran entry points are there.
void dpotrf_(const char *uplo, const blasint *n, double *a, const blasint *lda, blasint *info);
void dpotrs_(const char *uplo, const blasint *n, const blasint *nrhs, const double *a, const blasint *lda, double *b,
             const blasint *ldb, blasint *info);
