// SPDX-License-Identifier: Apache-2.0
// A VFS above SQLite's own (sqlite.org/vfs.html), for tests. It works on real files, and records in memory what was
// written, synced, created and deleted, in order. A test computes from this what a disk may hold after a power cut. A
// VFS has no renames, and syncs directories only for SQLite. So rename(2) and fsync(2) of the program that links this
// are recorded too.
#ifndef CRASHVFS_H
#define CRASHVFS_H

#include <stdint.h>

// Kinds of operations.
enum {
    /// A file was opened that was not known: it was made, or it existed before the recording began.
    CRASHVFS_OPEN = 1,
    /// `length` bytes at `offset`.
    CRASHVFS_WRITE,
    /// The file is now `offset` bytes long.
    CRASHVFS_TRUNCATE,
    /// The file's bytes and size are on disk.
    CRASHVFS_SYNC,
    /// The name is gone.
    CRASHVFS_DELETE,
    /// The names in the file's directory are on disk.
    CRASHVFS_DIRECTORY_SYNC,
    /// A mark of the test; `offset` is its number.
    CRASHVFS_NOTE,
    /// The sync of a file failed: data written since the last sync may never reach the disk, whatever later syncs
    /// return (Rebello et al., ATC 2020).
    CRASHVFS_SYNC_FAILED,
    /// Only for faults: a read.
    CRASHVFS_READ,
    /// The file gets the name of another file, which is then gone; `offset` is the other file's index.
    CRASHVFS_RENAME,
};

struct crashvfs_operation {
    int kind;
    /// The file's index, see `crashvfs_path`; -1 for a note, and for the sync of a directory by fsync(2).
    int file;
    int64_t offset;
    int64_t length;
    /// The bytes of a write; valid until the next `crashvfs_begin`.
    const unsigned char *bytes;
};

/// The name of the VFS in SQLite.
extern const char *const crashvfs_name;

/// Registers the VFS above the default one; call it once in a process. Returns SQLite's result code.
int crashvfs_register(int make_default);

/// Begins an empty recording of the files whose path begins with `directory`.
void crashvfs_begin(const char *directory);

/// Ends the recording. Its operations stay.
void crashvfs_end(void);

/// Adds a mark to the recording, from any thread.
void crashvfs_note(int64_t number);

/// Number of recorded operations.
int64_t crashvfs_count(void);

/// The operation at `index`, from 0. Returns whether there is one.
int crashvfs_get(int64_t index, struct crashvfs_operation *operation);

/// The path of an operation's file; NULL if there is none.
const char *crashvfs_path(int file);

/// Makes operations in the recorded directory fail. After `after` more calls of `kind` (CRASHVFS_NOTE: of any kind),
/// the next `times` calls return SQLite's `code` and do nothing. `times` 0: no faults.
void crashvfs_fail(int kind, int64_t after, int64_t times, int code);

/// Number of faults since `crashvfs_fail`.
int64_t crashvfs_faults(void);

#endif
