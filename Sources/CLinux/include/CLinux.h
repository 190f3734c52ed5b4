// SPDX-License-Identifier: Apache-2.0
// Linux calls that Swift's Glibc module lacks: epoll, eventfd, signalfd, thread names, the state of the kernel's clock.
#ifndef CLINUX_H
#define CLINUX_H

#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timex.h>

// Flags whose type in Swift depends on the Swift version.
static const uint32_t clinux_readable = EPOLLIN;
static const uint32_t clinux_writable = EPOLLOUT;
static const uint32_t clinux_hung_up = EPOLLHUP;
static const uint32_t clinux_failed = EPOLLERR;
static const int clinux_epoll_close_on_exec = EPOLL_CLOEXEC;
static const int clinux_eventfd_flags = EFD_CLOEXEC | EFD_NONBLOCK;

/// Names the calling thread, for `ps -L` and debuggers: 15 bytes, cut if longer (pthread_setname_np(3)).
void clinux_name_this_thread(const char *name);

/// Starts a thread with a stack of `stack_bytes`. Returns 0 or an errno value (pthread_create(3)).
int clinux_start_thread(pthread_t *thread, size_t stack_bytes, void *(*body)(void *), void *context);

/// Whether the kernel considers its clock synchronised (adjtimex(2): neither TIME_ERROR nor STA_UNSYNC).
int clinux_clock_is_synchronised(void);

/// Creates a descriptor that becomes readable when the wall clock is set (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
/// Returns -1 with errno set on failure.
int clinux_watch_clock(void);

/// Whether the wall clock was set since the last call; starts watching again.
int clinux_clock_was_set(int descriptor);

/// Creates a descriptor that reads the signals SIGTERM, SIGINT and SIGHUP, and `another` if it is not 0 (signalfd(2)).
/// Blocks them and SIGPIPE in the calling thread and in threads it starts. Gives SIGABRT its default action, which ends
/// the process. Returns -1 with errno set on failure.
int clinux_open_signals(int another);

/// Creates a memory file that stays open across exec (memfd_create(2)). Returns its descriptor, or -1 with errno set.
int clinux_make_memory_file(const char *name);

/// The number of the next waiting signal of `descriptor`; 0 when there is none.
int clinux_next_signal(int descriptor);

/// The peer of a connected Unix socket (unix(7), SO_PEERCRED). Returns 0, or -1 with errno set.
int clinux_peer(int descriptor, pid_t *pid, uid_t *uid, gid_t *gid);

/// The supplementary groups of that peer (SO_PEERGROUPS, Linux 4.13). Returns their number, or -1 with errno set:
/// ERANGE when there are more than `capacity`.
int clinux_peer_groups(int descriptor, gid_t *groups, int capacity);

/// Accepts one connection, non-blocking and close-on-exec. Returns -1 with errno set (accept4(2)).
int clinux_accept(int listener);

/// Opens a pseudo-terminal (pty(7)) and returns its master, non-blocking and close-on-exec. The path of the slave goes
/// to `slave_path`. Returns -1 with errno set on failure.
int clinux_open_pseudo_terminal(char *slave_path, size_t size);
/// Creates a pipe, close-on-exec at both ends. Returns 0, or -1 with errno set (pipe2(2)).
int clinux_pipe(int ends[2]);

/// Runs the program `path` as the leader of its own process group. It has only the descriptors `input`, `output` and
/// `error`, default signals, and `directory` as working directory (NULL: the caller's). It is killed when the *thread*
/// that called this function ends (prctl(2), PR_SET_PDEATHSIG). Returns its pid, or -1 with errno set, also if the
/// program could not be executed.
pid_t clinux_spawn(const char *path, char *const arguments[], char *const environment[], const char *directory,
                   int input, int output, int error);

/// When a file was created, in nanoseconds since 1970 (statx(2), STATX_BTIME); 0 if the file system does not record it.
int64_t clinux_birth_time(const char *path);

/// Returns freed memory to the system (malloc_trim(3)).
void clinux_return_memory(void);

/// The environment: `NAME=value` strings, with NULL at the end (environ(7)).
char *const *clinux_environment(void);

#endif
