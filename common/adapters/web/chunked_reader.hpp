// A chunked body of an HTTP/1.1 message.
#pragma once

#include "common/adapters/web/http_head.hpp"

namespace harvest::web {

// A chunked body (RFC 9112 §7.1), read as it comes.
class ChunkedReader {
public:
    // Takes what it can of `bytes` (removing it), appends to `body`. `done()` tells when the last trailer has passed.
    Refusal take(std::string_view& bytes, std::string& body, std::size_t max_body);
    bool done() const { return state_ == State::done; }

private:
    enum class State { size, extension, size_lf, data, data_cr, data_lf, trailer, done };
    Refusal step(char c, std::size_t body_size, std::size_t max_body);

    State state_{State::size};
    std::uint64_t left_{};
    std::size_t digits_{}, extra_{}, line_{};
    bool line_cr_{};
};

} // namespace harvest::web
