#include "cli/failure.hpp"

#include "common/protocol/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace harvest::cli {
namespace {

struct ErrorBody {
    std::string code, message, why, hint;
    int exit{};
    bool retryable{};
    std::string trace_id;
};
BOOST_DESCRIBE_STRUCT(ErrorBody, (), (code, message, why, hint, exit, retryable, trace_id))

struct ErrorEnvelope {
    ErrorBody error;
};
BOOST_DESCRIBE_STRUCT(ErrorEnvelope, (), (error))

// Words as they were typed may carry what moves a terminal's cursor, or is no text: that is shown, not sent.
std::string shown(const std::string& text)
{
    const bool is_text = is_utf8(text);
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_text))
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out;
}

} // namespace

bool is_utf8(std::string_view text)
{
    boost::system::error_code bad;
    (void)boost::json::parse(boost::json::serialize(boost::json::value(text)), bad);
    return !bad;
}

Failure usage_failure(std::string message, std::string why, std::string hint)
{
    return {64, "invalid_argument", shown(message), shown(why), shown(hint), false, {}};
}

Failure failure_of(const Error& error, std::string message, std::string hint)
{
    const ErrcRow& row = errc_row(classify(error));
    return {row.exit_code,
            std::string(wire_code(error)),
            std::move(message),
            error.message(),
            std::move(hint),
            row.retryable,
            {}};
}

std::string message_of(const boost::system::system_error& error)
{
    std::string what = error.what();
    const std::string tail = ": " + error.code().message();
    if (const std::size_t at = what.rfind(tail); at != std::string::npos) what.erase(at);
    if (const std::size_t at = what.find(" [harvest"); at != std::string::npos) what.erase(at);
    return what;
}

std::string to_text(const Failure& failure)
{
    std::string out = "error: " + failure.message + '\n';
    if (!failure.why.empty()) out += "  " + failure.why + '\n';
    if (!failure.hint.empty()) out += "  " + failure.hint + '\n';
    return out;
}

std::string to_json(const Failure& failure)
{
    ErrorEnvelope envelope;
    envelope.error = {failure.code, failure.message,   failure.why,     failure.hint,
                      failure.exit, failure.retryable, failure.trace_id};
    return protocol::encode(envelope) + '\n';
}

} // namespace harvest::cli
