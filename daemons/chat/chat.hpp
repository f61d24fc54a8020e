// The chat daemon: decides what is said (membership, mutes, blocks, flood, filter), keeps it, and publishes it on the
// event log, from which every connection server takes what its players get. It reads what was submitted as the
// consumer group "chat": at least once, in order per channel.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/chat_store.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/event_log.hpp"
#include "common/ports/groups.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/player_keys.hpp"
#include "common/ports/rate_limit.hpp"
#include "common/ports/reports.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/social.hpp"
#include "common/protocol/chat.hpp"
#include "common/runtime/chat_seal.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/task_group.hpp"
#include "common/telemetry/metrics.hpp"
#include "daemons/chat/config.hpp"
#include "daemons/chat/service.hpp"
#include "daemons/daemon.hpp"

#include <memory>

namespace harvest::chat {

class Chat final : public Daemon {
public:
    // `id` is this slot's ("chat-0"); ports outlive run().
    Chat(Config config, std::string id, Executor executor, Rpc& rpc, EventLog& log, ChatStore& store, PlayerKeys& keys,
         Accounts& accounts, Social& social, Groups& groups, Matches& matches, Reports& reports, RateLimit& limits,
         Clock& clock, Entropy& entropy, telemetry::Metrics& metrics);
    ~Chat() override;

    std::string_view name() const override { return "chat"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override;
    // Takes what may change while it runs. On its own loop.
    void configure(const Config& config);

private:
    struct Figures {
        telemetry::Counter posted, refused, failed, reported;
        telemetry::Histogram delivery;
    };

    Task<void> consume();
    AsyncResult<std::string> answer_call(RpcRequest request);
    Event new_event(std::string traceparent); // with an id and a source
    Deadline store_by() const { return clock_.after(config_.store_timeout); }

    // handle_submitted.cpp
    AsyncResult<void> handle_submitted(Event event);
    AsyncResult<ChatMessage> judge(const protocol::ChatSubmitted& said, protocol::ChatWords words,
                                   std::vector<PlayerId>& to);
    // Errors: not_found (its author's account was deleted), those of the stores.
    AsyncResult<void> post(ChatMessage message, std::vector<PlayerId> to, std::string traceparent);
    AsyncResult<void> refuse(const protocol::ChatSubmitted& said, Error why, std::string traceparent);

    // membership.cpp: who may be where. Errors: no_such_channel, not_a_member, those of the stores.
    AsyncResult<std::vector<PlayerId>> audience(const Channel& channel, const PlayerId& player);
    AsyncResult<std::vector<PlayerId>> group_audience(const GroupId& group, const PlayerId& player);
    AsyncResult<void> still_open(MatchId match);              // Errors: closed, those of the stores
    AsyncResult<void> on_terms(PlayerId one, PlayerId other); // Errors: blocked, those of the stores
    // The text as it will be kept, and in `to` whom it is for (nobody: all who joined). Errors: ChatErrc, those of the
    // stores.
    AsyncResult<std::string> admit(const Channel& channel, const PlayerId& author, std::string text,
                                   std::vector<PlayerId>& to);
    bool within_flood(const PlayerId& player);

    // handle_<what>.cpp
    AsyncResult<std::string> handle_join(std::string body);
    AsyncResult<std::string> handle_history(std::string body, Deadline by);
    AsyncResult<std::string> handle_edit(std::string body, std::string traceparent, Deadline by);
    AsyncResult<std::string> handle_delete(std::string body, std::string traceparent, Deadline by);
    AsyncResult<std::string> sealed(const ChatMessage& message, std::string text, Deadline by);
    AsyncResult<ChatMessage> own_message(const Channel& channel, const PlayerId& player, const MessageId& message,
                                         Deadline by);
    AsyncResult<std::string> handle_read(std::string body, Deadline by);
    AsyncResult<std::string> handle_unread(std::string body, Deadline by);
    AsyncResult<std::string> handle_report(std::string body, Deadline by);
    Task<void> drop_old_reports();
    // Errors: invalid_argument, no_such_channel, not_a_member, ReportErrc, those of the stores.
    AsyncResult<Report> read_report(protocol::PlayerReportRequest call, Deadline by);
    AsyncResult<void> seen_in_match(MatchId match, PlayerId reporter, PlayerId reported, Deadline by);

    Config config_;
    std::string id_;
    Executor executor_;
    Rpc& rpc_;
    EventLog& log_;
    ChatStore& store_;
    Accounts& accounts_;
    Social& social_;
    Groups& groups_;
    Matches& matches_;
    Reports& reports_;
    RateLimit& limits_;
    Clock& clock_;
    Entropy& entropy_;
    ChatSeal seal_;
    WordFilter filter_;
    Figures figures_;
    std::int64_t handled_{};
    std::size_t calls_{}; // Rpc calls being answered
    bool ready_{}, stopped_{};
    std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
    Signal stopping_;
    TaskGroup tasks_;
};

} // namespace harvest::chat
