// SPDX-License-Identifier: Apache-2.0
#ifndef CMicrohttpd_SHIM_H
#define CMicrohttpd_SHIM_H

#include <microhttpd.h>

#endif
