// SPDX-License-Identifier: Apache-2.0
#ifndef CModbus_SHIM_H
#define CModbus_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// libmodbus' own errors are expression macros, which Swift does not import.
static const int cmodbus_exception_base = MODBUS_ENOBASE;
static const int cmodbus_exception_most = EMBXGTAR;
static const int cmodbus_bad_data = EMBBADDATA;
static const int cmodbus_bad_checksum = EMBBADCRC;
static const int cmodbus_bad_unit = EMBBADSLAVE;
static const int cmodbus_error_most = EMBBADSLAVE;
// Ours, beyond libmodbus' own: the request itself came back.
static const int cmodbus_echo = EMBBADSLAVE + 100;

// Flags that Swift imports as one type or another, depending on its version.
static const int cmodbus_eventfd_flags = EFD_CLOEXEC;
static const int cmodbus_no_signal = MSG_NOSIGNAL;
static const int cmodbus_no_wait = MSG_DONTWAIT;

/// Takes a serial line for this process alone: libmodbus opens it with O_EXCL, which locks nothing.
/// TIOCEXCL keeps other programs out, flock the ones that run as root and ask. Returns 0, or -1 with errno set.
static inline int cmodbus_take_line(int descriptor)
{
    if (ioctl(descriptor, TIOCEXCL))
        return -1;
    return flock(descriptor, LOCK_EX | LOCK_NB);
}

/// Ends TIOCEXCL, which would otherwise outlive this process wherever somebody else holds the line open.
static inline void cmodbus_give_back_line(int descriptor)
{
    ioctl(descriptor, TIOCNXCL);
}

/// Two connected stream sockets, closed on exec. Returns 0, or -1 with errno set (socketpair(2)).
static inline int cmodbus_socket_pair(int ends[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

/// Begins to connect to a numeric address, never blocking, closed on exec, sending at once what is written (TCP_NODELAY).
/// Returns the socket, or -1 with errno set; EINVAL where `address` is none.
static inline int cmodbus_begin_connecting(const char *address, uint16_t port)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = 0;
    if (getaddrinfo(address, 0, &hints, &found)) {
        errno = EINVAL;
        return -1;
    }
    // The port is at the same place in both kinds of address.
    ((struct sockaddr_in *)found->ai_addr)->sin_port = htons(port);
    int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, code = 0;
    if (descriptor < 0) {
        code = errno;
    } else {
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(descriptor, found->ai_addr, found->ai_addrlen) && errno != EINPROGRESS && errno != EINTR)
            code = errno;
    }
    freeaddrinfo(found);
    if (code && descriptor >= 0) {
        close(descriptor);
        descriptor = -1;
    }
    errno = code;
    return descriptor;
}

/// How connecting ended: 0, or its errno (SO_ERROR, socket(7)).
static inline int cmodbus_connecting_failed(int descriptor)
{
    int code = 0;
    socklen_t length = sizeof code;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) ? errno : code;
}

/// The port that a socket is bound to. Returns 0, or -1 with errno set.
static inline int cmodbus_port(int descriptor, uint16_t *port)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length))
        return -1;
    // The port is at the same place in both kinds of address.
    *port = ntohs(((struct sockaddr_in *)&address)->sin_port);
    return 0;
}

/// Takes the next client of `listening` without waiting on it later. Returns -1 when none waits.
static inline int cmodbus_accept(int listening)
{
    struct pollfd one = {.fd = listening, .events = POLLIN};
    if (poll(&one, 1, 0) <= 0)
        return -1;
    int client = accept(listening, 0, 0);
    if (client >= 0) {
        int on = 1;
        fcntl(client, F_SETFD, FD_CLOEXEC);
        fcntl(client, F_SETFL, O_NONBLOCK);
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return client;
}

/// Looks `host` up, for stream sockets: 0 and `found`, which is the caller's to free, or its EAI_ code (getaddrinfo(3)).
static inline int cmodbus_look_up(const char *host, struct addrinfo **found)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    *found = 0;
    return getaddrinfo(host, 0, &hints, found);
}

/// Whether the resolver knows `host`: 0, or its EAI_ code. libmodbus says ECONNREFUSED to both.
static inline int cmodbus_resolve(const char *host)
{
    struct addrinfo *found;
    int code = cmodbus_look_up(host, &found);
    if (!code)
        freeaddrinfo(found);
    return code;
}

#endif
