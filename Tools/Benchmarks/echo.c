// A bare epoll server that answers each frame with the start of its payload: the yardstick of `Tools/bench score`.
//
//     echo PORT REPLY_BYTES      port 0: any free one; the ready line on stdout names it
//
// One thread. It does for a request what no server can do without: wait, read, find the frame, write. The reply has the
// size of the service's typical reply, so that both move the same bytes; it begins like the request, so with its id.
#define _GNU_SOURCE
#include "wire.h"

#include <sys/epoll.h>

enum { INPUT_BYTES = 256 << 10, OUTPUT_BYTES = 256 << 10, EVENTS_MAX = 256, BACKLOG = 1024 };

struct peer {
    int descriptor;
    bool waits_to_write;
    size_t input_count, output_start, output_end;
    uint8_t input[INPUT_BYTES], output[OUTPUT_BYTES];
};

static int poller;
static size_t reply_length;

static void watch(int operation, int descriptor, uint32_t events, void *peer) {
    struct epoll_event event = {.events = events, .data.ptr = peer};
    if (epoll_ctl(poller, operation, descriptor, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static int listen_loopback(uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (descriptor < 0) fail("socket: %s", strerror(errno));
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)) fail("SO_REUSEADDR: %s", strerror(errno));
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) || listen(descriptor, BACKLOG)
        || getsockname(descriptor, (struct sockaddr *)&address, &length))
        fail("listen on port %u: %s", port, strerror(errno));
    printf("{\"ready\":true,\"listen\":\"127.0.0.1:%u\"}\n", ntohs(address.sin_port));
    fflush(stdout);
    return descriptor;
}

static void accept_peers(int listener) {
    for (;;) {
        int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
        if (descriptor < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno == EAGAIN) return;
            fail("accept: %s", strerror(errno));
        }
        if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on)) fail("TCP_NODELAY: %s", strerror(errno));
        struct peer *peer = allocate(1, sizeof *peer);
        peer->descriptor = descriptor;
        watch(EPOLL_CTL_ADD, descriptor, EPOLLIN, peer);
    }
}

// Answers the whole frames of the input for which the output has room. False if one can never fit.
static bool answer_frames(struct peer *peer) {
    size_t at = 0;
    while (peer->input_count - at >= HEADER_BYTES) {
        const uint8_t *frame = peer->input + at;
        size_t length = payload_length(frame);
        if (length > INPUT_BYTES - HEADER_BYTES) return false;
        if (peer->input_count - at < HEADER_BYTES + length) break;
        if (OUTPUT_BYTES - peer->output_end < HEADER_BYTES + reply_length) break;
        uint8_t *reply = peer->output + peer->output_end;
        size_t copied = length < reply_length ? length : reply_length;
        put_header(reply, 0, (uint32_t)reply_length);
        memcpy(reply + HEADER_BYTES, frame + HEADER_BYTES, copied);
        memset(reply + HEADER_BYTES + copied, 0, reply_length - copied);
        peer->output_end += HEADER_BYTES + reply_length;
        at += HEADER_BYTES + length;
    }
    memmove(peer->input, peer->input + at, peer->input_count - at);
    peer->input_count -= at;
    return true;
}

// Writes what it can; false if the peer is gone.
static bool flush_output(struct peer *peer) {
    while (peer->output_start < peer->output_end) {
        size_t left = peer->output_end - peer->output_start;
        ssize_t count = write(peer->descriptor, peer->output + peer->output_start, left);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN;
        peer->output_start += (size_t)count;
    }
    peer->output_start = peer->output_end = 0;
    return true;
}

// Reads once and answers; false if the peer is to be closed.
static bool serve(struct peer *peer, uint32_t events) {
    if (events & EPOLLOUT && (!flush_output(peer) || !answer_frames(peer))) return false;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !peer->waits_to_write) {
        ssize_t count = read(peer->descriptor, peer->input + peer->input_count, INPUT_BYTES - peer->input_count);
        if (count == 0) return false;
        if (count < 0) return errno == EAGAIN || errno == EINTR;
        peer->input_count += (size_t)count;
        if (!answer_frames(peer)) return false;
    }
    if (!flush_output(peer)) return false;
    bool has_output = peer->output_end > 0;
    if (has_output != peer->waits_to_write) {
        peer->waits_to_write = has_output;
        watch(EPOLL_CTL_MOD, peer->descriptor, has_output ? EPOLLOUT : EPOLLIN, peer);
    }
    return true;
}

int main(int count, char **arguments) {
    if (count != 3) fail("usage: echo PORT REPLY_BYTES");
    uint16_t port = (uint16_t)number_argument("PORT", arguments[1], 0, 65535);
    reply_length = number_argument("REPLY_BYTES", arguments[2], 1, OUTPUT_BYTES / 2);
    ignore_broken_pipes();
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) fail("epoll_create1: %s", strerror(errno));
    int listener = listen_loopback(port);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        int ready = epoll_wait(poller, events, EVENTS_MAX, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
        for (int index = 0; index < ready; index++) {
            struct peer *peer = events[index].data.ptr;
            if (!peer) {
                accept_peers(listener);
            } else if (!serve(peer, events[index].events)) {
                close(peer->descriptor);
                free(peer);
            }
        }
    }
}
