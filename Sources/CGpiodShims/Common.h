// SPDX-License-Identifier: Apache-2.0
// What both versions of the shim share.
#ifndef CGPIODSHIMS_COMMON_H
#define CGPIODSHIMS_COMMON_H

#include <fcntl.h>
#include <string.h>

#include "CGpiodShims.h"

/// Copies `text` (NULL: empty) to a buffer of the kernel's name size; a longer text is cut.
static inline void copy_name(char target[CGPIOD_NAME_SIZE], const char *text)
{
    strncpy(target, text ? text : "", CGPIOD_NAME_SIZE - 1);
    target[CGPIOD_NAME_SIZE - 1] = 0;
}

/// Makes reads of `descriptor` non-blocking: EAGAIN when nothing waits. Returns 0 or -1.
static inline int make_nonblocking(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

#endif
