// The live side: links, their tickets, and the battle.* ops that they send to their table's room. Bad messages get a
// typed error, are counted, and then close the link.
#pragma once

#include "common/base/patience.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/rate_limit.hpp"
#include "common/ports/tokens.hpp"
#include "common/telemetry/metrics.hpp"
#include "common/telemetry/trace.hpp"
#include "daemons/instance/config.hpp"
#include "daemons/instance/tables.hpp"
#include "daemons/instance/ticket_bars.hpp"

#include <functional>
#include <unordered_map>

namespace harvest::instance {

// A link on its way to a seat or to the gallery, or there.
struct Peer {
    LinkId id{};
    ClientLink* link{};
    std::string address_key; // of its rate limit
    Millis opened_at{};
    Patience patience;
    PlayerId player; // of its ticket, like the next
    Millis ticket_at{};
    MatchId match;  // empty: not joined
    bool watches{}; // it has no seat
    SeatIndex seat{};
    std::optional<protocol::LiveRequest> waits_for_keys; // its join, until the keys are fetched
};

class Desk {
public:
    struct Hooks {
        std::function<void(Table&, Effects)> touched; // after each input to a room
        std::function<void()> need_keys;              // a ticket names a key that we lack
    };
    Desk(const Config& config, std::string instance, Tables& tables, const TicketBars& bars, TokenVerifier& verifier,
         RateLimit& limits, Clock& clock, Entropy& entropy, telemetry::Spans& spans,
         telemetry::Histogram command_seconds, Hooks hooks);

    void opened(ClientLink& link, const LinkInfo& info);
    void message(LinkId link, std::string_view bytes);
    void closed(LinkId link);

    void deliver(const Table& table, const Effects& effects);
    // Tells those who watch what they may know by now.
    void show(Table& table);
    // The result is on disk.
    void show_end(Table& table, const protocol::BattleEnd& end);
    // Whether nothing may move now: the lease is not sure, or the battle log is too far behind. Clocks and house bots
    // stand still meanwhile, and go on from where they stood.
    bool stands_still(Table& table);
    // Plays the commands that the table holds, as far as it may now.
    void release(Table& table);
    // The player's links whose tickets are barred are closed.
    void expel(const PlayerId& player, std::string_view why);
    // Every link of the table is closed; the match goes on elsewhere (`moved`) or is over.
    void clear(Table& table, bool moved);
    // Links without a seat for too long.
    void sweep();
    // The keys came, or did not: joins that wait are tried again, once.
    void keys_fetched();
    std::size_t links() const { return peers_.size(); }

private:
    void handle_join(Peer& peer, const protocol::LiveRequest& request, bool must_resume, bool keys_are_fresh);
    void handle_spectate(Peer& peer, const protocol::LiveRequest& request, bool keys_are_fresh);
    void handle_nonce(Peer& peer, Table& table, const protocol::LiveRequest& request);
    void handle_command(Peer& peer, Table& table, protocol::LiveRequest request);
    void handle_emote(Peer& peer, Table& table, const protocol::LiveRequest& request);
    void handle_state(Peer& peer, Table& table, const protocol::LiveRequest& request);

    // As part of its trace, if it has one or traces are wanted.
    void traced(Peer& peer, protocol::LiveRequest request);
    void dispatch(Peer& peer, protocol::LiveRequest request);
    // What the ticket of a first message says; none: the peer has its answer, or waits for keys.
    std::optional<TicketClaims> read_ticket(Peer& peer, const protocol::LiveRequest& request, const std::string& ticket,
                                            bool keys_are_fresh);
    bool may_enter(Peer& peer, const protocol::LiveRequest& request, bool keys_are_fresh);
    void tell(const Gallery::Tell& tell);
    void sit(Peer& peer, Table& table, SeatIndex seat);
    void play(Table& table, SeatIndex seat, const protocol::LiveRequest& request);
    bool admit_join(Peer& peer, const protocol::LiveRequest& request);
    bool admit_op(Peer& peer, Table& table, Op op, const protocol::LiveRequest& request);
    void too_often(Peer& peer, std::int64_t id, Millis retry_after);
    void send_answer(const Table& table, SeatIndex seat, std::int64_t id, const Answer& answer);
    void refuse(const Peer& peer, std::int64_t id, const Error& error, std::string_view why = {});
    void fault(Peer& peer, std::int64_t id, const Error& error, std::string_view why = {});

    const Config& config_;
    std::string instance_;
    Tables& tables_;
    const TicketBars& bars_;
    TokenVerifier& verifier_;
    RateLimit& limits_;
    Clock& clock_;
    Entropy& entropy_;
    telemetry::Spans& spans_;
    telemetry::Histogram command_seconds_;
    Hooks hooks_;
    std::unordered_map<LinkId, Peer> peers_;
    std::deque<LinkId> unseated_; // in order of opening
};

} // namespace harvest::instance
