// SPDX-License-Identifier: Apache-2.0
#ifndef CSystemd_SHIM_H
#define CSystemd_SHIM_H

#include <systemd/sd-daemon.h>
// The functions themselves, not macros that add the place in a C file.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#endif
