// SPDX-License-Identifier: Apache-2.0
#include "CSQLiteVFS.h"

#include <endian.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

// MARK: The checksum

// Each step is a bijection, so a change of one word always changes the result.
static inline uint64_t mix(uint64_t value)
{
    value *= UINT64_C(0x9E3779B97F4A7C15);
    return value ^ (value >> 29);
}

static inline uint64_t word(const unsigned char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return le64toh(value);
}

// Two lanes, because the processor can then multiply in parallel. The page number takes the place of the checksum.
static uint64_t checksum(const unsigned char *page, int size, uint32_t number)
{
    uint64_t even = UINT64_C(0x243F6A8885A308D3), odd = UINT64_C(0x13198A2E03707344);
    int last = size - 16;
    for (int at = 0; at < last; at += 16) {
        even = mix(even ^ word(page + at));
        odd = mix(odd ^ word(page + at + 8));
    }
    even = mix(even ^ word(page + last));
    odd = mix(odd ^ number);
    uint64_t sum = mix(mix(even) + odd);
    // So a page of zeros is never right.
    return sum ? sum : 1;
}

static bool is_right(const unsigned char *page, int size, uint32_t number)
{
    return word(page + size - CSQLITEVFS_RESERVED) == checksum(page, size, number);
}

int csqlitevfs_verify(const void *pages, int bytes, int page_size, uint32_t first_page)
{
    const unsigned char *page = pages;
    int count = bytes / page_size;
    for (int index = 0; index < count; index++, page += page_size) {
        if (!is_right(page, page_size, first_page + (uint32_t)index)) return index;
    }
    return -1;
}

void csqlitevfs_seal(void *page, int page_size, uint32_t number)
{
    uint64_t sum = htole64(checksum(page, page_size, number));
    memcpy((unsigned char *)page + page_size - CSQLITEVFS_RESERVED, &sum, sizeof sum);
}

// MARK: Whether a file has checksums

enum { SMALLEST_PAGE = 512, LARGEST_PAGE = 65536, HEADER_SIZE = 100 };

enum state {
    // Page 1 does not exist yet, or is damaged. Reads are verified, so that a damaged page 1 does not switch checks
    // off.
    UNKNOWN,
    CHECKED,
    // The database reserves no bytes for checksums.
    UNCHECKED,
};

struct checked_file {
    sqlite3_file base;
    // SQLite's pointer, valid until the file is closed.
    const char *path;
    // The file below, stored after this struct.
    sqlite3_file *below;
    // Room for one page.
    unsigned char *page;
    enum state state;
    // 0 unless CHECKED.
    int page_size;
};

static bool is_page_size(int bytes)
{
    return bytes >= SMALLEST_PAGE && bytes <= LARGEST_PAGE && (bytes & (bytes - 1)) == 0;
}

// The page size in the header of page 1 (sqlite.org/fileformat2.html, 1.3); 0 if the header is not sound.
static int page_size_in(const unsigned char *header)
{
    if (memcmp(header, "SQLite format 3", 16) != 0) return 0;
    if (header[18] < 1 || header[18] > 2 || header[19] < 1 || header[19] > 2) return 0;
    if (header[21] != 64 || header[22] != 32 || header[23] != 32) return 0;
    int size = header[16] << 8 | header[17] << 16;
    return is_page_size(size) ? size : 0;
}

// Reads page 1 to learn whether the pages have checksums.
static void look(struct checked_file *file)
{
    unsigned char *page = file->page;
    if (file->below->pMethods->xRead(file->below, page, HEADER_SIZE, 0) != SQLITE_OK) return;
    int size = page_size_in(page);
    if (size == 0 || file->below->pMethods->xRead(file->below, page, size, 0) != SQLITE_OK) return;
    if (page[20] >= CSQLITEVFS_RESERVED) {
        if (!is_right(page, size, 1)) return;
        file->state = CHECKED;
        file->page_size = size;
    } else {
        // Perhaps only this byte is damaged.
        page[20] = CSQLITEVFS_RESERVED;
        if (!is_right(page, size, 1)) file->state = UNCHECKED;
    }
}

// MARK: Reading and writing

static int damaged(const struct checked_file *file, sqlite3_int64 offset)
{
    sqlite3_log(
        SQLITE_IOERR_DATA, "wrong page at offset %lld of %s", offset, file->path ? file->path : "a temporary file");
    return SQLITE_IOERR_DATA;
}

static int checked_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset)
{
    struct checked_file *file = (struct checked_file *)base;
    sqlite3_file *below = file->below;
    if (file->state == UNKNOWN) look(file);
    // SQLite first reads the header alone, to learn the page size. It then reads all of page 1 before it continues.
    if (file->state == UNCHECKED || offset + count <= HEADER_SIZE) {
        return below->pMethods->xRead(below, bytes, count, offset);
    }

    int size = file->state == CHECKED ? file->page_size : count;
    if (size == count && is_page_size(count) && offset % count == 0) {
        int code = below->pMethods->xRead(below, bytes, count, offset);
        if (code == SQLITE_IOERR_SHORT_READ) {
            // SQLite takes a short read for a page of zeros. That is right only for a file that is still empty: SQLite
            // never reads a page beyond the end before it was written.
            sqlite3_int64 end = 0;
            int failed = below->pMethods->xFileSize(below, &end);
            if (failed) return failed;
            return file->state == UNKNOWN && end == 0 ? code : damaged(file, offset);
        }
        if (code != SQLITE_OK) return code;
        return is_right(bytes, count, (uint32_t)(offset / count + 1)) ? SQLITE_OK : damaged(file, offset);
    }

    // SQLite 3.45 and later read the usable part of an overflow page straight into the value. Verify the whole page.
    sqlite3_int64 start = file->state == CHECKED ? offset - offset % size : 0;
    if (file->state != CHECKED || offset + count > start + size) return damaged(file, offset);
    int code = below->pMethods->xRead(below, file->page, size, start);
    if (code == SQLITE_IOERR_SHORT_READ) return damaged(file, offset);
    if (code != SQLITE_OK) return code;
    if (!is_right(file->page, size, (uint32_t)(start / size + 1))) return damaged(file, offset);
    memcpy(bytes, file->page + (offset - start), (size_t)count);
    return SQLITE_OK;
}

static int checked_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset)
{
    struct checked_file *file = (struct checked_file *)base;
    sqlite3_file *below = file->below;
    const unsigned char *page = bytes;
    if (offset == 0 && is_page_size(count) && page_size_in(page) == count) {
        bool has_room = page[20] >= CSQLITEVFS_RESERVED;
        file->state = has_room ? CHECKED : UNCHECKED;
        file->page_size = has_room ? count : 0;
    } else if (file->state == UNKNOWN) {
        look(file);
    }
    if (file->state != CHECKED) return below->pMethods->xWrite(below, bytes, count, offset);
    // SQLite writes whole pages only. A part of a page would leave a wrong checksum.
    if (count != file->page_size || offset % count != 0) return SQLITE_IOERR_WRITE;
    // Do not change SQLite's own copy: others may read it meanwhile.
    memcpy(file->page, bytes, (size_t)count);
    csqlitevfs_seal(file->page, count, (uint32_t)(offset / count + 1));
    return below->pMethods->xWrite(below, file->page, count, offset);
}

static int checked_control(sqlite3_file *base, int operation, void *argument)
{
    struct checked_file *file = (struct checked_file *)base;
    switch (operation) {
    case CSQLITEVFS_FCNTL_BELOW:
        *(sqlite3_file **)argument = file->below;
        return SQLITE_OK;
    case SQLITE_FCNTL_MMAP_SIZE:
        // Nobody would verify a page that SQLite reads in mapped memory.
        *(sqlite3_int64 *)argument = 0;
        return SQLITE_OK;
    }
    int code = file->below->pMethods->xFileControl(file->below, operation, argument);
    if (code == SQLITE_OK && operation == SQLITE_FCNTL_VFSNAME) {
        *(char **)argument = sqlite3_mprintf("checked/%z", *(char **)argument);
    }
    return code;
}

// MARK: Calls passed to the file below

#define BELOW(file) (((struct checked_file *)(file))->below)
#define PASS(file, method, ...) BELOW(file)->pMethods->method(BELOW(file), ##__VA_ARGS__)

static int checked_close(sqlite3_file *file)
{
    sqlite3_free(((struct checked_file *)file)->page);
    return PASS(file, xClose);
}

static int checked_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return PASS(file, xTruncate, size);
}

static int checked_sync(sqlite3_file *file, int flags)
{
    return PASS(file, xSync, flags);
}

static int checked_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return PASS(file, xFileSize, size);
}

static int checked_lock(sqlite3_file *file, int level)
{
    return PASS(file, xLock, level);
}

static int checked_unlock(sqlite3_file *file, int level)
{
    return PASS(file, xUnlock, level);
}

static int checked_reserved_lock(sqlite3_file *file, int *is_held)
{
    return PASS(file, xCheckReservedLock, is_held);
}

static int checked_sector_size(sqlite3_file *file)
{
    return PASS(file, xSectorSize);
}

static int checked_characteristics(sqlite3_file *file)
{
    return PASS(file, xDeviceCharacteristics);
}

static int checked_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **map)
{
    return PASS(file, xShmMap, region, size, extend, map);
}

static int checked_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return PASS(file, xShmLock, offset, count, flags);
}

static void checked_shm_barrier(sqlite3_file *file)
{
    PASS(file, xShmBarrier);
}

static int checked_shm_unmap(sqlite3_file *file, int remove)
{
    return PASS(file, xShmUnmap, remove);
}

// At most version 2, because version 3 would offer mapped memory. Version 1 is for files without a log.
#define METHODS(version) \
    { \
        .iVersion = version, .xClose = checked_close, .xRead = checked_read, .xWrite = checked_write, \
        .xTruncate = checked_truncate, .xSync = checked_sync, .xFileSize = checked_file_size, .xLock = checked_lock, \
        .xUnlock = checked_unlock, .xCheckReservedLock = checked_reserved_lock, .xFileControl = checked_control, \
        .xSectorSize = checked_sector_size, .xDeviceCharacteristics = checked_characteristics, \
        .xShmMap = checked_shm_map, .xShmLock = checked_shm_lock, .xShmBarrier = checked_shm_barrier, \
        .xShmUnmap = checked_shm_unmap \
    }

static const sqlite3_io_methods methods_1 = METHODS(1), methods_2 = METHODS(2);

// MARK: The VFS

struct checked_vfs {
    sqlite3_vfs base;
    sqlite3_vfs *below;
    char name[];
};

#define VFS_BELOW(vfs) (((struct checked_vfs *)(vfs))->below)

// The file below begins after ours, aligned for any type.
enum { FILE_SIZE = (sizeof(struct checked_file) + 15) / 16 * 16 };

static int checked_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *granted)
{
    sqlite3_vfs *below = VFS_BELOW(vfs);
    // The log and other files are opened by the VFS below, without this layer.
    if (!(flags & SQLITE_OPEN_MAIN_DB)) return below->xOpen(below, path, base, flags, granted);
    struct checked_file *file = (struct checked_file *)base;
    memset(file, 0, FILE_SIZE);
    file->path = path;
    file->below = (sqlite3_file *)((char *)file + FILE_SIZE);
    file->below->pMethods = NULL;
    file->page = sqlite3_malloc(LARGEST_PAGE);
    if (!file->page) return SQLITE_NOMEM;
    int code = below->xOpen(below, path, file->below, flags, granted);
    if (file->below->pMethods) {
        // SQLite calls xClose even if the file could not be opened.
        file->base.pMethods = file->below->pMethods->iVersion >= 2 ? &methods_2 : &methods_1;
    } else {
        sqlite3_free(file->page);
    }
    return code;
}

static int checked_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    return VFS_BELOW(vfs)->xDelete(VFS_BELOW(vfs), path, sync_folder);
}

static int checked_access(sqlite3_vfs *vfs, const char *path, int flags, int *answer)
{
    return VFS_BELOW(vfs)->xAccess(VFS_BELOW(vfs), path, flags, answer);
}

static int checked_full_pathname(sqlite3_vfs *vfs, const char *path, int room, char *full)
{
    return VFS_BELOW(vfs)->xFullPathname(VFS_BELOW(vfs), path, room, full);
}

static void *checked_dl_open(sqlite3_vfs *vfs, const char *path)
{
    return VFS_BELOW(vfs)->xDlOpen(VFS_BELOW(vfs), path);
}

static void checked_dl_error(sqlite3_vfs *vfs, int room, char *message)
{
    VFS_BELOW(vfs)->xDlError(VFS_BELOW(vfs), room, message);
}

static void (*checked_dl_sym(sqlite3_vfs *vfs, void *library, const char *symbol))(void)
{
    return VFS_BELOW(vfs)->xDlSym(VFS_BELOW(vfs), library, symbol);
}

static void checked_dl_close(sqlite3_vfs *vfs, void *library)
{
    VFS_BELOW(vfs)->xDlClose(VFS_BELOW(vfs), library);
}

static int checked_randomness(sqlite3_vfs *vfs, int count, char *bytes)
{
    return VFS_BELOW(vfs)->xRandomness(VFS_BELOW(vfs), count, bytes);
}

static int checked_sleep(sqlite3_vfs *vfs, int microseconds)
{
    return VFS_BELOW(vfs)->xSleep(VFS_BELOW(vfs), microseconds);
}

static int checked_current_time(sqlite3_vfs *vfs, double *day)
{
    return VFS_BELOW(vfs)->xCurrentTime(VFS_BELOW(vfs), day);
}

static int checked_last_error(sqlite3_vfs *vfs, int room, char *message)
{
    return VFS_BELOW(vfs)->xGetLastError(VFS_BELOW(vfs), room, message);
}

static int checked_current_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *milliseconds)
{
    return VFS_BELOW(vfs)->xCurrentTimeInt64(VFS_BELOW(vfs), milliseconds);
}

static int register_checked(const char *name, const char *below_name)
{
    sqlite3_vfs *below = sqlite3_vfs_find(below_name);
    if (!below) return SQLITE_NOTFOUND;
    sqlite3_vfs *same = sqlite3_vfs_find(name);
    if (same) return same->xOpen == checked_open && VFS_BELOW(same) == below ? SQLITE_OK : SQLITE_MISUSE;

    size_t length = strlen(name) + 1;
    // It is never freed.
    struct checked_vfs *vfs = sqlite3_malloc64(sizeof *vfs + length);
    if (!vfs) return SQLITE_NOMEM;
    memset(vfs, 0, sizeof *vfs);
    memcpy(vfs->name, name, length);
    vfs->below = below;
    vfs->base = (sqlite3_vfs){
        // Version 3 is only for SQLite's own tests.
        .iVersion = below->iVersion >= 2 ? 2 : 1,
        .szOsFile = FILE_SIZE + below->szOsFile,
        .mxPathname = below->mxPathname,
        .zName = vfs->name,
        .xOpen = checked_open,
        .xDelete = checked_delete,
        .xAccess = checked_access,
        .xFullPathname = checked_full_pathname,
        .xDlOpen = checked_dl_open,
        .xDlError = checked_dl_error,
        .xDlSym = checked_dl_sym,
        .xDlClose = checked_dl_close,
        .xRandomness = checked_randomness,
        .xSleep = checked_sleep,
        .xCurrentTime = checked_current_time,
        .xGetLastError = checked_last_error,
        .xCurrentTimeInt64 = below->iVersion >= 2 && below->xCurrentTimeInt64 ? checked_current_time_int64 : NULL,
    };
    int code = sqlite3_vfs_register(&vfs->base, 0);
    if (code != SQLITE_OK) sqlite3_free(vfs);
    return code;
}

int csqlitevfs_register_checked(const char *name, const char *below)
{
    int code = sqlite3_initialize();
    if (code != SQLITE_OK) return code;
    // Two threads may register the same name at once.
    sqlite3_mutex *mutex = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
    sqlite3_mutex_enter(mutex);
    code = register_checked(name, below);
    sqlite3_mutex_leave(mutex);
    return code;
}
