// The counters of `Tools/bench links` in Redis, through one hiredis client: all commands of a request in one pipeline.
//
//     links_redis SOCKET REQUESTS FILL PASS
//
// SOCKET is Redis's Unix socket, REQUESTS a file of `stillwatch time-links --out`. It serves the first FILL requests,
// prints how long they took, and then the next PASS for each line on stdin, each time one line of JSON.
//
// For each identifier of a request: the account joins its distinct accounts, the day's arrivals go up, first and last
// seen are set; and the distinct accounts, all days' arrivals, first and last seen are read.
#define _GNU_SOURCE
#include "wire.h"

#if !__has_include(<hiredis/hiredis.h>)

int main(void) { fail("built without hiredis: install libhiredis-dev"); }

#else

#include <hiredis/hiredis.h>

enum { IDENTIFIERS_MAX = 10, COMMANDS_PER_IDENTIFIER = 6, FILL_PIPELINE = 64 };
static const uint64_t DAY_MS = 86400000, LARGEST = 1000000000;

struct request {
    uint64_t account, time_ms, count, identifiers[IDENTIFIERS_MAX];
};

static void send_request(redisContext *redis, const struct request *request) {
    unsigned long long account = request->account, time_ms = request->time_ms, day = request->time_ms / DAY_MS;
    for (uint64_t index = 0; index < request->count; index++) {
        unsigned long long key = request->identifiers[index];
        redisAppendCommand(redis, "PFADD a:%llx %llx", key, account);
        redisAppendCommand(redis, "HINCRBY i:%llx %llu 1", key, day);
        redisAppendCommand(redis, "HSETNX i:%llx f %llu", key, time_ms);
        redisAppendCommand(redis, "HSET i:%llx l %llu", key, time_ms);
        redisAppendCommand(redis, "PFCOUNT a:%llx", key);
        redisAppendCommand(redis, "HGETALL i:%llx", key);
    }
}

// Waits for all answers to a request; a number made of them.
static uint64_t receive_answers(redisContext *redis, const struct request *request) {
    uint64_t sum = 0;
    for (uint64_t left = request->count * COMMANDS_PER_IDENTIFIER; left > 0; left--) {
        redisReply *reply = NULL;
        if (redisGetReply(redis, (void **)&reply) != REDIS_OK) fail("redis: %s", redis->errstr);
        if (reply->type == REDIS_REPLY_ERROR) fail("redis: %s", reply->str);
        sum += reply->type == REDIS_REPLY_INTEGER ? (uint64_t)reply->integer : reply->elements;
        freeReplyObject(reply);
    }
    return sum;
}

static struct request *read_requests(const char *path, size_t count) {
    struct request *requests = allocate(count, sizeof *requests);
    FILE *file = fopen(path, "rb");
    if (!file || fread(requests, sizeof *requests, count, file) != count)
        fail("%s: expected %zu requests of %zu bytes", path, count, sizeof *requests);
    fclose(file);
    for (size_t index = 0; index < count; index++)
        if (requests[index].count > IDENTIFIERS_MAX) fail("%s: request %zu has too many identifiers", path, index);
    return requests;
}

// Filling is not what is measured: many requests at a time.
static uint64_t fill(redisContext *redis, const struct request *requests, size_t count) {
    uint64_t sum = 0;
    for (size_t start = 0; start < count; start += FILL_PIPELINE) {
        size_t end = start + FILL_PIPELINE < count ? start + FILL_PIPELINE : count;
        for (size_t index = start; index < end; index++) send_request(redis, &requests[index]);
        for (size_t index = start; index < end; index++) sum += receive_answers(redis, &requests[index]);
    }
    return sum;
}

static int compare(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static void time_pass(redisContext *redis, const struct request *requests, size_t count, uint64_t *times) {
    uint64_t sum = 0, start = now_ns();
    for (size_t index = 0; index < count; index++) {
        uint64_t before = now_ns();
        send_request(redis, &requests[index]);
        sum += receive_answers(redis, &requests[index]);
        times[index] = now_ns() - before;
    }
    double mean = (double)(now_ns() - start) / (double)count;
    qsort(times, count, sizeof *times, compare);
    double p50 = (double)times[count / 2], p99 = (double)times[count - 1 - count / 100];
    printf("{\"requests\":%zu,\"mean_us\":%.2f,\"p50_us\":%.2f,\"p99_us\":%.2f,\"checksum\":%llu}\n", count,
           mean / 1000, p50 / 1000, p99 / 1000, (unsigned long long)sum);
    fflush(stdout);
}

int main(int count, char **arguments) {
    if (count != 5) fail("usage: links_redis SOCKET REQUESTS FILL PASS");
    size_t filling = number_argument("FILL", arguments[3], 1, LARGEST);
    size_t pass = number_argument("PASS", arguments[4], 1, LARGEST), at = filling;
    FILE *file = fopen(arguments[2], "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail("%s: %s", arguments[2], strerror(errno));
    size_t total = (size_t)ftell(file) / sizeof(struct request);
    fclose(file);
    struct request *requests = read_requests(arguments[2], total);
    if (total < filling) fail("%s: expected at least %zu requests, found %zu", arguments[2], filling, total);
    redisContext *redis = redisConnectUnix(arguments[1]);
    if (!redis || redis->err) fail("%s: %s", arguments[1], redis ? redis->errstr : "no memory");
    uint64_t start = now_ns(), sum = fill(redis, requests, filling);
    printf("{\"requests\":%zu,\"seconds\":%.2f,\"checksum\":%llu}\n", filling, (double)(now_ns() - start) / 1e9,
           (unsigned long long)sum);
    fflush(stdout);
    uint64_t *times = allocate(pass, sizeof *times);
    for (int byte = getchar(); byte != EOF; byte = getchar()) {
        if (byte != '\n') continue;
        if (total - at < pass) fail("%s: no requests left", arguments[2]);
        time_pass(redis, requests + at, pass, times);
        at += pass;
    }
    redisFree(redis);
    free(times);
    free(requests);
}

#endif
