// SPDX-License-Identifier: Apache-2.0
// A wall clock for a program under test, preloaded (LD_PRELOAD): wrong by as much as a file says, and synchronised or not.
#ifndef FAKED_CLOCK_H
#define FAKED_CLOCK_H

#include <stdint.h>

/// What the file that `FAKED_CLOCK` names holds; whoever writes it sets the clock.
struct faked_clock {
    /// Seconds that the wall clock is ahead.
    int64_t ahead;
    /// What the kernel seems to say of it: 1 synchronised, 0 not, -1 what it really says.
    int64_t is_synchronised;
};

#endif
