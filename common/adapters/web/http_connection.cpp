#include "common/adapters/web/http_connection.hpp"

#include "common/adapters/web/http_text.hpp"
#include "common/base/log.hpp"

#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace harvest::web {
namespace {

constexpr std::size_t max_linger_bytes = 1024 * 1024;
constexpr Millis linger_time{2'000};
constexpr std::size_t batch_limit = 64 * 1024; // pipelined responses gathered before they are sent

// Methods the handler may see. TRACE echoes secrets, CONNECT is for proxies.
Refusal check_method(std::string_view method)
{
    constexpr std::array<std::string_view, 7> known{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"};
    if (std::find(known.begin(), known.end(), method) != known.end()) return {};
    if (method == "TRACE" || method == "CONNECT") return {405, "http.method_not_allowed", "This method is not allowed"};
    return {501, "http.method_unknown", "This method is not known"};
}

} // namespace

std::string_view HttpServerCore::http_date()
{
    const Millis now = clock.now();
    const Millis second{now.count() / 1000};
    if (second != date_second) {
        date_second = second;
        const std::time_t time = now.count() / 1000;
        std::tm utc{};
        ::gmtime_r(&time, &utc);
        std::array<char, 64> text{};
        date.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc));
    }
    return date;
}

HttpConnection::HttpConnection(HttpServerCore& core, int descriptor, SSL_CTX* tls, std::string address)
    : core_(core),
      stream_(descriptor, tls, Stream::Role::server, core.poller.scratch()),
      address_(std::move(address))
{
    set_phase(tls ? Phase::handshake : Phase::head);
    began_ = true; // the first head is due from the TCP connect on
}

HttpConnection::~HttpConnection()
{
    if (worker_) HttpWorkers::forget(*worker_);
}

bool HttpConnection::start()
{
    watched_ = EPOLLIN;
    return core_.poller.add(stream_.descriptor(), watched_, *this);
}

void HttpConnection::set_phase(Phase phase)
{
    phase_ = phase;
    phase_since_ = core_.clock.monotonic();
}

void HttpConnection::note_handshake()
{
    ++core_.counters.handshakes;
    if (SSL_session_reused(stream_.ssl())) ++core_.counters.handshakes_resumed;
    if (!core_.config.client_ca_pem.empty()) peer_dns_names_ = peer_dns_names(stream_.ssl());
    phase_ = Phase::head; // its time runs from the connect
}

void HttpConnection::ready(std::uint32_t events)
{
    if (gone()) return;
    const bool held = stream_.unsent() > 0;
    if (events & EPOLLOUT) {
        const std::size_t before = stream_.unsent();
        if (!stream_.flush()) return close();
        if (stream_.unsent() < before) wrote_at_ = core_.clock.monotonic();
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        std::string_view bytes;
        const Stream::Status status = stream_.receive(bytes);
        if (phase_ == Phase::handshake) {
            if (status == Stream::Status::failed)
                ++core_.counters.handshakes_failed;
            else if (stream_.established())
                note_handshake();
        }
        if (status != Stream::Status::open) ended_ = true;
        // What TLS itself has to say (a ticket) is not a reply that requests would have to wait for.
        if (stream_.unsent() > 0 && !stream_.flush()) return close();
        if (phase_ == Phase::lingering) {
            discarded_ += bytes.size();
            if (ended_ || discarded_ > max_linger_bytes) return close();
        } else if (!bytes.empty()) {
            on_bytes(bytes);
        }
        if (gone()) return;
        if (status == Stream::Status::failed) {
            stream_.flush(); // an alert may tell the peer why
            return close();
        }
    }
    if (gone()) return;
    if (ended_ && (events & (EPOLLHUP | EPOLLERR))) return close(); // nobody is left to read a reply
    if (stream_.unsent() > 0 && !stream_.flush()) return close();   // what the TLS handshake has to say
    if (held && stream_.unsent() == 0) {
        end_sending();
        // What waited for the replies before it: requests, or the rest of one's body.
        if (!gone() && !input_.empty() && (phase_ == Phase::head || phase_ == Phase::body)) advance();
    }
    settle();
}

void HttpConnection::settle()
{
    if (gone()) return;
    // The peer has sent its last: a reply that is due still goes out, then that is all.
    if (ended_ && phase_ != Phase::handling && stream_.unsent() == 0) return close();
    watch();
}

void HttpConnection::watch()
{
    std::uint32_t wanted = 0;
    if (stream_.unsent() > 0) wanted |= EPOLLOUT;
    // Unanswered input is bounded: what a client sends too early waits in its own socket.
    if (!ended_ && input_.size() < core_.config.max_header_bytes && (phase_ != Phase::head || stream_.unsent() == 0))
        wanted |= EPOLLIN;
    if (wanted == watched_) return;
    watched_ = wanted;
    core_.poller.change(stream_.descriptor(), watched_, *this);
}

void HttpConnection::on_bytes(std::string_view bytes)
{
    if (phase_ == Phase::handling || advancing_ || stream_.unsent() > 0 || !input_.empty()) {
        input_.append(bytes);
        if (phase_ == Phase::handling || stream_.unsent() > 0) return;
    } else {
        fresh_ = bytes;
    }
    advance();
}

// Reads and dispatches requests until input runs out or one has to wait for its handler.
void HttpConnection::advance()
{
    bool again = true;
    while (again && !gone()) {
        advancing_ = true;
        const bool from_scratch = !fresh_.empty();
        std::string_view bytes = from_scratch ? fresh_ : std::string_view(input_);
        const std::size_t total = bytes.size();
        while (phase_ != Phase::handling && phase_ != Phase::lingering && (keep_alive_ || phase_ == Phase::body) &&
               batch_.size() < batch_limit) {
            if (phase_ == Phase::head && !read_head(bytes)) break;
            if (phase_ == Phase::body && !read_body(bytes)) break;
        }
        fresh_ = {};
        if (phase_ == Phase::lingering)
            input_ = std::string();
        else if (from_scratch)
            input_.assign(bytes);
        else
            input_.erase(0, total - bytes.size());
        if (input_.empty() && input_.capacity() > 64) input_ = std::string();
        advancing_ = false;
        again = batch_.size() >= batch_limit;
        finish_batch();
        again = again && stream_.unsent() == 0 && phase_ == Phase::head;
    }
}

bool HttpConnection::read_head(std::string_view& bytes)
{
    if (bytes.empty()) return false;
    if (!began_) {
        began_ = true;
        phase_since_ = core_.clock.monotonic();
    }
    Refusal refusal;
    const std::size_t size = find_head_end(bytes, scan_, core_.head_limits, refusal);
    if (size > 0) refusal = parse_request_head(bytes.substr(0, size), core_.head_limits, core_.head);
    if (refusal) {
        head_only_ = false;
        refuse(refusal);
        return false;
    }
    if (size == 0) return false;
    scan_ = {};
    begin_request(bytes, size);
    return phase_ == Phase::body || phase_ == Phase::head;
}

void HttpConnection::begin_request(std::string_view& bytes, std::size_t head_size)
{
    const Head& head = core_.head;
    began_ = false;
    keep_alive_ = head.keep_alive && !core_.draining && ++served_ < core_.config.max_requests;
    head_only_ = head.method == "HEAD";
    if (const Refusal refusal = check_method(head.method)) return refuse(refusal);
    if (const Refusal refusal = decode_target(head, request_.path, request_.query)) return refuse(refusal);
    if (head.has_encoding) return refuse({415, "http.content_encoding", "Compressed request bodies are not accepted"});
    if (head.content_length > core_.config.max_body_bytes)
        return refuse({413, "http.body_too_large", "The request body is too large"});
    request_.method.assign(head.method);
    request_.headers.reserve(head.header_count);
    for (std::size_t i = 0; i < head.header_count; ++i) {
        auto& [name, value] = request_.headers.emplace_back(head.headers[i].name, head.headers[i].value);
        for (char& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    request_.remote_address = address_;
    if (stream_.ssl() && !core_.config.client_ca_pem.empty()) {
        request_.peer_name = peer_name(stream_.ssl());
        request_.peer_dns_names = peer_dns_names_;
    }
    body_left_ = head.content_length;
    chunked_ = head.chunked;
    if (chunked_) chunks_ = {};
    const bool has_body = chunked_ || body_left_ > 0;
    bytes.remove_prefix(head_size);
    if (!has_body) return dispatch();
    if (head.expect_continue && bytes.empty()) batch_ += "HTTP/1.1 100 Continue\r\n\r\n";
    set_phase(Phase::body);
}

bool HttpConnection::read_body(std::string_view& bytes)
{
    if (chunked_) {
        if (const Refusal refusal = chunks_.take(bytes, request_.body, core_.config.max_body_bytes)) {
            refuse(refusal);
            return false;
        }
        if (!chunks_.done()) return false;
    } else {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, bytes.size()));
        request_.body.append(bytes.substr(0, size));
        bytes.remove_prefix(size);
        body_left_ -= size;
        if (body_left_ > 0) return false;
    }
    dispatch();
    return phase_ == Phase::head;
}

void HttpConnection::dispatch()
{
    phase_ = Phase::handling;
    bool full = false;
    HttpRequest request = std::exchange(request_, {});
    worker_ = core_.workers.handle(std::move(request), *this, full);
    if (!full) return;
    // The connection stays: another handshake would cost more than the refusal.
    ++core_.counters.rejected;
    const Refusal refusal{503, "http.overloaded", "Too many requests are being handled; try again"};
    HttpResponse response;
    response.status = refusal.status;
    response.content_type = "application/problem+json";
    response.headers.emplace_back("Retry-After", "1");
    response.body = problem_body(refusal);
    respond(std::move(response));
}

void HttpConnection::respond(HttpResponse response)
{
    worker_ = nullptr;
    if (gone()) return;
    ++core_.counters.requests;
    if (core_.draining) keep_alive_ = false;
    append_response(response, head_only_);
    set_phase(Phase::head);
    if (advancing_) return; // the loop below us goes on
    advance();
    settle();
}

void HttpConnection::append_response(const HttpResponse& response, bool head_only)
{
    if (batch_.empty()) batch_.swap(core_.spare_batch);
    web::append_response(batch_, response, core_.http_date(), keep_alive_, head_only);
}

void HttpConnection::refuse(const Refusal& refusal)
{
    ++core_.counters.rejected;
    keep_alive_ = false;
    refused_ = true;
    request_ = {};
    HttpResponse response;
    response.status = refusal.status;
    response.content_type = "application/problem+json";
    response.body = problem_body(refusal);
    if (refusal.status == 405) response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    append_response(response, head_only_);
    phase_ = Phase::head;
    linger();
}

// Everything that was answered in this turn leaves in one piece.
void HttpConnection::finish_batch()
{
    if (gone()) return;
    if (!batch_.empty()) {
        if (stream_.unsent() == 0) wrote_at_ = core_.clock.monotonic();
        const bool written = stream_.write(batch_);
        batch_.clear();
        if (batch_.capacity() <= 4 * batch_limit) batch_.swap(core_.spare_batch);
        if (batch_.capacity() > 64) batch_ = std::string();
        if (!written || !stream_.flush()) return close();
    }
    if (!keep_alive_ && phase_ == Phase::head) return linger();
    end_sending();
}

// Ends after the last reply. Whoever was refused may still be sending: it is read for a moment, since closing over
// unread bytes would reset the connection and lose the reply.
void HttpConnection::linger()
{
    if (phase_ == Phase::lingering || gone()) return;
    set_phase(Phase::lingering);
    if (!advancing_) finish_batch();
}

void HttpConnection::end_sending()
{
    if (gone() || shut_ || phase_ != Phase::lingering || stream_.unsent() > 0) return;
    shut_ = true;
    stream_.finish();
    if (!stream_.flush()) return close();
    if (ended_ || !refused_) return close();
    ::shutdown(stream_.descriptor(), SHUT_WR);
}

void HttpConnection::close()
{
    if (gone()) return;
    abandon();
    core_.ended(*this);
}

void HttpConnection::abandon()
{
    phase_ = Phase::gone;
    if (!shut_) {
        stream_.finish();
        stream_.flush();
    }
    if (worker_) HttpWorkers::forget(*worker_);
    worker_ = nullptr;
    core_.poller.remove(stream_.descriptor());
}

void HttpConnection::drain()
{
    if (gone() || phase_ == Phase::lingering) return;
    if (phase_ == Phase::handling || phase_ == Phase::body || stream_.unsent() > 0)
        keep_alive_ = false;
    else
        close();
}

void HttpConnection::tick(Millis now)
{
    if (gone()) return;
    const HttpServerConfig& config = core_.config;
    const Millis spent = now - phase_since_;
    if (stream_.unsent() > 0) {
        if (now - wrote_at_ > config.write_timeout) {
            ++core_.counters.timed_out;
            close();
        }
        return;
    }
    switch (phase_) {
    case Phase::handshake:
        if (spent > config.header_timeout) {
            ++core_.counters.timed_out;
            close();
        }
        break;
    case Phase::head:
        if (began_ ? spent > config.header_timeout : spent > config.idle_timeout) {
            ++core_.counters.timed_out;
            if (!began_ || (served_ == 0 && input_.empty())) return close();
            refuse({408, "http.too_slow", "The request took too long to arrive"});
            settle();
        }
        break;
    case Phase::body: {
        const Millis due =
            config.body_grace +
            Millis{static_cast<std::int64_t>(request_.body.size() * 1000 / config.body_bytes_per_second)};
        if (spent > due) {
            ++core_.counters.timed_out;
            refuse({408, "http.too_slow", "The request body took too long to arrive"});
            settle();
        }
        break;
    }
    case Phase::lingering:
        if (spent > linger_time) close();
        break;
    case Phase::handling: // the handler has its own deadline
    case Phase::gone:
        break;
    }
}

} // namespace harvest::web
