#include "common/adapters/system/file_mailer.hpp"

#include "common/crypto/secret_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace harvest::system {
namespace {

constexpr std::size_t letters_waiting = 64;

bool is_head_text(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// RFC 5322 §3.3, whatever the locale says.
std::string date_of(Millis at)
{
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_time<Millis> moment(at);
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(moment - day));
    return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", days[std::chrono::weekday(day).c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

Result<void> put(const std::filesystem::path& folder, const std::string& name, const std::string& text)
{
    std::error_code failed;
    if (std::filesystem::create_directories(folder, failed))
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
    if (failed) return Errc::unavailable;
    return crypto::write_secret_file(folder / name, text);
}

} // namespace

std::string letter(const Mail& mail, std::string_view from, std::string_view id, Millis at)
{
    std::string text = fmt::format("From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@harvest>\r\n"
                                   "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                                   "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n",
                                   from, mail.to, mail.subject, date_of(at), id);
    for (const char c : mail.text) {
        if (c == '\n') text += '\r';
        text += c;
    }
    return text;
}

FileMailer::FileMailer(std::filesystem::path folder, std::string from, const Clock& clock, Entropy& entropy)
    : folder_(std::move(folder)),
      from_(std::move(from)),
      clock_(clock),
      entropy_(entropy),
      pool_(1, letters_waiting, clock)
{
}

AsyncResult<void> FileMailer::send(Mail mail, Deadline by)
{
    if (!is_head_text(mail.to) || !is_head_text(mail.subject)) co_return Errc::invalid_argument;
    const Millis now = clock_.now();
    const std::string id = make_ulid(now, entropy_.bytes<10>());
    std::string text = letter(mail, from_, id, now);
    // The call may be given up while the pool still writes: the job owns what it refers to.
    auto outcome = std::make_shared<Result<void>>(Errc::internal);
    std::function<void()> job = [outcome, folder = folder_, name = id + ".eml", text = std::move(text)] {
        *outcome = put(folder, name, text);
    };
    const Result<void> ran = co_await pool_.run(std::move(job), by);
    if (!ran) co_return ran.error();
    co_return *outcome;
}

} // namespace harvest::system
