// SPDX-License-Identifier: Apache-2.0
#ifndef CModbus_SHIM_H
#define CModbus_SHIM_H

#include <modbus.h>

#endif
