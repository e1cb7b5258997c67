#define CURL_DISABLE_DEPRECATION  // CURLOPT_PROTOCOLS_STR, the successor, is missing before 7.85.
#include "CurlShim.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#ifdef __APPLE__
#define LIBRARY "libcurl.4.dylib"
#else
#define LIBRARY "libcurl.so.4"
#endif

enum { TOO_LARGE = 100 };  // CURLE_TOO_LARGE, which headers before 8.6 do not name.

// X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED, OpenSSL's. Other TLS libraries do not tell.
enum { NOT_YET_VALID = 9, EXPIRED = 10 };

struct nexus_curl {
    CURL *easy;
    /// Of the next request; nothing of it reaches the one after.
    struct curl_slist *headers;
    bool lacks_header;
};

// MARK: The library

static struct {
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_easy_init) *init;
    __typeof__(curl_easy_setopt) *setopt;
    __typeof__(curl_easy_perform) *perform;
    __typeof__(curl_easy_getinfo) *getinfo;
    __typeof__(curl_easy_cleanup) *cleanup;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
    bool is_open;
} library;

static void open_library(void) {
    // Never closed again: libcurl and its TLS library leave exit handlers behind.
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return;
#define FIND(field, symbol)                                             \
    library.field = (__typeof__(library.field))dlsym(handle, #symbol);  \
    if (!library.field) return
    FIND(global_init, curl_global_init);
    FIND(init, curl_easy_init);
    FIND(setopt, curl_easy_setopt);
    FIND(perform, curl_easy_perform);
    FIND(getinfo, curl_easy_getinfo);
    FIND(cleanup, curl_easy_cleanup);
    FIND(slist_append, curl_slist_append);
    FIND(slist_free_all, curl_slist_free_all);
#undef FIND
    library.is_open = library.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static bool has_library(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, open_library) == 0 && library.is_open;
}

// MARK: A handle

/// What holds for every request on this handle.
static CURLcode set_policy(CURL *easy, nexus_curl_limits limits) {
    const struct { CURLoption option; long value; } settings[] = {
        {CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS},
        // A signed request is meant for the relay it names, so nothing may send it elsewhere.
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
        // "/a/../b" goes out as written: the path is under the signature.
        {CURLOPT_PATH_AS_IS, 1},
        // One request at a time gains nothing from HTTP/2.
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        // The default since 7.66: bare bytes are not an HTTP/0.9 answer.
        {CURLOPT_HTTP09_ALLOWED, 0},
        {CURLOPT_CONNECTTIMEOUT_MS, limits.connect_milliseconds},
        {CURLOPT_TIMEOUT_MS, limits.total_milliseconds},
        {CURLOPT_LOW_SPEED_LIMIT, limits.least_bytes_per_second},
        {CURLOPT_LOW_SPEED_TIME, limits.least_speed_seconds},
        // Signals would be process-wide, and this is not the only thread.
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_TCP_NODELAY, 1},
        {CURLOPT_TCP_KEEPALIVE, 1},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof settings / sizeof *settings && code == CURLE_OK; i++)
        code = library.setopt(easy, settings[i].option, settings[i].value);
    // As curl itself and most TLS programs have it; libcurl alone does not look.
    const char *authorities = getenv("SSL_CERT_FILE");
    if (code == CURLE_OK && authorities && *authorities) code = library.setopt(easy, CURLOPT_CAINFO, authorities);
    return code == CURLE_OK ? library.setopt(easy, CURLOPT_USERAGENT, "nexus") : code;
}

nexus_curl *nexus_curl_create(nexus_curl_limits limits) {
    if (!has_library()) return NULL;
    nexus_curl *handle = calloc(1, sizeof *handle);
    if (!handle) return NULL;
    handle->easy = library.init();
    if (handle->easy && set_policy(handle->easy, limits) == CURLE_OK) return handle;
    nexus_curl_destroy(handle);
    return NULL;
}

void nexus_curl_destroy(nexus_curl *handle) {
    if (!handle) return;
    if (handle->easy) library.cleanup(handle->easy);
    library.slist_free_all(handle->headers);
    free(handle);
}

void nexus_curl_add_header(nexus_curl *handle, const char *line) {
    struct curl_slist *longer = library.slist_append(handle->headers, line);
    if (longer) handle->headers = longer;
    else handle->lacks_header = true;
}

// MARK: A request

static size_t take_header(char *bytes, size_t size, size_t count, void *request) {
    const nexus_curl_request *r = request;
    return r->on_header((const uint8_t *)bytes, size * count, r->context) ? size * count : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *request) {
    const nexus_curl_request *r = request;
    return r->on_body((const uint8_t *)bytes, size * count, r->context) ? size * count : 0;
}

static int take_tick(void *request, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    const nexus_curl_request *r = request;
    return r->on_tick(r->context) ? 0 : 1;
}

static CURLcode set_request(nexus_curl *handle, const nexus_curl_request *request) {
    CURL *easy = handle->easy;
    // No waiting for "100 Continue" before a larger body, and no form type on a body without one.
    nexus_curl_add_header(handle, "Expect:");
    nexus_curl_add_header(handle, "Content-Type:");
    CURLcode code = handle->lacks_header ? CURLE_OUT_OF_MEMORY : CURLE_OK;
#define SET(option, value) if (code == CURLE_OK) code = library.setopt(easy, option, value)
    SET(CURLOPT_URL, request->url);
    // NULL leaves proxies to the environment, with its own list of exceptions.
    SET(CURLOPT_NOPROXY, request->ignores_proxies ? "*" : (const char *)NULL);
    // Without TLS, or with a TLS library that cannot, libcurl refuses even to take a pin back; it has none then.
    library.setopt(easy, CURLOPT_PINNEDPUBLICKEY, (const char *)NULL);
    if (request->pinned_key) SET(CURLOPT_PINNEDPUBLICKEY, request->pinned_key);
    SET(CURLOPT_SSL_VERIFYPEER, request->pinned_key ? 0L : 1L);
    SET(CURLOPT_SSL_VERIFYHOST, request->pinned_key ? 0L : 2L);
    SET(CURLOPT_HTTPHEADER, handle->headers);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, (void *)request);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, (void *)request);
    SET(CURLOPT_NOPROGRESS, request->on_tick ? 0L : 1L);
    SET(CURLOPT_XFERINFOFUNCTION, take_tick);
    SET(CURLOPT_XFERINFODATA, (void *)request);
    if (request->is_post) {
        SET(CURLOPT_POST, 1L);
        // Not NULL, which would have libcurl read standard input. The bytes are not copied.
        SET(CURLOPT_POSTFIELDS, request->body ? (const void *)request->body : (const void *)"");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    } else {
        SET(CURLOPT_HTTPGET, 1L);
    }
#undef SET
    return code;
}

/// Performs with SIGPIPE blocked: told to leave signals alone, libcurl no longer keeps it from TLS libraries,
/// and a relay that hangs up must not end the process.
static CURLcode perform_without_sigpipe(CURL *easy) {
    sigset_t pipe, before, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    if (pthread_sigmask(SIG_BLOCK, &pipe, &before) != 0) return CURLE_FAILED_INIT;
    const CURLcode code = library.perform(easy);
    sigpending(&pending);
    int taken;
    if (!was_pending && sigismember(&pending, SIGPIPE) == 1) sigwait(&pipe, &taken);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static nexus_curl_outcome outcome_of(CURLcode code, bool was_sent, long verdict) {
    switch ((int)code) {
    case CURLE_OK:
        return nexus_curl_answered;
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED:
        return nexus_curl_bad_address;
    case CURLE_UNSUPPORTED_PROTOCOL:
        // libcurl's word for a URL it cannot serve, and for an HTTP/0.9 answer as well.
        return was_sent ? nexus_curl_not_http : nexus_curl_bad_address;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return nexus_curl_not_http;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
        return nexus_curl_unreachable;
    case CURLE_GOT_NOTHING:
        return nexus_curl_hung_up;
    case CURLE_OPERATION_TIMEDOUT:
        return was_sent ? nexus_curl_timed_out : nexus_curl_unreachable;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
        return nexus_curl_no_tls;
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    // libcurl cannot compare keys with the TLS library it was built with.
    case CURLE_NOT_BUILT_IN:
    case CURLE_UNKNOWN_OPTION:
        return nexus_curl_other_key;
    case CURLE_PEER_FAILED_VERIFICATION:
        return verdict == EXPIRED || verdict == NOT_YET_VALID ? nexus_curl_expired : nexus_curl_untrusted;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
        return nexus_curl_untrusted;
    case CURLE_WRITE_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
        return nexus_curl_stopped;
    case CURLE_OUT_OF_MEMORY:
        // Before 8.6 also the word for a header line that outgrows libcurl's own buffer.
        return was_sent ? nexus_curl_header_too_large : nexus_curl_cut;
    case TOO_LARGE:
        return nexus_curl_header_too_large;
    default:
        return nexus_curl_cut;
    }
}

static nexus_curl_result result_of(CURL *easy, CURLcode code) {
    long sent = 0, status = 0, verdict = 0;
    library.getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
    library.getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    library.getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    if (code == CURLE_OK && status == 0) return (nexus_curl_result){nexus_curl_not_http, 0, 0};
    return (nexus_curl_result){outcome_of(code, sent > 0, verdict), code, code == CURLE_OK ? (int32_t)status : 0};
}

/// Neither the caller's body nor its headers outlive the call.
static void forget_request(nexus_curl *handle) {
    library.setopt(handle->easy, CURLOPT_HTTPHEADER, (struct curl_slist *)NULL);
    library.setopt(handle->easy, CURLOPT_POSTFIELDS, "");
    library.setopt(handle->easy, CURLOPT_HTTPGET, 1L);
    library.slist_free_all(handle->headers);
    handle->headers = NULL;
    handle->lacks_header = false;
}

nexus_curl_result nexus_curl_perform(nexus_curl *handle, const nexus_curl_request *request) {
    CURLcode code = set_request(handle, request);
    if (code == CURLE_OK) code = perform_without_sigpipe(handle->easy);
    const nexus_curl_result result = result_of(handle->easy, code);
    forget_request(handle);
    return result;
}
