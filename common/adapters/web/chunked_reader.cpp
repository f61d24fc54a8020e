#include "common/adapters/web/chunked_reader.hpp"

#include <algorithm>

namespace harvest::web {

Refusal ChunkedReader::take(std::string_view& bytes, std::string& body, std::size_t max_body)
{
    while (!bytes.empty() && state_ != State::done) {
        if (state_ == State::data) {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
            body.append(bytes.substr(0, size));
            bytes.remove_prefix(size);
            left_ -= size;
            if (left_ == 0) state_ = State::data_cr;
            continue;
        }
        const char c = bytes.front();
        bytes.remove_prefix(1);
        if (const Refusal refusal = step(c, body.size(), max_body)) return refusal;
    }
    return {};
}

Refusal ChunkedReader::step(char c, std::size_t body_size, std::size_t max_body)
{
    constexpr std::size_t max_extra = 4096; // all extensions and trailers of one body
    switch (state_) {
    case State::size: {
        const int value = hex_value(c);
        if (value >= 0) {
            if (++digits_ > 8) return malformed;
            left_ = left_ * 16 + static_cast<std::uint64_t>(value);
            return {};
        }
        if (digits_ == 0) return malformed;
        if (left_ > max_body || body_size + left_ > max_body)
            return {413, "http.body_too_large", "The request body is too large"};
        if (c == '\r')
            state_ = State::size_lf;
        else if (c == ';')
            state_ = State::extension;
        else
            return malformed;
        return {};
    }
    case State::extension:
        if (++extra_ > max_extra) return malformed;
        if (c == '\r')
            state_ = State::size_lf;
        else if (static_cast<unsigned char>(c) < 0x20 && c != '\t')
            return malformed;
        return {};
    case State::size_lf:
        if (c != '\n') return malformed;
        state_ = left_ == 0 ? State::trailer : State::data;
        digits_ = line_ = 0;
        return {};
    case State::data_cr:
        if (c != '\r') return malformed;
        state_ = State::data_lf;
        return {};
    case State::data_lf:
        if (c != '\n') return malformed;
        state_ = State::size;
        return {};
    case State::trailer: // read and forgotten
        if (++extra_ > max_extra) return malformed;
        if (line_cr_) {
            if (c != '\n') return malformed;
            if (line_ == 0) state_ = State::done;
            line_cr_ = false;
            line_ = 0;
        } else if (c == '\r') {
            line_cr_ = true;
        } else {
            if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return malformed;
            ++line_;
        }
        return {};
    case State::data:
    case State::done:
        break;
    }
    return malformed;
}

} // namespace harvest::web
