#include "common/adapters/postgres/append_listener.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace harvest::postgres {

AppendListener::AppendListener(const Target& target, const Clock& clock, Millis poll_interval)
    : clock_(clock),
      link_(target, clock,
            [](PostgresConnection& connection) { return connection.run(listen(connection.schema_number())); }),
      poll_interval_(poll_interval),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
}

AppendListener::~AppendListener()
{
    closing_ = true;
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
    if (thread_.joinable()) thread_.join();
    ::close(wake_);
}

void AppendListener::set(Listener listener)
{
    {
        const std::lock_guard lock(mutex_);
        listener_ = std::move(listener);
        ends_.clear(); // it has heard of nothing
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
}

void AppendListener::report(std::span<const sql::Appended> notes)
{
    const std::lock_guard lock(mutex_);
    std::vector<sql::Appended> news;
    for (const sql::Appended& note : notes) {
        std::int64_t& end = ends_[sql::Sequence{note.topic, note.partition}];
        if (note.end_offset <= end) continue;
        end = note.end_offset;
        news.push_back(note);
    }
    if (listener_ && !news.empty()) listener_(news);
}

void AppendListener::loop()
{
    while (!closing_) {
        PostgresConnection* connection = link_.get();
        if (!connection) {
            sleep(-1, std::max(Millis{1}, link_.next_attempt().at - clock_.monotonic()));
            continue;
        }
        if (!look(*connection)) {
            sleep(-1, poll_interval_);
            continue;
        }
        sleep(connection->socket(), poll_interval_);
        (void)connection->hear();
    }
}

Result<void> AppendListener::look(PostgresConnection& connection)
{
    const Result<sql::Rows> rows = connection.execute("SELECT topic, part, next_offset FROM topics");
    if (!rows) return rows.error();
    std::vector<sql::Appended> notes;
    for (const sql::Row& row : *rows)
        notes.push_back({row.text(0), static_cast<std::int32_t>(row.integer(1)), row.integer(2)});
    report(notes);
    return {};
}

// Until something comes, or we close.
void AppendListener::sleep(int socket, Millis at_most) const
{
    std::array<pollfd, 2> entries{pollfd{wake_, POLLIN, 0}, pollfd{socket, POLLIN, 0}};
    (void)::poll(entries.data(), socket < 0 ? 1 : 2, static_cast<int>(at_most.count()));
}

} // namespace harvest::postgres
