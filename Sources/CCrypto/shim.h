// SPDX-License-Identifier: Apache-2.0
#ifndef CCrypto_SHIM_H
#define CCrypto_SHIM_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// A name on one line, RFC 2253, in UTF-8 as it is; the flags are macros that Swift does not import.
static const unsigned long ccrypto_name_flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;

#endif
