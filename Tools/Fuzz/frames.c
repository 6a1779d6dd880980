// Sends random and mutated frames to a running service and counts the answers: every complete frame must get one.
//
//     frames PORT FRAMES COUNT SEED CONNECTIONS
//
// FRAMES is a file of valid framed Requests (make_requests.py --mixed) to mutate: flipped bits, cut or padded payloads,
// spliced requests, odd bytes, wrong inner lengths, noise of any length within the limit. The frame around a payload
// stays right, so that each is owed an answer. Between them, short connections break the framing itself, end in the
// middle of a frame or vanish. What a connection sends depends on SEED and its number only.
//
// One line of JSON on stdout. Exits 1 on the first frame without an answer, answer that is no reply, lost connection,
// or 20 s of silence.
#define _GNU_SOURCE
#include "../Benchmarks/wire.h"

#include <sys/epoll.h>

enum {
    PAYLOAD_MAX = 256 << 10, // WireLimits.framePayloadByteCount
    REPLY_MAX = 4 << 20,     // WireLimits.replyPayloadByteCount
    OUTPUT_BYTES = 1 << 20,
    WINDOW = 32, // frames on the way on one connection
    CONNECTIONS_MAX = 256,
    EVENTS_MAX = 64,
    STALL_MS = 20000,
    FRAMES_PER_RUDE_CONNECTION = 1000,
    CODES = 17,
};

struct link {
    int descriptor;
    bool waits_to_write;
    uint64_t random, to_send, sent, answered;
    size_t input_count, output_start, output_end;
    uint8_t *input, *output;
};

static struct frames frames;
static uint64_t seed, by_code[CODES], rude_connections, last_words;
static int poller;

// splitmix64
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t bound) { return bound ? next_random(state) % bound : 0; }

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// A valid request, chosen at random, copied.
static size_t copy_request(uint64_t *random, uint8_t *payload) {
    size_t index = below(random, frames.count);
    size_t length = frames.starts[index + 1] - frames.starts[index] - HEADER_BYTES;
    memcpy(payload, frames.bytes + frames.starts[index] + HEADER_BYTES, length);
    return length;
}

static void flip_bits(uint64_t *random, uint8_t *payload, size_t length) {
    for (size_t left = 1 + below(random, 8); left && length; left--)
        payload[below(random, length)] ^= (uint8_t)(1u << below(random, 8));
}

static void set_odd_bytes(uint64_t *random, uint8_t *payload, size_t length) {
    static const uint8_t odd[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0xfe};
    size_t start = below(random, length), run = 1 + below(random, 12);
    uint8_t byte = odd[below(random, sizeof odd)];
    for (size_t index = start; index < length && index < start + run; index++) payload[index] = byte;
}

// Puts the tail of another request behind the head of this one.
static size_t splice_requests(uint64_t *random, uint8_t *payload, size_t length) {
    static uint8_t other[PAYLOAD_MAX];
    size_t other_length = copy_request(random, other), head = below(random, length + 1);
    size_t tail = below(random, other_length + 1);
    memcpy(payload + head, other + other_length - tail, tail);
    return head + tail;
}

// Repeats or removes a run of bytes, so that the lengths inside no longer fit.
static size_t repeat_or_remove(uint64_t *random, uint8_t *payload, size_t length) {
    size_t start = below(random, length + 1), run = below(random, smaller(64, length - start) + 1);
    if (below(random, 2)) {
        memmove(payload + start, payload + start + run, length - start - run);
        return length - run;
    }
    memmove(payload + start + run, payload + start, length - start);
    return length + run;
}

// Noise: mostly short, now and then up to the limit.
static size_t make_noise(uint64_t *random, uint8_t *payload) {
    size_t bound = below(random, 200) ? 512 : PAYLOAD_MAX, length = below(random, bound + 1);
    for (size_t index = 0; index < length; index++) payload[index] = (uint8_t)next_random(random);
    return length;
}

// The same request again and again, up to the limit: long, and its last member wins or all of them count.
static size_t repeat_whole(uint64_t *random, uint8_t *payload, size_t length) {
    size_t total = length, times = below(random, 100) ? below(random, 8) : PAYLOAD_MAX;
    for (; times && length && total + length <= PAYLOAD_MAX; times--, total += length)
        memcpy(payload + total, payload, length);
    return total;
}

// Writes a payload to send and gives its length, at most PAYLOAD_MAX.
static size_t make_payload(uint64_t *random, uint8_t *payload) {
    size_t kind = below(random, 16), length = copy_request(random, payload);
    if (kind < 5) flip_bits(random, payload, length);
    else if (kind < 7) length = below(random, length + 1);
    else if (kind < 9) set_odd_bytes(random, payload, length);
    else if (kind < 11) length = splice_requests(random, payload, length);
    else if (kind < 13) length = repeat_or_remove(random, payload, length);
    else if (kind == 13) length = make_noise(random, payload);
    else if (kind == 14) length = below(random, 20) ? length : repeat_whole(random, payload, length);
    return length; // The last kind is sent as it is: a valid request among the others.
}

static void count_reply(const uint8_t *payload, size_t length, const char *where) {
    uint64_t code = 0;
    if (!reply_status(payload, length, &code)) fail("%s: an answer of %zu bytes that is no reply", where, length);
    if (code >= CODES) fail("%s: a status code of %llu", where, (unsigned long long)code);
    by_code[code]++;
}

static void watch(int operation, struct link *link, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = link};
    if (epoll_ctl(poller, operation, link->descriptor, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static void describe(const struct link *link, const char *what) {
    fail("seed %llu: %s on a connection with %llu frames sent and %llu answered", (unsigned long long)seed, what,
         (unsigned long long)link->sent, (unsigned long long)link->answered);
}

// Fills the window and writes what the kernel takes.
static void send_frames(struct link *link) {
    while (link->sent < link->to_send && link->sent - link->answered < WINDOW
           && OUTPUT_BYTES - link->output_end >= HEADER_BYTES + PAYLOAD_MAX) {
        uint8_t *frame = link->output + link->output_end;
        size_t length = make_payload(&link->random, frame + HEADER_BYTES);
        put_header(frame, 0, (uint32_t)length);
        link->output_end += HEADER_BYTES + length;
        link->sent++;
    }
    while (link->output_start < link->output_end) {
        size_t left = link->output_end - link->output_start;
        ssize_t count = write(link->descriptor, link->output + link->output_start, left);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) break;
        if (count < 0) describe(link, strerror(errno));
        link->output_start += (size_t)count;
    }
    if (link->output_start == link->output_end) link->output_start = link->output_end = 0;
    bool has_output = link->output_end > 0;
    if (has_output != link->waits_to_write) {
        link->waits_to_write = has_output;
        watch(EPOLL_CTL_MOD, link, has_output ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
}

// Reads once; gives how many frames were answered.
static uint64_t read_replies(struct link *link) {
    size_t room = HEADER_BYTES + REPLY_MAX - link->input_count;
    ssize_t count = read(link->descriptor, link->input + link->input_count, room);
    if (count == 0) describe(link, "closed by the service");
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (count < 0) describe(link, strerror(errno));
    link->input_count += (size_t)count;
    size_t at = 0;
    uint64_t before = link->answered;
    while (link->input_count - at >= HEADER_BYTES) {
        size_t length = payload_length(link->input + at);
        if (length > REPLY_MAX) describe(link, "an answer that is too long");
        if (link->input_count - at < HEADER_BYTES + length) break;
        if (link->answered == link->sent) describe(link, "an answer too many");
        count_reply(link->input + at + HEADER_BYTES, length, "frames");
        link->answered++;
        at += HEADER_BYTES + length;
    }
    memmove(link->input, link->input + at, link->input_count - at);
    link->input_count -= at;
    return link->answered - before;
}

static void write_all(int descriptor, const uint8_t *bytes, size_t count) {
    while (count) {
        ssize_t written = write(descriptor, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("seed %llu: write to a rude connection: %s", (unsigned long long)seed, strerror(errno));
        bytes += written;
        count -= (size_t)written;
    }
}

// Reads that many bytes; false if the service closed before the first.
static bool read_all(int descriptor, uint8_t *bytes, size_t count) {
    for (size_t have = 0; have < count;) {
        ssize_t got = read(descriptor, bytes + have, count - have);
        if (got < 0 && errno == EINTR) continue;
        if (got == 0 && have == 0) return false;
        if (got <= 0) fail("seed %llu: a rude connection: %s", (unsigned long long)seed,
                           got ? strerror(errno) : "closed in the middle of an answer");
        have += (size_t)got;
    }
    return true;
}

// Reads the answers until the service closes; gives how many, and the last one's status code.
static uint64_t read_until_closed(int descriptor, uint64_t *last_code) {
    static uint8_t bytes[HEADER_BYTES + REPLY_MAX];
    for (uint64_t answers = 0;; answers++) {
        if (!read_all(descriptor, bytes, HEADER_BYTES)) return answers;
        size_t length = payload_length(bytes);
        if (length > REPLY_MAX || (length && !read_all(descriptor, bytes, length))) fail("a rude connection: cut off");
        count_reply(bytes, length, "a rude connection");
        reply_status(bytes, length, last_code);
    }
}

enum rudeness { BAD_FLAG, TOO_LONG, HALF_A_FRAME, VANISH, RUDENESSES };

// Opens a connection, sends a few frames and then something that is none. Blocking, within the stall limit.
static void be_rude(uint16_t port, uint64_t *random) {
    static uint8_t bytes[9 * (HEADER_BYTES + PAYLOAD_MAX)];
    size_t count = 0, frame_count = below(random, 5);
    for (size_t index = 0; index < frame_count; index++) {
        size_t length = make_payload(random, bytes + count + HEADER_BYTES);
        put_header(bytes + count, 0, (uint32_t)length);
        count += HEADER_BYTES + length;
    }
    enum rudeness rudeness = below(random, RUDENESSES);
    if (rudeness == BAD_FLAG) put_header(bytes + count, (uint8_t)(1 + below(random, 255)), 0);
    if (rudeness == TOO_LONG)
        put_header(bytes + count, 0, (uint32_t)(PAYLOAD_MAX + 1 + below(random, UINT32_MAX - PAYLOAD_MAX)));
    if (rudeness == HALF_A_FRAME) put_header(bytes + count, 0, 100);
    count += rudeness == VANISH ? 0 : HEADER_BYTES;

    int descriptor = connect_loopback(port);
    struct timeval patience = {.tv_sec = STALL_MS / 1000};
    struct linger at_once = {.l_onoff = 1};
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience)
        || setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience)
        || (rudeness == VANISH && setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once)))
        fail("setsockopt: %s", strerror(errno));
    write_all(descriptor, bytes, count);
    if (rudeness == HALF_A_FRAME && shutdown(descriptor, SHUT_WR)) fail("shutdown: %s", strerror(errno));
    if (rudeness != VANISH) {
        uint64_t code = 0, answers = read_until_closed(descriptor, &code);
        bool has_last_word = answers == frame_count + 1 && code != 0;
        // A connection that ends inside a frame may get a last word, it need not.
        if (!has_last_word && !(rudeness == HALF_A_FRAME && answers == frame_count))
            fail("seed %llu: broken framing (%d) after %zu frames got %llu answers, the last with status %llu",
                 (unsigned long long)seed, rudeness, frame_count, (unsigned long long)answers,
                 (unsigned long long)code);
        last_words += has_last_word;
    }
    close(descriptor);
    rude_connections++;
}

static void open_link(struct link *link, uint16_t port, size_t index, uint64_t to_send) {
    link->descriptor = connect_loopback(port);
    make_nonblocking(link->descriptor);
    link->input = allocate(HEADER_BYTES + REPLY_MAX, 1);
    link->output = allocate(OUTPUT_BYTES + PAYLOAD_MAX, 1);
    link->random = seed;
    link->random = next_random(&link->random) + index;
    link->to_send = to_send;
    watch(EPOLL_CTL_ADD, link, EPOLLIN);
    send_frames(link);
}

static void run(struct link *links, uint16_t port, uint64_t count) {
    struct epoll_event events[EVENTS_MAX];
    uint64_t answered = 0, random = ~seed;
    while (answered < count) {
        int ready = epoll_wait(poller, events, EVENTS_MAX, STALL_MS);
        if (ready == 0) describe(links, "silence");
        if (ready < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
        for (int index = 0; index < ready; index++) {
            struct link *link = events[index].data.ptr;
            if (events[index].events & ~(uint32_t)EPOLLOUT) answered += read_replies(link);
            send_frames(link);
        }
        while (rude_connections < answered / FRAMES_PER_RUDE_CONNECTION) be_rude(port, &random);
    }
}

int main(int count, char **arguments) {
    if (count != 6) fail("usage: frames PORT FRAMES COUNT SEED CONNECTIONS");
    uint16_t port = (uint16_t)number_argument("PORT", arguments[1], 1, 65535);
    frames = load_frames(arguments[2]);
    uint64_t total = number_argument("COUNT", arguments[3], 1, UINT64_MAX >> 1);
    seed = number_argument("SEED", arguments[4], 0, UINT64_MAX);
    size_t link_count = number_argument("CONNECTIONS", arguments[5], 1, CONNECTIONS_MAX);
    for (size_t index = 0; index < frames.count; index++)
        if (frames.starts[index + 1] - frames.starts[index] - HEADER_BYTES > PAYLOAD_MAX / 4)
            fail("%s: frame %zu is too long to be mutated", arguments[2], index);
    ignore_broken_pipes();
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) fail("epoll_create1: %s", strerror(errno));
    struct link *links = allocate(link_count, sizeof *links);
    for (size_t index = 0; index < link_count; index++)
        open_link(&links[index], port, index, total / link_count + (index < total % link_count));
    run(links, port, total);

    uint64_t answered = 0;
    for (size_t index = 0; index < link_count; index++) answered += links[index].answered;
    printf("{\"frames\":%llu,\"answered\":%llu,\"rude_connections\":%llu,\"last_words\":%llu,\"by_code\":{",
           (unsigned long long)total, (unsigned long long)answered, (unsigned long long)rude_connections,
           (unsigned long long)last_words);
    const char *separator = "";
    for (size_t code = 0; code < CODES; code++) {
        if (!by_code[code]) continue;
        printf("%s\"%zu\":%llu", separator, code, (unsigned long long)by_code[code]);
        separator = ",";
    }
    printf("}}\n");
    return 0;
}
