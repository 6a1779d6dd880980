// A closed-loop load generator: every connection keeps a fixed number of requests on the way.
//
//     load PORT CONNECTIONS DEPTH SECONDS FRAMES [--echo]
//
// FRAMES is a file of framed Requests (make_requests.py). Each reply is matched to its request by id, also when replies
// overtake each other, and its status is read; --echo leaves the status alone, since an echo has none. After 0.3 s of
// warming up it measures for SECONDS, then lets every request that is on the way be answered. One line of JSON on
// stdout; exits 1 if anything was not answered for 10 s, 2 if anything failed.
#define _GNU_SOURCE
#include "wire.h"

#include <sys/epoll.h>

enum { DEPTH_MAX = 1024, INPUT_BYTES = 1 << 20, OUTPUT_BYTES = 1 << 20, EVENTS_MAX = 256, STALL_MS = 10000 };
// The histogram has 64 buckets for each power of two of nanoseconds: 1.6 % at worst.
enum { BUCKETS_PER_OCTAVE = 64, BUCKETS = 64 * BUCKETS_PER_OCTAVE };

struct pending {
    uint64_t id, sent_at;
};

struct link {
    int descriptor;
    bool waits_to_write;
    size_t next_frame, pending_count, input_count, output_start, output_end;
    struct pending pending[DEPTH_MAX];
    uint8_t *input, *output;
};

static struct frames frames;
static int poller;
static bool is_echo, is_ending;
static uint64_t measure_from, measure_until;
static uint64_t histogram[BUCKETS];
static uint64_t measured, answered, failed, unmatched, unreadable, reply_bytes, first_failure;

static size_t bucket_of(uint64_t value) {
    if (value < BUCKETS_PER_OCTAVE) return value;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(value);
    return (exponent - 5) * BUCKETS_PER_OCTAVE + ((value >> (exponent - 6)) & (BUCKETS_PER_OCTAVE - 1));
}

static double bucket_start(size_t bucket) {
    if (bucket < BUCKETS_PER_OCTAVE) return (double)bucket;
    unsigned exponent = (unsigned)(bucket / BUCKETS_PER_OCTAVE) + 5;
    return (double)((uint64_t)(BUCKETS_PER_OCTAVE + bucket % BUCKETS_PER_OCTAVE) << (exponent - 6));
}

// The latency that a share of the requests does not exceed, in microseconds.
static double quantile_us(double share) {
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        seen += histogram[bucket];
        if (seen > 0 && (double)seen >= share * (double)measured) return bucket_start(bucket) / 1000;
    }
    return 0;
}

static void watch(int operation, struct link *link, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = link};
    if (epoll_ctl(poller, operation, link->descriptor, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static void flush_output(struct link *link) {
    while (link->output_start < link->output_end) {
        size_t left = link->output_end - link->output_start;
        ssize_t count = write(link->descriptor, link->output + link->output_start, left);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) break;
        if (count < 0) fail("write: %s", strerror(errno));
        link->output_start += (size_t)count;
    }
    if (link->output_start == link->output_end) link->output_start = link->output_end = 0;
    bool has_output = link->output_end > 0;
    if (has_output != link->waits_to_write) {
        link->waits_to_write = has_output;
        watch(EPOLL_CTL_MOD, link, has_output ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
}

// Sends the next requests of the connection, in one write if the kernel takes it.
static void send_requests(struct link *link, size_t count, uint64_t now) {
    for (size_t index = 0; index < count; index++) {
        size_t start = frames.starts[link->next_frame], length = frames.starts[link->next_frame + 1] - start;
        if (OUTPUT_BYTES - link->output_end < length) fail("the depth times the frames is more than the output holds");
        memcpy(link->output + link->output_end, frames.bytes + start, length);
        link->output_end += length;
        link->pending[link->pending_count++] = (struct pending){
            .id = message_id(frames.bytes + start + HEADER_BYTES, length - HEADER_BYTES), .sent_at = now};
        link->next_frame = (link->next_frame + 1) % frames.count;
    }
    flush_output(link);
}

// Takes the request with this id off the connection; false if none is on the way.
static bool take_pending(struct link *link, uint64_t id, uint64_t *sent_at) {
    for (size_t index = 0; index < link->pending_count; index++) {
        if (link->pending[index].id != id) continue;
        *sent_at = link->pending[index].sent_at;
        link->pending_count--;
        // Order is kept, so that the oldest is found first.
        memmove(link->pending + index, link->pending + index + 1,
                (link->pending_count - index) * sizeof *link->pending);
        return true;
    }
    return false;
}

static void count_reply(struct link *link, const uint8_t *payload, size_t length, uint64_t now) {
    uint64_t sent_at = now, code = 0;
    answered++;
    reply_bytes += length;
    if (!take_pending(link, message_id(payload, length), &sent_at)) unmatched++;
    if (!is_echo && !reply_status(payload, length, &code)) unreadable++;
    if (code) {
        failed++;
        if (!first_failure) first_failure = code;
    }
    if (now >= measure_from && now < measure_until) {
        measured++;
        histogram[bucket_of(now - sent_at)]++;
    }
}

// Reads once, counts the replies and sends as many requests again.
static void read_replies(struct link *link) {
    ssize_t count = read(link->descriptor, link->input + link->input_count, INPUT_BYTES - link->input_count);
    if (count == 0) fail("the server closed a connection with %zu requests on the way", link->pending_count);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) fail("read: %s", strerror(errno));
    link->input_count += (size_t)count;
    uint64_t now = now_ns();
    size_t at = 0, replies = 0;
    while (link->input_count - at >= HEADER_BYTES) {
        size_t length = payload_length(link->input + at);
        if (length > INPUT_BYTES - HEADER_BYTES) fail("a reply of %zu bytes", length);
        if (link->input_count - at < HEADER_BYTES + length) break;
        if (link->input[at] != 0) fail("a reply with flag byte %u", link->input[at]);
        if (!link->pending_count) fail("a reply that nothing was asked for");
        count_reply(link, link->input + at + HEADER_BYTES, length, now);
        at += HEADER_BYTES + length;
        replies++;
    }
    memmove(link->input, link->input + at, link->input_count - at);
    link->input_count -= at;
    if (now >= measure_until) is_ending = true;
    if (replies && !is_ending) send_requests(link, replies, now);
}

static struct link *open_links(uint16_t port, size_t count) {
    struct link *links = allocate(count, sizeof *links);
    for (size_t index = 0; index < count; index++) {
        struct link *link = &links[index];
        link->descriptor = connect_loopback(port);
        make_nonblocking(link->descriptor);
        link->input = allocate(INPUT_BYTES, 1);
        link->output = allocate(OUTPUT_BYTES, 1);
        // Apart from each other, so that the connections do not send the same rows at the same time.
        link->next_frame = index * 37 % frames.count;
        watch(EPOLL_CTL_ADD, link, EPOLLIN);
    }
    return links;
}

static bool all_answered(const struct link *links, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (links[index].pending_count) return false;
    return true;
}

static void run(const struct link *links, size_t count) {
    struct epoll_event events[EVENTS_MAX];
    while (!is_ending || !all_answered(links, count)) {
        int ready = epoll_wait(poller, events, EVENTS_MAX, STALL_MS);
        if (ready == 0) fail("nothing was answered for %d ms", STALL_MS);
        if (ready < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
        for (int index = 0; index < ready; index++) {
            struct link *link = events[index].data.ptr;
            if (events[index].events & EPOLLOUT) flush_output(link);
            if (events[index].events & ~(uint32_t)EPOLLOUT) read_replies(link);
        }
    }
}

int main(int count, char **arguments) {
    if (count != 6 && !(count == 7 && !strcmp(arguments[6], "--echo")))
        fail("usage: load PORT CONNECTIONS DEPTH SECONDS FRAMES [--echo]");
    uint16_t port = (uint16_t)number_argument("PORT", arguments[1], 1, 65535);
    size_t link_count = number_argument("CONNECTIONS", arguments[2], 1, 10000);
    size_t depth = number_argument("DEPTH", arguments[3], 1, DEPTH_MAX);
    double seconds = atof(arguments[4]);
    if (!(seconds > 0 && seconds < 86400)) fail("SECONDS: expected above 0, found '%s'", arguments[4]);
    frames = load_frames(arguments[5]);
    is_echo = count == 7;
    ignore_broken_pipes();
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) fail("epoll_create1: %s", strerror(errno));

    struct link *links = open_links(port, link_count);
    measure_from = now_ns() + NANOSECONDS * 3 / 10;
    measure_until = measure_from + (uint64_t)(seconds * 1e9);
    for (size_t index = 0; index < link_count; index++) send_requests(&links[index], depth, now_ns());
    run(links, link_count);

    printf("{\"connections\":%zu,\"depth\":%zu,\"per_second\":%.1f,\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,"
           "\"p999_us\":%.1f,\"measured\":%llu,\"answered\":%llu,\"failed\":%llu,\"unmatched\":%llu,"
           "\"unreadable\":%llu,\"first_failure_code\":%llu,\"reply_bytes_mean\":%.1f}\n",
           link_count, depth, (double)measured / seconds, quantile_us(.5), quantile_us(.9), quantile_us(.99),
           quantile_us(.999), (unsigned long long)measured, (unsigned long long)answered, (unsigned long long)failed,
           (unsigned long long)unmatched, (unsigned long long)unreadable, (unsigned long long)first_failure,
           (double)reply_bytes / (double)answered);
    return failed || unmatched || unreadable ? 2 : 0;
}
