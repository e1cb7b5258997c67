#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libcurl, opened when the network is first used. Linked instead, it and its thirty dependencies would cost
// every start of the process 5 ms, though most commands never leave the machine.
//
// `curl_easy_setopt` is variadic, which Swift cannot call: hence these few plain functions. The policy that
// concerns HTTP alone (no redirects, no content-encoding, which protocols) is settled in CurlShim.c; whatever
// judges an answer is in HTTPTransport.swift.

/// One libcurl easy handle with its kept-alive connections. Use it from one thread at a time.
typedef struct nexus_curl nexus_curl;

/// How long things may take. Each value is at least 1; 0 would mean libcurl's default or "for ever".
typedef struct {
    long connect_milliseconds;
    long total_milliseconds;
    /// A transfer slower than this for `least_speed_seconds` has timed out.
    long least_bytes_per_second;
    long least_speed_seconds;
} nexus_curl_limits;

/// Takes the next `count` bytes of the answer; the memory is libcurl's and gone after the call.
/// Returns whether to go on; false ends the request with `nexus_curl_stopped`.
typedef bool (*nexus_curl_receiver)(const uint8_t *_Nullable bytes, size_t count, void *_Nonnull context);

/// What to send, and who takes the answer. All pointers need to live only as long as the call that gets them.
typedef struct {
    const char *_Nonnull url;
    /// POST with the body; otherwise GET, and the body is ignored.
    bool is_post;
    /// Connects directly even where the environment names a proxy (`https_proxy` and relatives).
    bool ignores_proxies;
    /// "sha256//" and base64: the server's key has to be this one, and nothing else of its certificate matters.
    /// NULL has the system's authorities vouch for the certificate.
    const char *_Nullable pinned_key;
    const uint8_t *_Nullable body;
    size_t body_length;
    /// Called once per header line, with its line ending; status lines and trailers included.
    nexus_curl_receiver _Nonnull on_header;
    nexus_curl_receiver _Nonnull on_body;
    /// Called about once a second and whenever something moves; NULL for never.
    /// Returns whether to go on; false ends the request with `nexus_curl_stopped`.
    bool (*_Nullable on_tick)(void *_Nonnull context);
    void *_Nonnull context;
} nexus_curl_request;

/// How a request ended, as far as a caller can act on it.
typedef enum __attribute__((enum_extensibility(closed))) {
    nexus_curl_answered,
    /// libcurl found the URL malformed, or of a protocol it was built without. Nothing was sent.
    nexus_curl_bad_address,
    /// No connection: name, route, port or proxy, or none in time. Nothing was sent.
    nexus_curl_unreachable,
    /// Nobody known vouches for the certificate, or not for that name. Nothing was sent.
    nexus_curl_untrusted,
    /// The certificate is out of date, or not yet valid. Nothing was sent.
    nexus_curl_expired,
    /// The certificate's key is not the pinned one. Nothing was sent.
    nexus_curl_other_key,
    /// No TLS connection: what answers speaks none, or no version in common. Nothing was sent.
    nexus_curl_no_tls,
    /// The connection ended before a single byte of an answer, as a TLS server ends one that does not begin TLS.
    nexus_curl_hung_up,
    /// After something was sent.
    nexus_curl_timed_out,
    /// A receiver said so.
    nexus_curl_stopped,
    /// A header line beyond what libcurl itself takes (100 KiB, or less in later versions).
    nexus_curl_header_too_large,
    /// What came back is not HTTP.
    nexus_curl_not_http,
    /// The connection ended before the answer did, or any other failure under way.
    nexus_curl_cut,
} nexus_curl_outcome;

typedef struct {
    nexus_curl_outcome outcome;
    /// libcurl's CURLcode, for support; 0 when answered.
    int32_t code;
    /// The HTTP status; 0 unless answered.
    int32_t status;
} nexus_curl_result;

/// - Returns: NULL if libcurl is not installed, lacks a function used here, or memory ran out.
nexus_curl *_Nullable nexus_curl_create(nexus_curl_limits limits);

/// Closes the connections too.
void nexus_curl_destroy(nexus_curl *_Nullable handle);

/// Adds "Name: value", or "Name;" for an empty value, to the next request only.
/// The line must hold no control character: libcurl sends it as it is.
/// If memory runs out here, the request fails with `nexus_curl_cut`, unsent.
void nexus_curl_add_header(nexus_curl *_Nonnull handle, const char *_Nonnull line);

/// Sends one request and waits for its end; the connection is kept for the next.
/// A kept connection that the server has closed meanwhile is replaced once, silently.
nexus_curl_result nexus_curl_perform(nexus_curl *_Nonnull handle, const nexus_curl_request *_Nonnull request);
