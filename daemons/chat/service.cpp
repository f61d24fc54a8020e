#include "daemons/chat/service.hpp"

#include "daemons/chat/errc.hpp"

#include <algorithm>
#include <optional>

namespace harvest::chat {
namespace {

constexpr std::size_t max_room = 40;

bool is_room_name(std::string_view name)
{
    return !name.empty() && name.size() <= max_room && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

Result<Channel> direct_channel(std::string_view rest, const PlayerId& asker)
{
    const std::size_t colon = rest.find(':');
    const auto first = parse_id<PlayerId>(rest.substr(0, colon));
    const auto second =
        colon == std::string_view::npos ? Result<PlayerId>(asker) : parse_id<PlayerId>(rest.substr(colon + 1));
    if (!first || !second || *first == *second) return ChatErrc::no_such_channel;
    Channel channel;
    channel.kind = ChannelKind::direct;
    channel.one = std::min(*first, *second);
    channel.other = std::max(*first, *second);
    channel.kept = "dm:" + channel.one.value + ":" + channel.other.value;
    return channel;
}

// One code point of valid UTF-8 (RFC 3629) from `text` at `at`, which moves on.
std::optional<char32_t> next_character(std::string_view text, std::size_t& at)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    if (lead < 0x80) return static_cast<char32_t>(byte(at++));
    const std::size_t length = lead >= 0xf0 ? 4U : lead >= 0xe0 ? 3U : 2U;
    if (lead < 0xc2 || lead > 0xf4 || at + length > text.size()) return std::nullopt;
    char32_t character = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xc0U) != 0x80U) return std::nullopt;
        character = (character << 6) | (byte(at + i) & 0x3fU);
    }
    const bool overlong = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
    const bool surrogate = character >= 0xd800 && character <= 0xdfff;
    if (overlong || surrogate || character > 0x10ffff) return std::nullopt;
    at += length;
    return character;
}

bool is_control(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

bool is_direction(char32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char fold(char c)
{
    switch (c) {
    case '0':
        return 'o';
    case '1':
        return 'i';
    case '3':
        return 'e';
    case '4':
        return 'a';
    case '5':
        return 's';
    default:
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
}

std::string folded(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), fold);
    return out;
}

// Letters, digits and everything beyond ASCII.
bool is_word(char c)
{
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z');
}

} // namespace

Result<Channel> parse_channel(std::string_view text, const PlayerId& asker)
{
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return ChatErrc::no_such_channel;
    const std::string_view kind = text.substr(0, colon), rest = text.substr(colon + 1);
    if (kind == "dm") return direct_channel(rest, asker);
    Channel channel;
    channel.kept = text;
    if (kind == "room" && is_room_name(rest)) {
        channel.kind = ChannelKind::room;
        channel.room = rest;
        return channel;
    }
    if (kind == "group") {
        const auto group = parse_id<GroupId>(rest);
        if (!group) return ChatErrc::no_such_channel;
        channel.kind = ChannelKind::group;
        channel.group = *group;
        return channel;
    }
    const auto match = parse_id<MatchId>(rest);
    if (kind != "match" || !match) return ChatErrc::no_such_channel;
    channel.kind = ChannelKind::match;
    channel.match = *match;
    return channel;
}

Result<std::string> clean_text(std::string_view text, std::size_t max_characters)
{
    const auto is_space = [](char c) { return c == ' '; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    std::string out;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const std::optional<char32_t> character = next_character(text, at);
        if (!character || is_control(*character)) return ChatErrc::bad_text;
        if (is_direction(*character)) continue;
        if (++characters > max_characters) return ChatErrc::too_long;
        out.append(text.substr(begin, at - begin));
    }
    if (out.empty()) return ChatErrc::bad_text;
    return out;
}

WordFilter::WordFilter(const std::vector<std::string>& words)
{
    for (const std::string& word : words)
        if (!word.empty()) words_.push_back(folded(word));
    std::sort(words_.begin(), words_.end());
}

std::string WordFilter::mask(std::string text) const
{
    if (words_.empty()) return text;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_word(text[end])) ++end;
        if (end == at) {
            ++at;
            continue;
        }
        if (std::binary_search(words_.begin(), words_.end(), folded(std::string_view(text).substr(at, end - at))))
            std::fill(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end),
                      '*');
        at = end;
    }
    return text;
}

} // namespace harvest::chat
