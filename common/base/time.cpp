#include "common/base/time.hpp"

#include <fmt/format.h>

#include <charconv>

namespace harvest {
namespace {

// Reads exactly `width` digits from the front of `text`.
bool take_digits(std::string_view& text, std::size_t width, int& value)
{
    if (text.size() < width) return false;
    const char* const begin = text.data();
    const char* const end = begin + width;
    const auto [last, error] = std::from_chars(begin, end, value);
    if (error != std::errc{} || last != end || text[0] == '-') return false;
    text.remove_prefix(width);
    return true;
}

bool take(std::string_view& text, std::string_view any_of)
{
    if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

// Fractional seconds, at most nine digits, cut (not rounded) to milliseconds.
bool take_fraction(std::string_view& text, int& millis)
{
    millis = 0;
    if (!take(text, ".")) return true;
    std::size_t digits = 0;
    for (int scale = 100; !text.empty() && text[0] >= '0' && text[0] <= '9';
         text.remove_prefix(1), ++digits, scale /= 10)
        millis += (text[0] - '0') * scale;
    return digits >= 1 && digits <= 9;
}

} // namespace

std::string to_rfc3339(Millis since_epoch)
{
    using namespace std::chrono;
    const sys_time<milliseconds> point{since_epoch};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss clock{point - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Result<Millis> parse_rfc3339(std::string_view text)
{
    using namespace std::chrono;
    int y{}, mo{}, d{}, h{}, mi{}, s{}, ms{};
    const bool date_ok = take_digits(text, 4, y) && take(text, "-") && take_digits(text, 2, mo) && take(text, "-") &&
                         take_digits(text, 2, d) && take(text, "Tt ");
    const bool time_ok = date_ok && take_digits(text, 2, h) && take(text, ":") && take_digits(text, 2, mi) &&
                         take(text, ":") && take_digits(text, 2, s) && take_fraction(text, ms);
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!time_ok || !date.ok() || h > 23 || mi > 59 || s > 60) return Errc::invalid_argument;
    minutes offset{0};
    if (!take(text, "Zz")) {
        const bool negative = !text.empty() && text[0] == '-';
        int oh{}, om{};
        if (!take(text, "+-") || !take_digits(text, 2, oh) || !take(text, ":") || !take_digits(text, 2, om) ||
            oh > 23 || om > 59)
            return Errc::invalid_argument;
        offset = hours{oh} + minutes{om};
        if (negative) offset = -offset;
    }
    if (!text.empty()) return Errc::invalid_argument;
    const auto point = sys_days{date} + hours{h} + minutes{mi} + seconds{s} + milliseconds{ms} - offset;
    if (point < sys_days{year{1} / 1 / 1} || point >= sys_days{year{10'000} / 1 / 1}) return Errc::invalid_argument;
    return point.time_since_epoch();
}

} // namespace harvest
