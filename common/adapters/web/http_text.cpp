#include "common/adapters/web/http_text.hpp"

#include "common/base/log.hpp"

#include <openssl/rand.h>

#include <array>

namespace harvest::web {
namespace {

std::string new_trace_id()
{
    std::array<unsigned char, 16> bytes{};
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
    std::string text;
    for (const unsigned char byte : bytes) {
        text.push_back("0123456789abcdef"[byte >> 4]);
        text.push_back("0123456789abcdef"[byte & 15]);
    }
    return text;
}

} // namespace

std::string_view reason_of(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 301:
        return "Moved Permanently";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 426:
        return "Upgrade Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Status";
    }
}

bool carries_line_break(std::string_view text)
{
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

void append_number(std::string& out, std::uint64_t number)
{
    std::array<char, 20> digits;
    auto* at = digits.data() + digits.size();
    do {
        *--at = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    out.append(at, static_cast<std::size_t>(digits.data() + digits.size() - at));
}

void append_response(std::string& out, const HttpResponse& response, std::string_view date, bool keep_alive,
                     bool head_only)
{
    const int status = response.status >= 200 && response.status <= 599 ? response.status : 500;
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(status));
    out += ' ';
    out += reason_of(status);
    out += "\r\nDate: ";
    out += date;
    const bool bodiless = status == 204 || status == 304;
    if (!bodiless) {
        if (!response.content_type.empty() && !carries_line_break(response.content_type)) {
            out += "\r\nContent-Type: ";
            out += response.content_type;
        }
        out += "\r\nContent-Length: ";
        append_number(out, response.body.size());
    }
    for (const auto& [name, value] : response.headers) {
        if (carries_line_break(name) || carries_line_break(value)) {
            log::error("a response header with a line break was left out", {{"header", name}});
            continue;
        }
        out += "\r\n";
        out += name;
        out += ": ";
        out += value;
    }
    out += keep_alive ? std::string_view("\r\n\r\n") : std::string_view("\r\nConnection: close\r\n\r\n");
    if (!head_only && !bodiless) out += response.body;
}

std::string problem_body(const Refusal& refusal)
{
    std::string body = R"({"type":"about:blank","title":")";
    body += refusal.title;
    body += R"(","status":)";
    append_number(body, static_cast<std::uint64_t>(refusal.status));
    body += R"(,"code":")";
    body += refusal.code;
    body += R"(","trace_id":")";
    body += new_trace_id();
    body += "\"}";
    return body;
}

std::string refusal_response(const Refusal& refusal, std::string_view headers)
{
    const std::string body = problem_body(refusal);
    std::string out = "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(refusal.status));
    out += ' ';
    out += reason_of(refusal.status);
    out += "\r\nContent-Type: application/problem+json\r\nContent-Length: ";
    append_number(out, body.size());
    out += "\r\nConnection: close\r\n";
    out += headers;
    out += "\r\n";
    out += body;
    return out;
}

} // namespace harvest::web
