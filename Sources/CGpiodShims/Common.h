// SPDX-License-Identifier: Apache-2.0
// What both versions of the shim share.
#ifndef CGPIODSHIMS_COMMON_H
#define CGPIODSHIMS_COMMON_H

#include <fcntl.h>
#include <string.h>

#include "CGpiodShims.h"

/// Copies `text` (NULL: nothing) into a name of the kernel's size, cut if longer.
static inline void copy_name(char target[CGPIOD_NAME_SIZE], const char *text)
{
    strncpy(target, text ? text : "", CGPIOD_NAME_SIZE - 1);
    target[CGPIOD_NAME_SIZE - 1] = 0;
}

/// Makes reads of `descriptor` return at once, with EAGAIN when nothing waits. Returns 0 or -1.
static inline int make_nonblocking(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

#endif
