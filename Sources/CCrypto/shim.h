// SPDX-License-Identifier: Apache-2.0
#ifndef CCrypto_SHIM_H
#define CCrypto_SHIM_H

#include <openssl/evp.h>

#endif
