#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace harvest::config {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};
constexpr std::array time_units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                                Unit{"ms", 1}};
constexpr std::array size_units{Unit{"GiB", 1LL << 30}, Unit{"MiB", 1LL << 20}, Unit{"KiB", 1LL << 10}, Unit{"B", 1}};

constexpr std::int64_t no_maximum = std::numeric_limits<std::int64_t>::max();

// Decimal digits only: no sign but '-', no leading zero, no octal, no exponent.
std::optional<std::int64_t> read_integer(std::string_view text)
{
    std::int64_t number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (error != std::errc{} || end != text.data() + text.size() || digits.empty()) return std::nullopt;
    if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
    return number;
}

// Takes "<digits><unit>" from the front of `text`.
std::optional<std::int64_t> take_part(std::string_view& text, std::span<const Unit> units)
{
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const std::optional<std::int64_t> number = read_integer(text.substr(0, digits));
    text.remove_prefix(digits);
    const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto unit = std::ranges::find(units, text.substr(0, letters), &Unit::name);
    if (!number || unit == units.end() || *number > no_maximum / unit->factor) return std::nullopt;
    text.remove_prefix(letters);
    return *number * unit->factor;
}

std::string unit_text(std::int64_t value, std::span<const Unit> units)
{
    for (const Unit& unit : units)
        if (value != 0 && value % unit.factor == 0) return fmt::format("{}{}", value / unit.factor, unit.name);
    return fmt::format("{}{}", value, units.back().name == "ms" ? "s" : "B");
}

std::string bound_text(const Field& field, std::int64_t bound)
{
    if (std::holds_alternative<Millis*>(field.target)) return unit_text(bound, time_units);
    if (std::holds_alternative<ByteSize*>(field.target)) return unit_text(bound, size_units);
    return std::to_string(bound);
}

std::optional<std::string> out_of_range(const Field& field, std::int64_t value, std::string_view text)
{
    std::int64_t max = field.info.max;
    if (std::holds_alternative<std::uint16_t*>(field.target)) max = std::min<std::int64_t>(max, 65'535);
    if (value >= field.info.min && value <= max) return std::nullopt;
    if (max == no_maximum) return fmt::format("must be at least {}, not {}", bound_text(field, field.info.min), text);
    return fmt::format("must be {} to {}, not {}", bound_text(field, field.info.min), bound_text(field, max), text);
}

std::string joined(std::span<const std::string_view> words)
{
    return fmt::format("{}", fmt::join(words, ", "));
}

std::optional<std::string> assign_string(const Field& field, std::string& target, std::string_view text)
{
    const auto& choices = field.info.choices;
    if (!choices.empty() && std::ranges::find(choices, text) == choices.end())
        return fmt::format("must be one of {}, not '{}'", joined(choices), text);
    target = text;
    return std::nullopt;
}

bool is_reference(std::string_view text)
{
    return text.starts_with("file:") || text.starts_with("env:") || text.starts_with("credential:");
}

} // namespace

Result<Millis> parse_duration(std::string_view text)
{
    if (text == "0") return Millis{0};
    std::int64_t total = 0;
    if (text.empty()) return Errc::invalid_argument;
    while (!text.empty()) {
        const std::optional<std::int64_t> part = take_part(text, time_units);
        if (!part || *part > no_maximum - total) return Errc::invalid_argument;
        total += *part;
    }
    return Millis{total};
}

std::string duration_text(Millis length)
{
    return unit_text(length.count(), time_units);
}

Result<ByteSize> parse_size(std::string_view text)
{
    if (text == "0") return ByteSize{};
    const std::optional<std::int64_t> bytes = take_part(text, size_units);
    if (!bytes || !text.empty()) return Errc::invalid_argument;
    return ByteSize{static_cast<std::uint64_t>(*bytes)};
}

std::string size_text(ByteSize size)
{
    return unit_text(static_cast<std::int64_t>(size.bytes), size_units);
}

std::optional<std::string> assign(const Field& field, std::string_view text)
{
    if (bool* const* target = std::get_if<bool*>(&field.target)) {
        if (text != "true" && text != "false") return fmt::format("must be true or false, not '{}'", text);
        **target = text == "true";
        return std::nullopt;
    }
    if (Millis* const* target = std::get_if<Millis*>(&field.target)) {
        const Result<Millis> length = parse_duration(text);
        if (!length) return fmt::format("must be a duration with its unit, like 5s or 250ms, not '{}'", text);
        if (auto reason = out_of_range(field, length->count(), text)) return reason;
        **target = *length;
        return std::nullopt;
    }
    if (ByteSize* const* target = std::get_if<ByteSize*>(&field.target)) {
        const Result<ByteSize> size = parse_size(text);
        if (!size) return fmt::format("must be a size with its unit, like 64MiB or 4KiB, not '{}'", text);
        if (auto reason = out_of_range(field, static_cast<std::int64_t>(size->bytes), text)) return reason;
        **target = *size;
        return std::nullopt;
    }
    if (SecretRef* const* target = std::get_if<SecretRef*>(&field.target)) {
        // The text itself must not be repeated: it may be the secret.
        if (!text.empty() && !is_reference(text))
            return "must be a reference (file:PATH, env:NAME or credential:NAME), not the secret itself";
        (*target)->where = text;
        return std::nullopt;
    }
    if (std::string* const* target = std::get_if<std::string*>(&field.target))
        return assign_string(field, **target, text);
    if (std::holds_alternative<std::vector<std::string>*>(field.target)) {
        std::vector<std::string> items;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t comma = std::min(text.find(',', at), text.size());
            items.emplace_back(text.substr(at, comma - at));
            at = comma + 1;
        }
        return assign_list(field, std::move(items));
    }
    const std::optional<std::int64_t> number = read_integer(text);
    if (!number) return fmt::format("must be a whole number, not '{}'", text);
    if (auto reason = out_of_range(field, *number, text)) return reason;
    if (std::uint16_t* const* target = std::get_if<std::uint16_t*>(&field.target))
        **target = static_cast<std::uint16_t>(*number);
    else
        *std::get<std::int64_t*>(field.target) = *number;
    return std::nullopt;
}

std::optional<std::string> assign_list(const Field& field, std::vector<std::string> items)
{
    auto* const* target = std::get_if<std::vector<std::string>*>(&field.target);
    if (!target) return fmt::format("must be {}, not a list", type_name(field));
    const auto& choices = field.info.choices;
    for (const std::string& item : items)
        if (!choices.empty() && std::ranges::find(choices, item) == choices.end())
            return fmt::format("must be of {}, not '{}'", joined(choices), item);
    **target = std::move(items);
    return std::nullopt;
}

std::string value_text(const Field& field)
{
    struct Writer {
        std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
        std::string operator()(const std::int64_t* value) const { return std::to_string(*value); }
        std::string operator()(const std::uint16_t* value) const { return std::to_string(*value); }
        std::string operator()(const std::string* value) const { return value->empty() ? "\"\"" : *value; }
        std::string operator()(const Millis* value) const { return duration_text(*value); }
        std::string operator()(const ByteSize* value) const { return size_text(*value); }
        std::string operator()(const SecretRef* value) const { return value->where.empty() ? "\"\"" : value->where; }
        std::string operator()(const std::vector<std::string>* value) const
        {
            return fmt::format("[{}]", fmt::join(*value, ", "));
        }
    };
    return std::visit(Writer{}, field.target);
}

std::string_view type_name(const Field& field)
{
    constexpr std::array<std::string_view, 8> names{"a boolean",  "a whole number", "a port",   "a text",
                                                    "a duration", "a size",         "a secret", "a list of texts"};
    return names[field.target.index()];
}

std::string range_text(const Field& field)
{
    if (!field.info.choices.empty()) return joined(field.info.choices);
    const bool numeric = std::holds_alternative<std::int64_t*>(field.target) ||
                         std::holds_alternative<Millis*>(field.target) ||
                         std::holds_alternative<ByteSize*>(field.target);
    if (std::holds_alternative<std::uint16_t*>(field.target))
        return fmt::format("{} to {}", field.info.min, std::min<std::int64_t>(field.info.max, 65'535));
    if (!numeric || (field.info.min == 0 && field.info.max == no_maximum)) return {};
    if (field.info.max == no_maximum) return fmt::format("at least {}", bound_text(field, field.info.min));
    return fmt::format("{} to {}", bound_text(field, field.info.min), bound_text(field, field.info.max));
}

Result<std::string> resolve_secret(const SecretRef& secret)
{
    const std::size_t colon = secret.where.find(':');
    if (colon == std::string::npos) return Errc::invalid_argument;
    const std::string kind = secret.where.substr(0, colon);
    std::string name = secret.where.substr(colon + 1);
    if (kind == "env") {
        const char* value = std::getenv(name.c_str());
        if (!value) return Errc::not_found;
        return std::string(value);
    }
    if (kind == "credential") {
        const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
        if (!directory || name.find('/') != std::string::npos) return Errc::not_found;
        name = std::string(directory) + "/" + name;
    }
    std::ifstream file(name, std::ios::binary);
    if (!file) return Errc::not_found;
    std::string text{std::istreambuf_iterator<char>(file), {}};
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

} // namespace harvest::config
