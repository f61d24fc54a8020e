#include "daemons/auth/passwords.hpp"

#include <algorithm>

namespace harvest::auth {
namespace {

Error as_busy(Error error)
{
    const Errc meaning = classify(error);
    const bool busy = meaning == Errc::resource_exhausted || meaning == Errc::timed_out;
    return busy ? make_error_code(protocol::AuthErrc::busy) : error;
}

double seconds(Millis length)
{
    return std::chrono::duration<double>(length).count();
}

} // namespace

AsyncResult<std::string> Passwords::hash(std::string password, Deadline by)
{
    const Millis asked = clock_.monotonic();
    const Deadline until = std::min(by, clock_.after(wait_));
    Result<std::string> phc = co_await hasher_.hash(std::move(password), until);
    figures_.hash_wait.observe(seconds(clock_.monotonic() - asked));
    if (!phc) co_return as_busy(phc.error());
    co_return phc;
}

AsyncResult<bool> Passwords::verify(std::string password, std::string phc, Deadline by)
{
    const Millis asked = clock_.monotonic();
    const Deadline until = std::min(by, clock_.after(wait_));
    Result<bool> same = co_await hasher_.verify(std::move(password), std::move(phc), until);
    figures_.hash_wait.observe(seconds(clock_.monotonic() - asked));
    if (!same) same = Result<bool>(boost::system::in_place_error, as_busy(same.error()));
    co_return same;
}

} // namespace harvest::auth
