// The JSON codec over Boost.Describe: described structs and enums, Id<>, Amount, RawJson, optional (left out when
// empty), vector, map<string, T>. Reading is strict: a missing, repeated, unknown or wrongly typed member is refused
// with its path.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/result.hpp"

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace harvest::protocol {

// A whole number that can pass 2^53: a decimal string in JSON.
struct Amount {
    std::int64_t units{};
    friend auto operator<=>(const Amount&, const Amount&) = default;
};

// A JSON document kept as it is, byte for byte where it is a member of the document read (the `data` of an envelope);
// deeper down it is written anew.
struct RawJson {
    std::string text{"null"};
    friend bool operator==(const RawJson&, const RawJson&) = default;
};

struct Nothing {
    friend bool operator==(const Nothing&, const Nothing&) = default;
};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

// Members that the reader does not know: refused in what clients send, ignored in events and stored documents.
enum class Unknown { refuse, ignore };

constexpr std::size_t max_json_depth = 32;

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t Size>
inline constexpr bool is_array<std::array<T, Size>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_id = false;
template <char Prefix>
inline constexpr bool is_id<Id<Prefix>> = true;

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

void write_string(std::string& out, std::string_view text);
void write_double(std::string& out, double number);

template <class Integer>
void write_integer(std::string& out, Integer number)
{
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    out.append(buffer, end);
}

// Where a reader stands, for the message: "data.cards[3]".
class Reading {
public:
    explicit Reading(Unknown unknown) : unknown_(unknown) {}
    Unknown unknown() const { return unknown_; }
    const std::string& why() const { return why_; }
    bool fail(std::string_view reason); // always false; keeps the first reason
    void step_out(std::string_view name);
    void step_out(std::size_t index);
    void enter() { ++depth_; }
    void leave() { --depth_; }
    bool is_member_of_document() const { return depth_ == 1; }

private:
    int depth_ = 0;
    Unknown unknown_;
    std::string path_, why_, reason_;
};

bool read_integer(const boost::json::value& value, std::int64_t min, std::uint64_t max, std::int64_t& out,
                  std::uint64_t& out_unsigned, Reading& reading);
bool read_amount(const boost::json::value& value, std::int64_t& out, Reading& reading);
bool read_id(const boost::json::value& value, char prefix, std::string& out, Reading& reading);
bool read_text(const boost::json::value& value, std::string& out, Reading& reading);
bool read_bool(const boost::json::value& value, bool& out, Reading& reading);
bool read_double(const boost::json::value& value, double& out, Reading& reading);
const boost::json::array* read_list(const boost::json::value& value, Reading& reading);
const boost::json::object* read_object(const boost::json::value& value, Reading& reading);
std::string raw_text(const boost::json::value& value);
// The text of a member of the object that the valid document `text` is.
std::string_view member_text(std::string_view text, std::string_view name);
Result<boost::json::value> parse(std::string_view text, std::string* why);

} // namespace detail

template <class T>
void write_json(std::string& out, const T& value)
{
    using namespace detail;
    if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
        write_integer(out, value);
    } else if constexpr (std::floating_point<T>) {
        write_double(out, value);
    } else if constexpr (std::same_as<T, Amount>) {
        out += '"';
        write_integer(out, value.units);
        out += '"';
    } else if constexpr (std::same_as<T, RawJson>) {
        out += value.text;
    } else if constexpr (is_id<T>) {
        write_string(out, value.value);
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        write_string(out, value);
    } else if constexpr (std::is_enum_v<T>) {
        write_string(out, boost::describe::enum_to_string(value, "unknown"));
    } else if constexpr (is_vector<T> || is_array<T>) {
        out += '[';
        bool first = true;
        for (const auto& element : value) {
            if (!std::exchange(first, false)) out += ',';
            write_json(out, element);
        }
        out += ']';
    } else if constexpr (is_map<T>) {
        out += '{';
        bool first = true;
        for (const auto& [key, element] : value) {
            if (!std::exchange(first, false)) out += ',';
            write_string(out, key);
            out += ':';
            write_json(out, element);
        }
        out += '}';
    } else {
        out += '{';
        bool first = true;
        boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
            const auto& element = value.*member.pointer;
            const auto put = [&](const auto& present) {
                out += std::exchange(first, false) ? "\"" : ",\"";
                out += member.name;
                out += "\":";
                write_json(out, present);
            };
            if constexpr (is_optional<std::remove_cvref_t<decltype(element)>>) {
                if (element) put(*element);
            } else {
                put(element);
            }
        });
        out += '}';
    }
}

template <class T>
std::string encode(const T& value)
{
    std::string out;
    write_json(out, value);
    return out;
}

namespace detail {

template <class T>
bool read_json(const boost::json::value& value, T& out, Reading& reading);

template <class T>
bool read_struct(const boost::json::object& object, T& out, Reading& reading)
{
    std::size_t known = 0;
    bool ok = true;
    reading.enter();
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        if (!ok) return;
        auto& element = out.*member.pointer;
        using Element = std::remove_cvref_t<decltype(element)>;
        const boost::json::value* found = object.if_contains(member.name);
        if (found) ++known;
        if constexpr (is_optional<Element>) {
            if (!found || found->is_null()) return;
            ok = read_json(*found, element.emplace(), reading);
        } else {
            ok = found ? read_json(*found, element, reading) : reading.fail("is missing");
        }
        if (!ok) reading.step_out(member.name);
    });
    reading.leave();
    if (!ok || reading.unknown() == Unknown::ignore || known == object.size()) return ok;
    for (const auto& [key, ignored] : object) {
        bool is_known = false;
        boost::mp11::mp_for_each<members_of<T>>([&](auto member) { is_known = is_known || key == member.name; });
        if (is_known) continue;
        reading.fail("is not known");
        reading.step_out(key);
        return false;
    }
    return ok;
}

template <class T>
bool read_list_of(const boost::json::value& value, T& out, Reading& reading)
{
    const boost::json::array* list = read_list(value, reading);
    if (!list) return false;
    if constexpr (is_array<T>) {
        if (list->size() != out.size()) return reading.fail("has the wrong number of elements");
    } else {
        out.clear();
        out.resize(list->size());
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        if (read_json((*list)[i], out[i], reading)) continue;
        reading.step_out(i);
        return false;
    }
    return true;
}

template <class T>
bool read_map_of(const boost::json::value& value, T& out, Reading& reading)
{
    const boost::json::object* object = read_object(value, reading);
    if (!object) return false;
    for (const auto& [key, element] : *object) {
        if (read_json(element, out[std::string(key)], reading)) continue;
        reading.step_out(key);
        return false;
    }
    return true;
}

template <class T>
bool read_enum(const boost::json::value& value, T& out, Reading& reading)
{
    std::string text;
    if (!read_text(value, text, reading)) return false;
    if (boost::describe::enum_from_string(text.c_str(), out)) return true;
    std::string choices = "is not one of";
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto each) {
        choices += ' ';
        choices += each.name;
    });
    return reading.fail(choices);
}

template <class T>
bool read_json(const boost::json::value& value, T& out, Reading& reading)
{
    if constexpr (std::same_as<T, bool>) {
        return read_bool(value, out, reading);
    } else if constexpr (std::integral<T>) {
        std::int64_t number{};
        std::uint64_t large{};
        const auto max = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
        constexpr auto min = std::is_signed_v<T> ? static_cast<std::int64_t>(std::numeric_limits<T>::min()) : 0;
        if (!read_integer(value, min, max, number, large, reading)) return false;
        out = std::is_signed_v<T> ? static_cast<T>(number) : static_cast<T>(large);
        return true;
    } else if constexpr (std::floating_point<T>) {
        return read_double(value, out, reading);
    } else if constexpr (std::same_as<T, Amount>) {
        return read_amount(value, out.units, reading);
    } else if constexpr (std::same_as<T, RawJson>) {
        if (!reading.is_member_of_document()) out.text = raw_text(value); // decode() cuts the others out of its text
        return true;
    } else if constexpr (is_id<T>) {
        return read_id(value, T::prefix, out.value, reading);
    } else if constexpr (std::same_as<T, std::string>) {
        return read_text(value, out, reading);
    } else if constexpr (std::is_enum_v<T>) {
        return read_enum(value, out, reading);
    } else if constexpr (is_vector<T> || is_array<T>) {
        return read_list_of(value, out, reading);
    } else if constexpr (is_map<T>) {
        return read_map_of(value, out, reading);
    } else {
        const boost::json::object* object = read_object(value, reading);
        return object && read_struct(*object, out, reading);
    }
}

// Gives the raw members of a document their text.
template <class T>
void cut_raw_members(std::string_view text, T& out)
{
    if constexpr (boost::describe::has_describe_members<T>::value) {
        boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
            auto& element = out.*member.pointer;
            using Element = std::remove_cvref_t<decltype(element)>;
            if constexpr (std::same_as<Element, RawJson>) {
                element.text = member_text(text, member.name);
            } else if constexpr (std::same_as<Element, std::optional<RawJson>>) {
                if (element) element->text = member_text(text, member.name);
            }
        });
    }
}

} // namespace detail

// Reads a whole document. Errors: invalid_argument; `why` then names the member and the reason ("data.deck: is
// missing").
template <class T>
Result<T> decode(std::string_view text, std::string* why = nullptr, Unknown unknown = Unknown::refuse)
{
    const Result<boost::json::value> document = detail::parse(text, why);
    if (!document) return document.error();
    T out{};
    detail::Reading reading(unknown);
    if (detail::read_json(*document, out, reading)) {
        detail::cut_raw_members(text, out);
        return out;
    }
    if (why) *why = reading.why();
    return Errc::invalid_argument;
}

} // namespace harvest::protocol
