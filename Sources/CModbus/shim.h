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

// libmodbus' own errors are expression macros, which Swift does not import.
static const int cmodbus_exception_base = MODBUS_ENOBASE;
static const int cmodbus_exception_most = EMBXGTAR;
static const int cmodbus_bad_data = EMBBADDATA;
static const int cmodbus_error_most = EMBBADSLAVE;

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

/// Whether the resolver knows `host`: 0, or its EAI_ code (getaddrinfo(3)). libmodbus says ECONNREFUSED to both.
static inline int cmodbus_resolve(const char *host)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = 0;
    int code = getaddrinfo(host, 0, &hints, &found);
    if (!code)
        freeaddrinfo(found);
    return code;
}

#endif
