// SPDX-License-Identifier: Apache-2.0
// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic: one typed function for each kind of value.
#ifndef CCurl_SHIM_H
#define CCurl_SHIM_H

#include <curl/curl.h>

static inline CURLcode ccurl_set_number(CURL *easy, CURLoption option, long value)
{
    return (curl_easy_setopt)(easy, option, value);
}

/// libcurl copies the text, except for CURLOPT_POSTFIELDS. NULL returns to the default.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value)
{
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value)
{
    return (curl_easy_setopt)(easy, option, value);
}

/// The list has to live as long as it is set.
static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value)
{
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode ccurl_set_write_function(CURL *easy, curl_write_callback function)
{
    return (curl_easy_setopt)(easy, CURLOPT_WRITEFUNCTION, function);
}

/// Copies `count` bytes of a body, and makes the request a POST.
static inline CURLcode ccurl_set_body(CURL *easy, const void *bytes, curl_off_t count)
{
    CURLcode code = (curl_easy_setopt)(easy, CURLOPT_POSTFIELDSIZE_LARGE, count);
    return code ? code : (curl_easy_setopt)(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

/// CURLINFO_RESPONSE_CODE, CURLINFO_SSL_VERIFYRESULT, CURLINFO_NUM_CONNECTS; 0 where there is none.
static inline long ccurl_number(CURL *easy, CURLINFO information)
{
    long value = 0;
    (curl_easy_getinfo)(easy, information, &value);
    return value;
}

/// CURLINFO_PRETRANSFER_TIME_T, CURLINFO_TOTAL_TIME_T: microseconds since the transfer began; 0 where it is not so far.
static inline curl_off_t ccurl_time(CURL *easy, CURLINFO information)
{
    curl_off_t value = 0;
    (curl_easy_getinfo)(easy, information, &value);
    return value;
}

/// A store of open connections, for the easy handles that are given it by CURLOPT_SHARE; NULL without memory.
static inline CURLSH *ccurl_make_pool(void)
{
    CURLSH *pool = curl_share_init();
    if (pool && (curl_share_setopt)(pool, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK) {
        curl_share_cleanup(pool);
        return NULL;
    }
    return pool;
}

static inline CURLMcode ccurl_multi_set_number(CURLM *multi, CURLMoption option, long value)
{
    return (curl_multi_setopt)(multi, option, value);
}

/// The last header of that name in the answer; NULL where there is none. Valid until the next transfer.
static inline const char *ccurl_header(CURL *easy, const char *name)
{
    struct curl_header *found;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : NULL;
}

// X509_V_ERR_… of <openssl/x509_vfy.h>, which CURLINFO_SSL_VERIFYRESULT gives; part of OpenSSL's stable interface.
static const long ccurl_certificate_not_yet_valid = 9;
static const long ccurl_certificate_expired = 10;

#endif
