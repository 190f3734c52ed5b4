// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

void clinux_name_this_thread(const char *name)
{
    char cut[16];
    snprintf(cut, sizeof cut, "%s", name);
    pthread_setname_np(pthread_self(), cut);
}

int clinux_start_thread(pthread_t *thread, size_t stack_bytes, void *(*body)(void *), void *context)
{
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code)
        return code;
    code = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (!code)
        code = pthread_create(thread, &attributes, body, context);
    pthread_attr_destroy(&attributes);
    return code;
}

int clinux_clock_is_synchronised(void)
{
    struct timex question = {.modes = 0};
    int state = adjtimex(&question);
    return state >= 0 && state != TIME_ERROR && !(question.status & STA_UNSYNC);
}

int clinux_open_signals(void)
{
    sigset_t read, blocked;
    sigemptyset(&read);
    sigaddset(&read, SIGTERM);
    sigaddset(&read, SIGINT);
    sigaddset(&read, SIGHUP);
    blocked = read;
    sigaddset(&blocked, SIGPIPE);
    int code = pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    if (code) {
        errno = code;
        return -1;
    }
    return signalfd(-1, &read, SFD_CLOEXEC | SFD_NONBLOCK);
}

int clinux_next_signal(int descriptor)
{
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int clinux_peer(int descriptor, pid_t *pid, uid_t *uid, gid_t *gid)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length))
        return -1;
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

int clinux_peer_groups(int descriptor, gid_t *groups, int capacity)
{
    socklen_t length = (socklen_t)capacity * sizeof *groups;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length))
        return -1;
    return (int)(length / sizeof *groups);
}

int clinux_accept(int listener)
{
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
