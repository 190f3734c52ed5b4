// SPDX-License-Identifier: Apache-2.0
// A layer between SQLite and the disk that puts a checksum on each page of a database file, and verifies it at each read.
// SQLite has none there: a flipped bit in the file is read as a value. The log (-wal) has its own checksums.
//
// The checksum takes the last 8 bytes of a page, so the database has to reserve them (SQLITE_FCNTL_RESERVE_BYTES before
// its first table). It covers the page's number and all other bytes of the page: any change within 8 aligned bytes is
// found for certain, and so is a zeroed page or one at another page's place; anything else but once in 2^64.
#ifndef CSQLITEVFS_H
#define CSQLITEVFS_H

#include <stdint.h>

enum {
    /// How many bytes at the end of a page the checksum takes.
    CSQLITEVFS_RESERVED = 8,
    /// A file control for sqlite3_file_control: sets its argument, a sqlite3_file **, to the file below the layer, whose
    /// reads are not verified. SQLITE_NOTFOUND where the layer is not there.
    CSQLITEVFS_FCNTL_BELOW = 0x43505601,
};

/// Registers the layer as the VFS `name`, over the VFS `below`; NULL is the default one. Again with the same two is fine.
/// SQLITE_OK, SQLITE_NOMEM, SQLITE_NOTFOUND for no such `below`, SQLITE_MISUSE for a name that is taken.
int csqlitevfs_register_checked(const char *name, const char *below);

/// The first of `bytes / page_size` pages whose checksum is wrong, counted from 0; -1 where all are right.
/// `page_size` is a power of two from 512; `first_page` is the number of the first one, counted from 1.
int csqlitevfs_verify(const void *pages, int bytes, int page_size, uint32_t first_page);

/// Writes the checksum into the last 8 bytes of a page.
void csqlitevfs_seal(void *page, int page_size, uint32_t number);

#endif
