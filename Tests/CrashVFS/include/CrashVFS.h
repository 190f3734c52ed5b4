// SPDX-License-Identifier: Apache-2.0
// A VFS over SQLite's own (sqlite.org/vfs.html), for tests: it works on real files, and keeps in memory what was written,
// synced, created and deleted, in order. From that a test builds what a disk may hold after a power cut.
// A VFS has no renames, and syncs folders only for SQLite: rename(2) and fsync(2) of a program that links this are recorded
// as well.
#ifndef CRASHVFS_H
#define CRASHVFS_H

#include <stdint.h>

// Kinds of operations.
enum {
    /// A file is opened that was not known: it was made, or was there before the recording began.
    CRASHVFS_OPEN = 1,
    /// `length` bytes at `offset`.
    CRASHVFS_WRITE,
    /// The file is `offset` bytes long from now on.
    CRASHVFS_TRUNCATE,
    /// The file's bytes and size are on disk.
    CRASHVFS_SYNC,
    /// The name is gone.
    CRASHVFS_DELETE,
    /// The names in the file's directory are on disk.
    CRASHVFS_DIRECTORY_SYNC,
    /// The test's own mark; `offset` is its number.
    CRASHVFS_NOTE,
    /// The sync of a file failed: what was written since the last one may never arrive, whatever later syncs say
    /// (Rebello et al., ATC 2020).
    CRASHVFS_SYNC_FAILED,
    /// Only for faults: a read.
    CRASHVFS_READ,
    /// The file takes the name of another one, which is gone; `offset` is which.
    CRASHVFS_RENAME,
};

struct crashvfs_operation {
    int kind;
    /// Which file, see `crashvfs_path`; -1 for a note.
    int file;
    int64_t offset;
    int64_t length;
    /// Of a write; valid until the next `crashvfs_begin`.
    const unsigned char *bytes;
};

/// The name under which the VFS is known to SQLite.
extern const char *const crashvfs_name;

/// Makes the VFS known, over the default one; once for a process. Returns SQLite's result code.
int crashvfs_register(int make_default);

/// Forgets what was recorded, and records from now on what happens to files whose path begins with `directory`.
void crashvfs_begin(const char *directory);

/// Records no more. What was recorded stays.
void crashvfs_end(void);

/// Adds a mark at this place in the order, from any thread.
void crashvfs_note(int64_t number);

/// How many operations there are.
int64_t crashvfs_count(void);

/// One of them, from 0. Returns whether there is one.
int crashvfs_get(int64_t index, struct crashvfs_operation *operation);

/// The path of a file of an operation; NULL where there is none.
const char *crashvfs_path(int file);

/// Lets operations of the recorded directory fail: after `after` more calls of `kind` (CRASHVFS_NOTE: of any kind), the next
/// `times` ones return SQLite's `code` and do nothing. `times` 0: no faults. Returns nothing.
void crashvfs_fail(int kind, int64_t after, int64_t times, int code);

/// How many faults there were since `crashvfs_fail`.
int64_t crashvfs_faults(void);

#endif
