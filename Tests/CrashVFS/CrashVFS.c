// SPDX-License-Identifier: Apache-2.0
#include "CrashVFS.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *const crashvfs_name = "crash";

// The recording. One lock for everything, because the order matters.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_recording;
static char *prefix;
static struct crashvfs_operation *operations;
static int64_t count, room;
static struct path {
    char *name;
    // Whether the name exists: opened and not deleted since.
    int is_live;
} *paths;
static int path_count;
static struct {
    int kind;
    int64_t after, times;
    int code;
    int64_t faults;
} fault;

struct crash_file {
    sqlite3_file base;
    // The file's name. It is looked up at each operation, because a recording may begin while files are open.
    char *name;
    // Whether SQLite syncs the directory with the file's first sync (os_unix.c, UNIXFILE_DIRSYNC).
    int syncs_directory;
};

static sqlite3_file *below_file(sqlite3_file *file) { return (sqlite3_file *)((struct crash_file *)file + 1); }
static const char *name_of(sqlite3_file *file) { return ((struct crash_file *)file)->name; }
static sqlite3_vfs *below_vfs(sqlite3_vfs *vfs) { return vfs->pAppData; }

// The functions up to live_path are called with the lock held.

static int is_wanted(const char *name)
{
    return is_recording && name && prefix && strncmp(name, prefix, strlen(prefix)) == 0;
}

static void *checked(void *memory)
{
    if (!memory) abort();
    return memory;
}

static void append(int kind, int file, int64_t offset, const void *bytes, int64_t length)
{
    if (count == room) {
        room = room ? room * 2 : 1024;
        operations = checked(realloc(operations, (size_t)room * sizeof *operations));
    }
    unsigned char *copy = NULL;
    if (bytes) {
        copy = checked(malloc(length ? (size_t)length : 1));
        memcpy(copy, bytes, (size_t)length);
    }
    operations[count++] = (struct crashvfs_operation){ kind, file, offset, length, copy };
}

static int find_path(const char *name)
{
    for (int index = 0; index < path_count; index++)
        if (strcmp(paths[index].name, name) == 0) return index;
    paths = checked(realloc(paths, (size_t)(path_count + 1) * sizeof *paths));
    paths[path_count] = (struct path){ checked(strdup(name)), 0 };
    return path_count++;
}

// The index of the file with that name; records that it exists.
static int live_path(const char *name)
{
    int file = find_path(name);
    if (!paths[file].is_live) {
        paths[file].is_live = 1;
        append(CRASHVFS_OPEN, file, 0, NULL, 0);
    }
    return file;
}

static void record(const char *name, int kind, int64_t offset, const void *bytes, int64_t length)
{
    pthread_mutex_lock(&lock);
    if (is_wanted(name)) {
        int file = live_path(name);
        append(kind, file, offset, bytes, length);
        if (kind == CRASHVFS_DELETE) paths[file].is_live = 0;
    }
    pthread_mutex_unlock(&lock);
}

// The code with which this call must fail; SQLITE_OK: it must not fail.
static int injected(const char *name, int kind)
{
    int code = SQLITE_OK;
    pthread_mutex_lock(&lock);
    if (is_wanted(name) && fault.times > 0 && (fault.kind == kind || fault.kind == CRASHVFS_NOTE)) {
        if (fault.after > 0) {
            fault.after--;
        } else {
            fault.times--;
            fault.faults++;
            code = fault.code;
        }
    }
    pthread_mutex_unlock(&lock);
    return code;
}

// File methods.

static int crash_close(sqlite3_file *file)
{
    struct crash_file *own = (struct crash_file *)file;
    free(own->name);
    own->name = NULL;
    sqlite3_file *below = below_file(file);
    return below->pMethods ? below->pMethods->xClose(below) : SQLITE_OK;
}

static int crash_read(sqlite3_file *file, void *bytes, int amount, sqlite3_int64 offset)
{
    int code = injected(name_of(file), CRASHVFS_READ);
    if (code != SQLITE_OK) return code;
    sqlite3_file *below = below_file(file);
    return below->pMethods->xRead(below, bytes, amount, offset);
}

static int crash_write(sqlite3_file *file, const void *bytes, int amount, sqlite3_int64 offset)
{
    int code = injected(name_of(file), CRASHVFS_WRITE);
    if (code != SQLITE_OK) return code;
    sqlite3_file *below = below_file(file);
    code = below->pMethods->xWrite(below, bytes, amount, offset);
    if (code == SQLITE_OK) record(name_of(file), CRASHVFS_WRITE, offset, bytes, amount);
    return code;
}

static int crash_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = injected(name_of(file), CRASHVFS_TRUNCATE);
    if (code != SQLITE_OK) return code;
    sqlite3_file *below = below_file(file);
    code = below->pMethods->xTruncate(below, size);
    if (code == SQLITE_OK) record(name_of(file), CRASHVFS_TRUNCATE, size, NULL, 0);
    return code;
}

static int crash_sync(sqlite3_file *file, int flags)
{
    int code = injected(name_of(file), CRASHVFS_SYNC);
    if (code != SQLITE_OK) {
        record(name_of(file), CRASHVFS_SYNC_FAILED, 0, NULL, 0);
        return code;
    }
    sqlite3_file *below = below_file(file);
    code = below->pMethods->xSync(below, flags);
    if (code != SQLITE_OK) return code;
    record(name_of(file), CRASHVFS_SYNC, 0, NULL, 0);
    struct crash_file *own = (struct crash_file *)file;
    if (own->syncs_directory) {
        own->syncs_directory = 0;
        record(own->name, CRASHVFS_DIRECTORY_SYNC, 0, NULL, 0);
    }
    return SQLITE_OK;
}

#define PASS(name, parameters, arguments)                                                                                      \
    static int crash_##name parameters                                                                                         \
    {                                                                                                                          \
        sqlite3_file *below = below_file(file);                                                                                \
        return below->pMethods->x##name arguments;                                                                             \
    }

PASS(FileSize, (sqlite3_file *file, sqlite3_int64 *size), (below, size))
PASS(Lock, (sqlite3_file *file, int level), (below, level))
PASS(Unlock, (sqlite3_file *file, int level), (below, level))
PASS(CheckReservedLock, (sqlite3_file *file, int *result), (below, result))
PASS(FileControl, (sqlite3_file *file, int operation, void *argument), (below, operation, argument))
PASS(SectorSize, (sqlite3_file *file), (below))
PASS(DeviceCharacteristics, (sqlite3_file *file), (below))
PASS(ShmMap, (sqlite3_file *file, int region, int size, int extend, void volatile **memory),
     (below, region, size, extend, memory))
PASS(ShmLock, (sqlite3_file *file, int offset, int amount, int flags), (below, offset, amount, flags))
PASS(ShmUnmap, (sqlite3_file *file, int delete_it), (below, delete_it))
PASS(Fetch, (sqlite3_file *file, sqlite3_int64 offset, int amount, void **memory), (below, offset, amount, memory))
PASS(Unfetch, (sqlite3_file *file, sqlite3_int64 offset, void *memory), (below, offset, memory))

static void crash_ShmBarrier(sqlite3_file *file)
{
    sqlite3_file *below = below_file(file);
    below->pMethods->xShmBarrier(below);
}

#define METHODS(version)                                                                                                       \
    {                                                                                                                          \
        version, crash_close, crash_read, crash_write, crash_truncate, crash_sync, crash_FileSize, crash_Lock, crash_Unlock,    \
            crash_CheckReservedLock, crash_FileControl, crash_SectorSize, crash_DeviceCharacteristics, crash_ShmMap,           \
            crash_ShmLock, crash_ShmBarrier, crash_ShmUnmap, crash_Fetch, crash_Unfetch                                        \
    }

// A file has the same version as the one below it.
static const sqlite3_io_methods methods[] = { METHODS(1), METHODS(2), METHODS(3) };

// VFS methods.

static int crash_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
    struct crash_file *own = (struct crash_file *)file;
    *own = (struct crash_file){ .name = NULL };
    int code = injected(name, CRASHVFS_OPEN);
    if (code != SQLITE_OK) return code;
    sqlite3_file *below = below_file(file);
    code = below_vfs(vfs)->xOpen(below_vfs(vfs), name, below, flags, out_flags);
    if (below->pMethods) {
        int version = below->pMethods->iVersion;
        own->base.pMethods = &methods[(version > 3 ? 3 : version) - 1];
    }
    if (code != SQLITE_OK) return code;
    own->name = name ? checked(strdup(name)) : NULL;
    int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    own->syncs_directory = (flags & SQLITE_OPEN_CREATE) && (flags & journals);
    pthread_mutex_lock(&lock);
    if (is_wanted(name)) live_path(name);
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int crash_delete(sqlite3_vfs *vfs, const char *name, int sync_directory)
{
    int code = injected(name, CRASHVFS_DELETE);
    if (code != SQLITE_OK) return code;
    code = below_vfs(vfs)->xDelete(below_vfs(vfs), name, sync_directory);
    if (code != SQLITE_OK) return code;
    record(name, CRASHVFS_DELETE, 0, NULL, 0);
    if (sync_directory) {
        pthread_mutex_lock(&lock);
        if (is_wanted(name)) append(CRASHVFS_DIRECTORY_SYNC, find_path(name), 0, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    return SQLITE_OK;
}

static int crash_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    return below_vfs(vfs)->xAccess(below_vfs(vfs), name, flags, result);
}

static int crash_full_path(sqlite3_vfs *vfs, const char *name, int room_for_it, char *out)
{
    return below_vfs(vfs)->xFullPathname(below_vfs(vfs), name, room_for_it, out);
}

static int crash_random(sqlite3_vfs *vfs, int amount, char *out)
{
    return below_vfs(vfs)->xRandomness(below_vfs(vfs), amount, out);
}

static int crash_sleep(sqlite3_vfs *vfs, int microseconds)
{
    return below_vfs(vfs)->xSleep(below_vfs(vfs), microseconds);
}

static int crash_time(sqlite3_vfs *vfs, double *now) { return below_vfs(vfs)->xCurrentTime(below_vfs(vfs), now); }

static int crash_last_error(sqlite3_vfs *vfs, int amount, char *out)
{
    return below_vfs(vfs)->xGetLastError(below_vfs(vfs), amount, out);
}

static int crash_time64(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
    return below_vfs(vfs)->xCurrentTimeInt64(below_vfs(vfs), now);
}

// These replace the C library's functions in the program.

int rename(const char *from, const char *to)
{
    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0) != 0) return -1;
    pthread_mutex_lock(&lock);
    if (is_wanted(from) && is_wanted(to)) {
        int file = live_path(from), taken = find_path(to);
        append(CRASHVFS_RENAME, file, taken, NULL, 0);
        paths[file].is_live = 0;
        paths[taken].is_live = 1;
    }
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int descriptor)
{
    if (syscall(SYS_fsync, descriptor) != 0) return -1;
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISDIR(status.st_mode)) return 0;
    char link[64], name[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, name, sizeof name - 2);
    if (length <= 0) return 0;
    // Add a slash, because the recording's prefix ends with one.
    memcpy(name + length, "/", 2);
    pthread_mutex_lock(&lock);
    if (is_recording && prefix && strcmp(name, prefix) == 0) append(CRASHVFS_DIRECTORY_SYNC, -1, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

int crashvfs_register(int make_default)
{
    static sqlite3_vfs vfs;
    if (vfs.pAppData) return SQLITE_OK;
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    if (!below) return SQLITE_ERROR;
    vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = (int)sizeof(struct crash_file) + below->szOsFile,
        .mxPathname = below->mxPathname,
        .zName = crashvfs_name,
        .pAppData = below,
        .xOpen = crash_open,
        .xDelete = crash_delete,
        .xAccess = crash_access,
        .xFullPathname = crash_full_path,
        .xRandomness = crash_random,
        .xSleep = crash_sleep,
        .xCurrentTime = crash_time,
        .xGetLastError = crash_last_error,
        .xCurrentTimeInt64 = crash_time64,
    };
    return sqlite3_vfs_register(&vfs, make_default);
}

void crashvfs_begin(const char *directory)
{
    pthread_mutex_lock(&lock);
    for (int64_t index = 0; index < count; index++) free((void *)operations[index].bytes);
    for (int index = 0; index < path_count; index++) free(paths[index].name);
    free(prefix);
    count = 0;
    path_count = 0;
    prefix = checked(strdup(directory));
    fault.times = 0;
    is_recording = 1;
    pthread_mutex_unlock(&lock);
}

void crashvfs_end(void)
{
    pthread_mutex_lock(&lock);
    is_recording = 0;
    pthread_mutex_unlock(&lock);
}

void crashvfs_note(int64_t number)
{
    pthread_mutex_lock(&lock);
    if (is_recording) append(CRASHVFS_NOTE, -1, number, NULL, 0);
    pthread_mutex_unlock(&lock);
}

int64_t crashvfs_count(void)
{
    pthread_mutex_lock(&lock);
    int64_t now = count;
    pthread_mutex_unlock(&lock);
    return now;
}

int crashvfs_get(int64_t index, struct crashvfs_operation *operation)
{
    pthread_mutex_lock(&lock);
    int is_there = index >= 0 && index < count;
    if (is_there) *operation = operations[index];
    pthread_mutex_unlock(&lock);
    return is_there;
}

const char *crashvfs_path(int file)
{
    pthread_mutex_lock(&lock);
    const char *name = file >= 0 && file < path_count ? paths[file].name : NULL;
    pthread_mutex_unlock(&lock);
    return name;
}

void crashvfs_fail(int kind, int64_t after, int64_t times, int code)
{
    pthread_mutex_lock(&lock);
    fault.kind = kind;
    fault.after = after;
    fault.times = times;
    fault.code = code;
    fault.faults = 0;
    pthread_mutex_unlock(&lock);
}

int64_t crashvfs_faults(void)
{
    pthread_mutex_lock(&lock);
    int64_t faults = fault.faults;
    pthread_mutex_unlock(&lock);
    return faults;
}
