// HTTP/1.1 as the daemons see it: whole requests in, whole responses out; limits and parsing are the adapter's.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace harvest {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>; // names in lower case

struct HttpRequest {
    std::string method; // "GET"
    std::string path;   // decoded, without query: "/v1/account"
    std::string query;  // raw, without '?'
    HttpHeaders headers;
    std::string body;
    std::string remote_address;              // the peer's, without port; "unix:<uid>" on a unix socket
    std::string peer_name;                   // common name of the client's certificate under mutual TLS
    std::vector<std::string> peer_dns_names; // of that certificate

    // The first header of that (lower-case) name, empty if there is none.
    std::string_view header(std::string_view name) const
    {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
};

struct HttpResponse {
    int status{200};
    std::string content_type{"application/json"};
    HttpHeaders headers;
    std::string body;
};

// Answers requests on the daemon's own thread.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;
    virtual Task<HttpResponse> handle(HttpRequest request) = 0;
};

class HttpListener {
public:
    virtual ~HttpListener() = default;
    // Errors: unavailable (address in use).
    virtual Result<void> listen(HttpHandler& handler) = 0;
    virtual std::uint16_t port() const = 0;
    virtual void stop_accepting() = 0;
    // Lets requests in flight end, closes everything.
    virtual Task<void> stop() = 0;
};

struct HttpTarget {
    bool tls{true};
    std::string host;
    std::uint16_t port{};
    std::string unix_socket;        // used instead of host and port if given
    std::string local_address;      // source address, empty for any
    std::string certificate_name{}; // that the server's certificate must carry; empty: the host
};

// A client with keep-alive to one target. Errors: unavailable, timed_out, in_doubt (sent, no answer).
class HttpClient {
public:
    virtual ~HttpClient() = default;
    virtual AsyncResult<HttpResponse> send(HttpRequest request, Deadline by) = 0;
};

class HttpClients {
public:
    virtual ~HttpClients() = default;
    virtual std::unique_ptr<HttpClient> make(HttpTarget target) = 0;
};

} // namespace harvest
