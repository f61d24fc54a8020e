// The connection server: live sessions of players over any ClientLink, requests to the other daemons, pushes to the
// players (harvest-protocol(7)).
#pragma once

#include "common/ports/client_link.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/event_log.hpp"
#include "common/ports/player_keys.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/rate_limit.hpp"
#include "common/ports/resume_buffers.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/sessions.hpp"
#include "common/ports/social.hpp"
#include "common/ports/tokens.hpp"
#include "common/protocol/session.hpp"
#include "common/runtime/chat_seal.hpp"
#include "common/runtime/mailbox.hpp"
#include "common/runtime/one_shot.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/task_group.hpp"
#include "common/telemetry/trace.hpp"
#include "daemons/connsrv/changes.hpp"
#include "daemons/connsrv/config.hpp"
#include "daemons/connsrv/figures.hpp"
#include "daemons/connsrv/reply.hpp"
#include "daemons/connsrv/service.hpp"
#include "daemons/connsrv/token_check.hpp"
#include "daemons/daemon.hpp"

#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace harvest::connsrv {

class Connsrv final : public Daemon {
public:
    // `id` is this slot's ("connsrv-0"); links and ports outlive run().
    Connsrv(Config config, std::string id, Executor executor, std::vector<ClientLink*> links, Rpc& rpc, EventLog& log,
            PlayerKeys& keys, Presence& presence, ResumeBuffers& buffers, Sessions& sessions, Social& social,
            RateLimit& limits, TokenVerifier& verifier, Clock& clock, Entropy& entropy, telemetry::Metrics& metrics,
            telemetry::Spans& spans);
    ~Connsrv() override;

    std::string_view name() const override { return "connsrv"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override;
    // Takes what may change while it runs. On its own loop.
    void configure(const Config& config);

private:
    class Port; // what one ClientLink tells us
    struct Door {
        ClientLink* link{};
        LinkId id{};
        std::string address_key; // what limits by address go by
        std::string transport;
        std::vector<std::string> inbox;
        bool busy{};
    };

    // connsrv.cpp: lifecycle
    void listen();
    Task<void> drain();
    Task<void> sweep();
    Task<void> follow(std::shared_ptr<EventReader> reader);
    Task<void> tell_chat();
    AsyncResult<std::string> answer_call(RpcRequest request);
    Task<void> learn_keys();

    // tend.cpp: what each session needs again and again
    struct Round;
    using Device = std::pair<PlayerId, SessionId>;
    using Tend = Task<bool> (Connsrv::*)(PlayerId, SessionId); // false: none of this round is begun any more
    Task<void> renew_presence();
    Task<void> recheck_rows();
    Task<bool> renew_one(PlayerId player, SessionId session);
    Task<bool> recheck_one(PlayerId player, SessionId session);
    // Some at a time, until all are through. Errors: canceled.
    AsyncResult<void> tend_each(std::vector<Device> due, Tend one);
    Task<void> tend_some(std::shared_ptr<Round> round, Tend one);

    // dispatch.cpp: from bytes to handlers and back
    void opened(ClientLink& link, const LinkInfo& info, Port& port);
    void arrived(ConnId conn, std::string_view bytes);
    void gone(ConnId conn, CloseReason reason);
    Task<void> pump(ConnId conn);
    Task<void> answer(ConnId conn, std::string bytes);
    Task<Reply> dispatch(Op op, Caller caller, protocol::LiveRequest request, Deadline by);
    void leave_span(std::string_view op, const telemetry::Trace& trace, std::int64_t begun, const Error& error);
    void refuse(ConnId conn, std::int64_t re, Error error, std::string_view why);
    void known(ConnId conn); // tells its link that it has signed in
    bool send(ConnId conn, std::string_view bytes);
    void close(ConnId conn, CloseReason reason, std::string_view text);
    void deliver(const std::vector<Roster::Delivery>& deliveries);

    // keep.cpp: what of the sessions goes to the resume buffers
    void keep();
    Task<void> save();
    AsyncResult<void> save_some(Deadline by);
    void saved(const std::vector<ResumeWrite>& writes, const Result<std::vector<ResumeWritten>>& outcomes);

    // handle_<what>.cpp
    Task<Reply> handle_hello(ConnId conn, protocol::LiveRequest request, Deadline by);
    Task<Reply> handle_resume(ConnId conn, protocol::LiveRequest request, Deadline by);
    Task<bool> holds(AccessClaims claims, std::string secret);
    AsyncResult<Roster::Resumed> take_over(ConnId conn, AccessClaims claims, std::string secret, std::int64_t last_seq);
    AsyncResult<protocol::SurrenderReply> ask_surrender(PlayerId player, ResumeTaken from);
    AsyncResult<Roster::Resumed> take_up(ConnId conn, SignIn who, ResumeTaken taken, bool replaced);
    Task<void> forget_taken(ResumeKey key);
    Task<void> settle_in(PlayerId player, SessionId session, std::vector<PlayerId> watching, Deadline by);
    AsyncResult<protocol::SurrenderReply> surrender(protocol::SurrenderRequest request);
    void hand_on(const std::string& fence, Result<protocol::SurrenderReply> rest);
    AsyncResult<AccessClaims> sign_in(ConnId conn, std::string token, Deadline by);
    Reply handle_ping(const Caller& caller, const protocol::LiveRequest& request);
    Task<Reply> handle_presence_set(Caller caller, protocol::LiveRequest request, Deadline by);
    Task<Reply> handle_presence_subscribe(Caller caller, protocol::LiveRequest request, Deadline by);
    Task<Reply> handle_chat_join(Caller caller, protocol::LiveRequest request, Deadline by);
    Reply handle_chat_leave(const Caller& caller, const protocol::LiveRequest& request);
    Task<Reply> handle_chat_send(Caller caller, protocol::LiveRequest request, Deadline by);
    Task<Reply> handle_notify_list(Caller caller, protocol::LiveRequest request, Deadline by);
    Task<Reply> handle_notify_read(Caller caller, protocol::LiveRequest request, Deadline by);
    Task<Reply> handle_party_join(Caller caller, protocol::LiveRequest request, Deadline by);
    Task<Reply> handle_report(Caller caller, protocol::LiveRequest request, Deadline by);
    void learn(const StoredEvent& event);
    void handle_event(const StoredEvent& stored);
    Task<void> learn_name(PlayerId player, Millis renamed_at);
    AsyncResult<void> handle_chat_event(StoredEvent stored);
    AsyncResult<protocol::ChatWords> words_for_here(const protocol::ChatPosted& posted);
    Result<std::string> handle_push(const std::string& body);
    AsyncResult<std::string> handle_surrender(std::string body);
    AsyncResult<std::string> handle_replace(std::string body, Deadline by);
    // Presence says that the session of that fence is here. Errors: canceled (it is not), those of the port.
    AsyncResult<void> put_presence(PlayerId player, std::string fence, Deadline by);
    void drop_replaced(const PlayerId& player, const std::string& device_class);
    void end(const std::vector<Roster::Ended>& ended, CloseReason reason, std::string_view text);
    // To the watchers here, and by way of the other connection servers to those there.
    void tell_status(const PlayerId& player, const std::string& status);
    void tell_watchers(const protocol::PresenceEntry& entry);
    Task<void> tell_others();
    Task<void> look_again();
    Task<void> meet_others();
    AsyncResult<void> send_statuses(protocol::PresenceList list); // to the others. Errors: canceled
    Task<void> say_goodbye(const std::vector<std::pair<PlayerId, SessionId>>& left, Deadline by);
    AsyncResult<void> leave(PlayerId player, SessionId session); // Errors: presence's; it is to be tried again
    AsyncResult<std::string> handle_statuses(std::string body, Deadline by);
    AsyncResult<std::vector<PlayerId>> visible(Caller caller, std::vector<PlayerId> players, Deadline by);
    void handle_blocked(const PlayerId& player, const PlayerId& blocked, std::vector<Roster::Delivery>& deliveries);

    Config config_;
    std::string id_;
    Executor executor_;
    std::vector<ClientLink*> links_;
    Rpc& rpc_;
    EventLog& log_;
    Presence& presence_;
    ResumeBuffers& buffers_;
    Sessions& sessions_;
    Social& social_;
    RateLimit& limits_;
    Clock& clock_;
    Entropy& entropy_;
    telemetry::Spans& spans_;
    Figures figures_;
    TokenCheck tokens_;
    Roster roster_;
    ChatSeal seal_;
    Mailbox<StoredEvent> said_; // full: no event is read until there is room
    Seen seen_{4'096};
    std::vector<std::unique_ptr<Port>> ports_;
    std::unordered_map<ConnId, Door> doors_;
    std::vector<std::pair<PlayerId, SessionId>> leaving_; // presence to take back
    std::vector<std::string> others_;                     // ids of the connection servers besides this one
    Changes changes_;                                     // of status, for the others
    std::set<std::string> unsure_; // players who are said to be offline elsewhere; presence has not answered yet
    // Fences of sessions that are just being taken over, and who has overtaken that and waits for the rest.
    std::map<std::string, std::shared_ptr<OneShot<protocol::SurrenderReply>>> taking_;
    std::size_t busy_{};
    bool ready_{}, draining_{};
    std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
    Signal stopping_, unsaved_, changed_;
    TaskGroup tasks_;
};

} // namespace harvest::connsrv
