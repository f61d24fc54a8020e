#include "daemons/chat/chat.hpp"

#include "common/base/log.hpp"
#include "common/protocol/chat_events.hpp"
#include "common/protocol/events.hpp"
#include "common/runtime/counted.hpp"

#include <algorithm>

namespace harvest::chat {
namespace {

constexpr std::size_t events_at_once = 64;
constexpr Millis read_wait = 2s, read_pause = 200ms;

} // namespace

Chat::Chat(Config config, std::string id, Executor executor, Rpc& rpc, EventLog& log, ChatStore& store,
           PlayerKeys& keys, Accounts& accounts, Social& social, Groups& groups, Matches& matches, Reports& reports,
           RateLimit& limits, Clock& clock, Entropy& entropy, telemetry::Metrics& metrics)
    : config_(std::move(config)),
      id_(std::move(id)),
      executor_(std::move(executor)),
      rpc_(rpc),
      log_(log),
      store_(store),
      accounts_(accounts),
      social_(social),
      groups_(groups),
      matches_(matches),
      reports_(reports),
      limits_(limits),
      clock_(clock),
      entropy_(entropy),
      seal_(keys, clock),
      filter_(config_.filter),
      stopping_(executor_),
      tasks_(executor_)
{
    const auto counter = [&](const char* outcome) {
        return metrics.counter("harvest_chat_messages_total", "Messages handled.",
                               {{"slot", id_}, {"outcome", outcome}});
    };
    figures_.posted = counter("posted");
    figures_.refused = counter("refused");
    figures_.failed = counter("failed");
    figures_.reported =
        metrics.counter("harvest_chat_reports_total", "Reports of messages and players.", {{"slot", id_}});
    figures_.delivery = metrics.histogram("harvest_chat_delivery_duration_seconds",
                                          "Time from sending a message to its publication.", {{"slot", id_}});
}

Chat::~Chat() = default;

Task<void> Chat::run()
{
    std::weak_ptr<bool> alive = alive_;
    rpc_.serve("chat", id_, executor_, [this, alive](RpcRequest request) -> AsyncResult<std::string> {
        if (alive.expired()) co_return Errc::unavailable;
        co_return co_await answer_call(std::move(request));
    });
    tasks_.keep(clock_, "consume", [this] { return consume(); });
    tasks_.keep(clock_, "drop_old_reports", [this] { return drop_old_reports(); });
    ready_ = true;
    while (!stopped_) {
        const Result<void> rung = co_await stopping_.wait();
        if (!rung) break;
    }
    ready_ = false;
    rpc_.withdraw("chat", id_);
    while (calls_ > 0) { // each ends by its own deadline
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(20ms));
        if (!slept) break;
    }
    alive_.reset();
    tasks_.cancel(); // what was not committed is delivered again
    co_await tasks_.join();
}

void Chat::stop()
{
    stopped_ = true;
    stopping_.ring();
}

void Chat::configure(const Config& config)
{
    config_ = config;
    filter_ = WordFilter(config_.filter);
}

Task<void> Chat::consume()
{
    Subscription subscription;
    subscription.group = "chat";
    subscription.topics = {std::string(protocol::topic::chat)};
    const std::unique_ptr<EventReader> reader = log_.subscribe(std::move(subscription));
    while (!stopped_) {
        Result<std::vector<StoredEvent>> events = co_await reader->next(events_at_once, clock_.after(read_wait));
        if (!events) {
            if (events.error() == Errc::canceled) co_return;
            const Result<void> slept = co_await clock_.sleep_until(clock_.after(read_pause));
            if (!slept) co_return;
            continue;
        }
        bool any = false;
        for (StoredEvent& stored : *events) {
            any = true;
            if (!protocol::is_chat_submitted(stored.event.type)) continue;
            Result<void> done;
            try {
                done = co_await handle_submitted(std::move(stored.event));
            }
            catch (const std::logic_error& failure) { // it costs none of the others
                figures_.failed.add();
                log::error("a message is left out", {{"error.message", failure.what()}});
            }
            if (!done && done.error() == Errc::canceled) co_return;
            ++handled_;
        }
        if (!any) continue;
        const Result<void> committed = co_await reader->commit(store_by());
        if (!committed && committed.error() == Errc::canceled) co_return;
    }
}

AsyncResult<std::string> Chat::answer_call(RpcRequest request)
{
    const Counted counted(calls_);
    if (request.method == "join") co_return co_await handle_join(std::move(request.body));
    if (request.method == "history") co_return co_await handle_history(std::move(request.body), request.by);
    if (request.method == "edit")
        co_return co_await handle_edit(std::move(request.body), std::move(request.traceparent), request.by);
    if (request.method == "delete")
        co_return co_await handle_delete(std::move(request.body), std::move(request.traceparent), request.by);
    if (request.method == "report") co_return co_await handle_report(std::move(request.body), request.by);
    if (request.method == "read") co_return co_await handle_read(std::move(request.body), request.by);
    if (request.method == "unread") co_return co_await handle_unread(std::move(request.body), request.by);
    co_return Errc::not_found;
}

Event Chat::new_event(std::string traceparent)
{
    Event event;
    event.id = new_id<EventId>(clock_, entropy_);
    event.source = id_;
    event.traceparent = std::move(traceparent);
    return event;
}

std::map<std::string, std::int64_t> Chat::load() const
{
    return {{"handled", handled_}};
}

} // namespace harvest::chat
