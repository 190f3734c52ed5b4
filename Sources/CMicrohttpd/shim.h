// SPDX-License-Identifier: Apache-2.0
// libmicrohttpd with GnuTLS below it: its variadic functions, and the look at the client's certificate.
#ifndef CMicrohttpd_SHIM_H
#define CMicrohttpd_SHIM_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <string.h>

// Enumerators under names that do not depend on how a version of the header has them imported.
static const enum MHD_Result cmicrohttpd_yes = MHD_YES;
static const enum MHD_Result cmicrohttpd_no = MHD_NO;
static const enum MHD_ValueKind cmicrohttpd_headers = MHD_HEADER_KIND;
static const enum MHD_ValueKind cmicrohttpd_query = MHD_GET_ARGUMENT_KIND;
static const enum MHD_ResponseMemoryMode cmicrohttpd_copied = MHD_RESPMEM_MUST_COPY;

/// What a server is started with. The PEM texts are copied or parsed before the start returns; NULL where absent.
struct cmicrohttpd_settings {
    /// A bound, listening socket; the daemon closes it.
    int listener;
    unsigned int connections;
    unsigned int idle_seconds;
    MHD_AccessHandlerCallback answer;
    MHD_RequestCompletedCallback completed;
    void *context;
    const char *certificate;
    const char *key;
    const char *client_ca;
};

/// Starts a daemon with one thread for each connection. Returns NULL when libmicrohttpd refuses.
static inline struct MHD_Daemon *cmicrohttpd_start(const struct cmicrohttpd_settings *settings)
{
    unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC;
    struct MHD_OptionItem options[8];
    int count = 0;
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT, (intptr_t)settings->connections, NULL};
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)settings->idle_seconds, NULL};
    if (settings->certificate) {
        flags |= MHD_USE_TLS;
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->certificate};
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->key};
        options[count++] = (struct MHD_OptionItem){
            MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"};
    }
    if (settings->client_ca)
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)settings->client_ca};
    options[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return MHD_start_daemon(
        flags, 0, NULL, NULL, settings->answer, settings->context, MHD_OPTION_LISTEN_SOCKET, settings->listener,
        MHD_OPTION_NOTIFY_COMPLETED, settings->completed, settings->context, MHD_OPTION_ARRAY, options,
        MHD_OPTION_END);
}

/// Whether the PEM texts are a certificate with its key. Returns 0, or a GnuTLS code below 0.
static inline int cmicrohttpd_check_pair(const char *certificate, const char *key)
{
    gnutls_certificate_credentials_t credentials;
    int code = gnutls_certificate_allocate_credentials(&credentials);
    if (code < 0)
        return code;
    gnutls_datum_t certificate_text = {(unsigned char *)certificate, (unsigned int)strlen(certificate)};
    gnutls_datum_t key_text = {(unsigned char *)key, (unsigned int)strlen(key)};
    code = gnutls_certificate_set_x509_key_mem(credentials, &certificate_text, &key_text, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    return code < 0 ? code : 0;
}

/// Whether the PEM text holds a certificate to trust. Returns 0, or a GnuTLS code below 0.
static inline int cmicrohttpd_check_trust(const char *authority)
{
    gnutls_certificate_credentials_t credentials;
    int code = gnutls_certificate_allocate_credentials(&credentials);
    if (code < 0)
        return code;
    gnutls_datum_t text = {(unsigned char *)authority, (unsigned int)strlen(authority)};
    code = gnutls_certificate_set_x509_trust_mem(credentials, &text, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    return code > 0 ? 0 : code < 0 ? code : GNUTLS_E_NO_CERTIFICATE_FOUND;
}

/// The client's certificate, checked for its purpose against the authority that the daemon was given.
///
/// Writes the common name, or why the certificate is not believed, to `text`, cut to `size` with its NUL.
/// Returns 1 when it verifies, 0 when there is none, -1 when it does not verify.
static inline int cmicrohttpd_client(struct MHD_Connection *connection, char *text, size_t size)
{
    text[0] = 0;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info || !info->tls_session)
        return 0;
    gnutls_session_t session = (gnutls_session_t)info->tls_session;
    unsigned int count = 0;
    const gnutls_datum_t *peers = gnutls_certificate_get_peers(session, &count);
    if (!peers || count == 0)
        return 0;

    gnutls_typed_vdata_st purpose = {
        GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, strlen(GNUTLS_KP_TLS_WWW_CLIENT)};
    unsigned int status = 0;
    int code = gnutls_certificate_verify_peers(session, &purpose, 1, &status);
    if (code < 0) {
        strncat(text, gnutls_strerror(code), size - 1);
        return -1;
    }
    if (status) {
        gnutls_datum_t reason = {NULL, 0};
        if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &reason, 0) == 0) {
            strncat(text, (const char *)reason.data, size - 1);
            gnutls_free(reason.data);
        }
        return -1;
    }

    gnutls_x509_crt_t certificate;
    if (gnutls_x509_crt_init(&certificate) < 0)
        return -1;
    size_t length = size;
    if (gnutls_x509_crt_import(certificate, &peers[0], GNUTLS_X509_FMT_DER) < 0
        || gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, text, &length) < 0)
        text[0] = 0;
    gnutls_x509_crt_deinit(certificate);
    return 1;
}

#endif
