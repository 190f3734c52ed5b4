// SPDX-License-Identifier: Apache-2.0
#ifndef CGpiod_SHIM_H
#define CGpiod_SHIM_H

#include <gpiod.h>

#endif
