#include "cli/admin/event_format.hpp"

#include <algorithm>
#include <array>

namespace harvest::cli {
namespace {

struct Letter {
    char letter;
    std::string_view member;
};

constexpr std::array letters{Letter{'d', "time"},   Letter{'t', "topic"},  Letter{'p', "partition"},
                             Letter{'o', "offset"}, Letter{'k', "key"},    Letter{'y', "type"},
                             Letter{'i', "id"},     Letter{'s', "source"}, Letter{'v', "data"}};

} // namespace

std::optional<EventFormat> EventFormat::parse(std::string_view text)
{
    EventFormat format;
    std::string plain;
    const auto flush = [&] {
        if (!plain.empty()) format.pieces_.push_back({"", std::exchange(plain, "")});
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (text[i] == '\\' && (next == 'n' || next == 't')) {
            plain += next == 'n' ? '\n' : '\t';
            ++i;
        } else if (text[i] == '%' && next == '%') {
            plain += '%';
            ++i;
        } else if (text[i] == '%') {
            const auto found = std::ranges::find(letters, next, &Letter::letter);
            if (found == letters.end()) return std::nullopt;
            flush();
            format.pieces_.push_back({found->member, ""});
            ++i;
        } else {
            plain += text[i];
        }
    }
    flush();
    return format;
}

std::string EventFormat::write(const json::object& event) const
{
    std::string out;
    for (const Piece& piece : pieces_) {
        const json::value* value = piece.member.empty() ? nullptr : event.if_contains(piece.member);
        if (!value)
            out += piece.text;
        else
            out += sanitized(value->is_string() ? std::string(value->get_string()) : to_json_text(*value));
    }
    return out;
}

} // namespace harvest::cli
