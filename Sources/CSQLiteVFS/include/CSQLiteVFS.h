// SPDX-License-Identifier: Apache-2.0
// A layer between SQLite and the disk that puts a checksum on each page of a database file and verifies it at each
// read. SQLite has no such checksum: it reads a flipped bit in the file as a value. The log (-wal) has its own
// checksums.
//
// The checksum takes the last 8 bytes of a page, so the database has to reserve them (SQLITE_FCNTL_RESERVE_BYTES before
// its first table). It covers the page's number and all other bytes of the page. It always finds a change within 8
// aligned bytes, a page of zeros, and a page in the wrong place. It misses any other change once in 2^64 cases.
#ifndef CSQLITEVFS_H
#define CSQLITEVFS_H

#include <stdint.h>

enum {
    /// Bytes at the end of a page for the checksum.
    CSQLITEVFS_RESERVED = 8,
    /// A file control for sqlite3_file_control: sets its argument, a sqlite3_file **, to the file below the layer.
    /// Reads of that file are not verified. SQLITE_NOTFOUND if the layer is not used.
    CSQLITEVFS_FCNTL_BELOW = 0x43505601,
};

/// Registers the layer as the VFS `name` above the VFS `below`; NULL is the default one. A second call with the same
/// arguments is allowed. Returns SQLITE_OK, SQLITE_NOMEM, SQLITE_NOTFOUND if there is no `below`, SQLITE_MISUSE if the
/// name is taken.
int csqlitevfs_register_checked(const char *name, const char *below);

/// The index of the first of `bytes / page_size` pages with a wrong checksum, counted from 0; -1 if all are right.
/// `page_size` is a power of two from 512; `first_page` is the number of the first page, counted from 1.
int csqlitevfs_verify(const void *pages, int bytes, int page_size, uint32_t first_page);

/// Writes the checksum into the last 8 bytes of a page.
void csqlitevfs_seal(void *page, int page_size, uint32_t number);

#endif
