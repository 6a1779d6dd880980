// What the C tools know of the wire: frames, and as much of protobuf as it takes to read a reply's id and status.
//
// A frame is one flag byte (0), the payload's length as four big-endian bytes, the payload.
#ifndef STILLWATCH_WIRE_H
#define STILLWATCH_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER_BYTES = 5 };
static const uint64_t NANOSECONDS = 1000000000;

// Says what went wrong and exits: these are tools, nothing here is worth rescuing.
__attribute__((noreturn, format(printf, 1, 2))) static inline void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static inline void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory) fail("no memory for %zu times %zu bytes", count, size);
    return memory;
}

static inline uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

// A whole number from the command line, within bounds.
static inline uint64_t number_argument(const char *name, const char *text, uint64_t least, uint64_t most) {
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || end == text || *end || value < least || value > most)
        fail("%s: expected a number from %llu to %llu, found '%s'", name, (unsigned long long)least,
             (unsigned long long)most, text);
    return value;
}

static inline uint32_t payload_length(const uint8_t *frame) {
    uint32_t length;
    memcpy(&length, frame + 1, sizeof length);
    return ntohl(length);
}

static inline void put_header(uint8_t *frame, uint8_t flag, uint32_t length) {
    uint32_t big_endian = htonl(length);
    frame[0] = flag;
    memcpy(frame + 1, &big_endian, sizeof big_endian);
}

// Reads a varint and moves on; false at the end of the bytes or after ten of them.
static inline bool read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 70 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        if (shift < 64) *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return true;
    }
    return false;
}

// One field of a message: its number, and either a varint or a run of bytes.
struct field {
    uint64_t number, varint;
    const uint8_t *bytes;
    size_t length;
};

// Reads a field and moves on; false if there is none, or none that makes sense.
static inline bool read_field(const uint8_t **at, const uint8_t *end, struct field *field) {
    uint64_t tag, length;
    if (!read_varint(at, end, &tag)) return false;
    *field = (struct field){.number = tag >> 3};
    switch (tag & 7) {
    case 0: return read_varint(at, end, &field->varint);
    case 1: length = 8; break;
    case 2:
        if (!read_varint(at, end, &length)) return false;
        break;
    case 5: length = 4; break;
    default: return false;
    }
    if (length > (uint64_t)(end - *at)) return false;
    field->bytes = *at;
    field->length = (size_t)length;
    *at += length;
    return true;
}

// The id with which a Request or a Reply begins; 0 if it does not begin with one.
static inline uint64_t message_id(const uint8_t *payload, size_t length) {
    const uint8_t *at = payload;
    struct field field;
    return read_field(&at, payload + length, &field) && field.number == 1 && !field.bytes ? field.varint : 0;
}

// Whether the payload is a whole Reply with a status; gives the status code.
static inline bool reply_status(const uint8_t *payload, size_t length, uint64_t *code) {
    const uint8_t *at = payload, *end = payload + length;
    bool has_status = false;
    struct field field, inner;
    while (at < end) {
        if (!read_field(&at, end, &field)) return false;
        if (field.number != 2 || !field.bytes) continue;
        has_status = true;
        *code = 0; // A code of 0 is not on the wire.
        const uint8_t *status = field.bytes;
        while (status < field.bytes + field.length) {
            if (!read_field(&status, field.bytes + field.length, &inner)) return false;
            if (inner.number == 1) *code = inner.varint;
        }
    }
    return has_status;
}

// Frames one after another, as make_requests.py writes them.
struct frames {
    uint8_t *bytes;
    size_t *starts; // count + 1 of them: the last is the end
    size_t count;
};

static inline struct frames load_frames(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail("%s: %s", path, strerror(errno));
    long size = ftell(file);
    if (size < 0) fail("%s: %s", path, strerror(errno));
    rewind(file);
    struct frames frames = {.bytes = allocate((size_t)size + 1, 1)};
    frames.starts = allocate((size_t)size / HEADER_BYTES + 2, sizeof *frames.starts);
    if (fread(frames.bytes, 1, (size_t)size, file) != (size_t)size) fail("%s: read too little", path);
    fclose(file);
    size_t at = 0;
    while (at < (size_t)size) {
        size_t left = (size_t)size - at;
        if (left < HEADER_BYTES || payload_length(frames.bytes + at) > left - HEADER_BYTES)
            fail("%s: the frame at byte %zu is cut off", path, at);
        frames.starts[frames.count++] = at;
        at += HEADER_BYTES + payload_length(frames.bytes + at);
    }
    if (!frames.count) fail("%s: no frames", path);
    frames.starts[frames.count] = at;
    return frames;
}

// A blocking connection to 127.0.0.1 that sends at once what it is given.
static inline int connect_loopback(uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (descriptor < 0) fail("socket: %s", strerror(errno));
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address))
        fail("connect to port %u: %s", port, strerror(errno));
    if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on)) fail("TCP_NODELAY: %s", strerror(errno));
    return descriptor;
}

// Writing to a closed connection is an error to look at, not a signal to die of.
static inline void ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

static inline void make_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)) fail("fcntl: %s", strerror(errno));
}

#endif
