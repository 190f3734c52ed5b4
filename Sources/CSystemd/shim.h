// SPDX-License-Identifier: Apache-2.0
#ifndef CSystemd_SHIM_H
#define CSystemd_SHIM_H

#include <systemd/sd-daemon.h>

#endif
