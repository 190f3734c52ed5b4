// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
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

// A timer that never expires. Setting the clock cancels it, and that is what is watched.
static int arm_clock_watch(int descriptor)
{
    const struct itimerspec never = {.it_value = {.tv_sec = INT64_MAX}};
    // The result may be ECANCELED: the clock was set since the last call. The timer is armed in that case too.
    return timerfd_settime(descriptor, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

int clinux_watch_clock(void)
{
    int descriptor = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (descriptor < 0)
        return -1;
    if (arm_clock_watch(descriptor) && errno != ECANCELED) {
        int code = errno;
        close(descriptor);
        errno = code;
        return -1;
    }
    return descriptor;
}

int clinux_clock_was_set(int descriptor)
{
    uint64_t expirations;
    if (read(descriptor, &expirations, sizeof expirations) >= 0 || errno != ECANCELED)
        return 0;
    arm_clock_watch(descriptor);
    return 1;
}

int clinux_open_signals(int another)
{
    sigset_t read, blocked;
    sigemptyset(&read);
    sigaddset(&read, SIGTERM);
    sigaddset(&read, SIGINT);
    sigaddset(&read, SIGHUP);
    if (another)
        sigaddset(&read, another);
    blocked = read;
    sigaddset(&blocked, SIGPIPE);
    // A watchdog outside sends SIGABRT. Swift's backtrace handler would return, and the process would continue.
    signal(SIGABRT, SIG_DFL);
    int code = pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    if (code) {
        errno = code;
        return -1;
    }
    return signalfd(-1, &read, SFD_CLOEXEC | SFD_NONBLOCK);
}

int clinux_make_memory_file(const char *name)
{
    return memfd_create(name, 0);
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

int clinux_open_pseudo_terminal(char *slave_path, size_t size)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0)
        return -1;
    if (grantpt(master) || unlockpt(master) || ptsname_r(master, slave_path, size)) {
        close(master);
        return -1;
    }
    return master;
}

int clinux_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC);
}

// In the child, between fork and exec: async-signal-safe calls only (signal-safety(7)).
static void become(const char *path, char *const arguments[], char *const environment[], const char *directory,
                   const int streams[3], pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent || setpgid(0, 0))
        return;
    int moved[3];
    for (int i = 0; i < 3; i++) {
        // Move the stream above 0, 1 and 2. It may be one of them if the parent was started with them closed.
        moved[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 3);
        if (moved[i] < 0)
            return;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(moved[i], i) < 0)
            return;
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) || (directory && chdir(directory)))
        return;
    // The new program would inherit ignored and blocked signals, so reset them.
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, arguments, environment);
}

pid_t clinux_spawn(const char *path, char *const arguments[], char *const environment[], const char *directory,
                   int input, int output, int error)
{
    const int streams[3] = {input, output, error};
    int report[2];
    if (pipe2(report, O_CLOEXEC))
        return -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        // If the parent lacks descriptors 0 to 2, the pipe may have one of them, and dup2 would overwrite it.
        int reporting = fcntl(report[1], F_DUPFD_CLOEXEC, 3);
        become(path, arguments, environment, directory, streams, parent);
        int code = errno;
        if (write(reporting, &code, sizeof code) < 0)
            _exit(126);
        _exit(127);
    }
    int code = errno;
    close(report[1]);
    if (child > 0) {
        // If there is nothing to read, exec has closed the pipe.
        ssize_t count;
        do {
            count = read(report[0], &code, sizeof code);
        } while (count < 0 && errno == EINTR);
        if (count == sizeof code) {
            waitpid(child, NULL, 0);
            child = -1;
        }
    }
    close(report[0]);
    if (child < 0)
        errno = code;
    return child;
}

char *const *clinux_environment(void)
{
    return environ;
}

int64_t clinux_birth_time(const char *path)
{
    struct statx found;
    if (statx(AT_FDCWD, path, 0, STATX_BTIME, &found) != 0 || !(found.stx_mask & STATX_BTIME)) {
        return 0;
    }
    return (int64_t)found.stx_btime.tv_sec * 1000000000 + found.stx_btime.tv_nsec;
}

void clinux_return_memory(void)
{
    malloc_trim(0);
}
