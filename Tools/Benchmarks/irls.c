// Logistic regression as plain as it gets: Newton's method on OpenBLAS over blocks of rows, one thread, for `bench logistic`.
//
// irls FEATURES L2 COLUMNS LABELS: little-endian Float32, column after column; one byte a label. The rows are kept in
// Float32 with a first column of ones; for each line on standard input it fits from 0 until no mean slope is above 1e-10
// and prints the seconds and steps, with --out afterwards the weights as Float64.
#define _POSIX_C_SOURCE 200809L
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 2048 };

void dpotrf_(const char *, const int *, double *, const int *, int *);
void dpotrs_(const char *, const int *, const int *, const double *, const int *, double *, const int *, int *);

static void *allocated(size_t bytes) {
    void *memory = calloc(1, bytes);
    if (!memory) {
        fprintf(stderr, "irls: no memory for %zu bytes\n", bytes);
        exit(1);
    }
    return memory;
}

static size_t file_size(FILE *file) {
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    return size < 0 ? 0 : (size_t)size;
}

static FILE *opened(const char *path, const char *mode) {
    FILE *file = fopen(path, mode);
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void read_all(void *memory, size_t size, FILE *file, const char *path) {
    if (fread(memory, 1, size, file) != size) {
        fprintf(stderr, "irls: %s ends early\n", path);
        exit(1);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// One pass: slopes and curvatures at a point.
static void pass(const float *rows, const unsigned char *labels, int count, int width, const double *point,
                 double *gradient, double *hessian, double *block, double *margins, double *slopes) {
    for (int first = 0; first < count; first += BLOCK) {
        int size = count - first < BLOCK ? count - first : BLOCK;
        const float *narrow = rows + (size_t)first * width;
        for (size_t index = 0; index < (size_t)size * width; index++) block[index] = narrow[index];
        cblas_dgemv(CblasRowMajor, CblasNoTrans, size, width, 1, block, width, point, 1, 0, margins, 1);
        for (int row = 0; row < size; row++) {
            double probability = 1 / (1 + exp(-margins[row]));
            slopes[row] = probability - labels[first + row];
            margins[row] = sqrt(probability * (1 - probability));
        }
        cblas_dgemv(CblasRowMajor, CblasTrans, size, width, 1, block, width, slopes, 1, 1, gradient, 1);
        for (int row = 0; row < size; row++)
            for (int column = 0; column < width; column++) block[(size_t)row * width + column] *= margins[row];
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, width, size, 1, block, width, 1, hessian, width);
    }
}

static int fit(const float *rows, const unsigned char *labels, int count, int width, double l2, double *point) {
    size_t square = (size_t)width * width;
    double *gradient = allocated(width * sizeof(double)), *hessian = allocated(square * sizeof(double));
    double *block = allocated((size_t)BLOCK * width * sizeof(double));
    double *margins = allocated(BLOCK * sizeof(double)), *slopes = allocated(BLOCK * sizeof(double));
    int steps = 0, one = 1, info = 0;
    memset(point, 0, width * sizeof(double));
    for (; steps < 50; steps++) {
        memset(gradient, 0, width * sizeof(double));
        memset(hessian, 0, square * sizeof(double));
        pass(rows, labels, count, width, point, gradient, hessian, block, margins, slopes);
        double largest = 0;
        for (int column = 0; column < width; column++) {
            gradient[column] += column ? l2 * point[column] : 0;
            hessian[(size_t)column * (width + 1)] += column ? l2 : 0;
            largest = fmax(largest, fabs(gradient[column]));
        }
        if (largest <= 1e-10 * count) break;
        dpotrf_("L", &width, hessian, &width, &info);
        if (info == 0) dpotrs_("L", &width, &one, hessian, &width, gradient, &width, &info);
        if (info != 0) {
            fprintf(stderr, "irls: the Hessian is not positive definite\n");
            exit(1);
        }
        for (int column = 0; column < width; column++) point[column] -= gradient[column];
    }
    free(gradient), free(hessian), free(block), free(margins), free(slopes);
    return steps;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: irls FEATURES L2 COLUMNS LABELS OUT\n");
        return 64;
    }
    openblas_set_num_threads(1);
    int width = atoi(argv[1]) + 1;
    double l2 = atof(argv[2]);
    FILE *label_file = opened(argv[4], "rb"), *column_file = opened(argv[3], "rb");
    int count = (int)file_size(label_file);
    unsigned char *labels = allocated(count);
    read_all(labels, count, label_file, argv[4]);
    float *rows = allocated((size_t)count * width * sizeof(float)), *column = allocated(count * sizeof(float));
    for (int index = 0; index < width; index++) {
        if (index) read_all(column, count * sizeof(float), column_file, argv[3]);
        for (int row = 0; row < count; row++) rows[(size_t)row * width + index] = index ? column[row] : 1;
    }
    double *point = allocated(width * sizeof(double));
    char line[256];
    while (fgets(line, sizeof line, stdin)) {
        double start = now();
        int steps = fit(rows, labels, count, width, l2, point);
        printf("{\"fit_s\": %.6f, \"steps\": %d, \"core\": \"%s\"}\n", now() - start, steps, openblas_get_corename());
        fflush(stdout);
    }
    FILE *out = opened(argv[5], "wb");
    fwrite(point, sizeof(double), width, out);
    return fclose(out) == 0 ? 0 : 1;
}
