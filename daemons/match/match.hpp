// The match daemon: takes tickets, pairs players, finds each match an instance and tells both players where it is.
// The store sees to it that nobody is in two matches; what is in memory here can be lost at any time.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/allocator.hpp"
#include "common/ports/decks.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/event_log.hpp"
#include "common/ports/ledger.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/social.hpp"
#include "common/ports/tournaments.hpp"
#include "common/protocol/auth.hpp"
#include "common/runtime/expulsions.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/task_group.hpp"
#include "common/telemetry/metrics.hpp"
#include "daemons/daemon.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/match/config.hpp"
#include "daemons/match/parties.hpp"
#include "daemons/match/rematches.hpp"
#include "daemons/match/season_roll.hpp"
#include "daemons/match/service.hpp"
#include "daemons/match/tournament_steps.hpp"

#include <map>
#include <memory>
#include <set>

namespace harvest::match {

class MatchDaemon final : public Daemon {
public:
    // `id` is this slot's ("match-0"); ports and content outlive run().
    MatchDaemon(Config config, std::string id, Executor executor, Rpc& rpc, EventLog& log, Matches& matches,
                Decks& decks, Ledger& ledger, Accounts& accounts, Social& social, Presence& presence,
                Allocator& allocator, Seasons& seasons, Tournaments& tournaments, Leases& leases,
                GameContents& contents, Clock& clock, Entropy& entropy, telemetry::Metrics& metrics);
    ~MatchDaemon() override;

    std::string_view name() const override { return "match"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override;
    // Takes what may change while it runs. On its own loop.
    void configure(const Config& config);

private:
    struct Figures {
        telemetry::Gauge tickets, rating_gap, parties;
        telemetry::Histogram wait;
        telemetry::Counter formed, formed_with_bot, allocation_failures;
    };

    // match.cpp: lifecycle and loops
    Task<void> cycle();
    Task<void> watch_over();
    Task<void> keep_true();
    Task<void> keep_seasons();
    AsyncResult<std::string> answer_call(RpcRequest request);
    AsyncResult<std::string> answer_party(RpcRequest request);
    Deadline store_by() const { return clock_.after(config_.store_timeout); }

    // handle_<what>.cpp
    AsyncResult<std::string> handle_queue(std::string body, std::string traceparent, Deadline by);
    AsyncResult<std::string> handle_cancel(std::string body, Deadline by);
    AsyncResult<std::string> handle_status(std::string body, Deadline by);
    AsyncResult<std::string> handle_watch(std::string body, Deadline by);
    AsyncResult<std::string> handle_rematch(std::string body, Deadline by);
    AsyncResult<void> is_idle(PlayerId player, Deadline by);
    AsyncResult<std::pair<harvest::Match, std::size_t>> match_to_repeat(MatchId id, PlayerId player, Deadline by);
    AsyncResult<MatchSeat> may_repeat(MatchSeat seat, PlayerId other, Deadline by);
    AsyncResult<std::string> handle_absent(std::string body, Deadline by);
    void handle_expulsion(const Expulsion& expulsion);
    Result<std::string> handle_explain(const std::string& body);
    AsyncResult<std::string> handle_party_create(std::string body, Deadline by);
    AsyncResult<std::string> handle_party_invite(std::string body, Deadline by);
    AsyncResult<std::string> handle_party_join(std::string body, Deadline by);
    Result<std::string> handle_party_leave(const std::string& body);

    // party.cpp: what becomes of parties, and who is told
    Task<void> tend_parties();
    void drop_old_challenges();
    void part(PlayerId player, std::string_view reason);
    void party_happened(const PlayerId& player, std::string_view reason);
    void tell(const Party& party, std::string_view reason);
    void tell_out(const PlayerId& player, std::string_view reason);
    protocol::PartyInfo show(const Party& party) const;

    // rematch.cpp: those who agree on one get it
    Task<void> tend_rematches();
    void tell(const RematchOffer& offer, std::string_view reason);
    void leave_rematches(const PlayerId& player); // who has something else to do
    AsyncResult<MatchSeat> seat_again(MatchSeat seat, PlayerId other, const game::battle::Content& rules, Deadline by);
    Task<void> form_rematch(harvest::Match played, RematchOffer offer);

    // referee.cpp: tournaments that are being played
    Task<void> keep_tournaments();
    AsyncResult<void> tend_tournaments();
    AsyncResult<void> hold_referee_lease();
    AsyncResult<void> renew_referee_lease();
    AsyncResult<void> tend_tournament(TournamentId id);
    AsyncResult<void> keep_tables(Tournament& tournament, std::vector<TournamentPairing>& changed);
    AsyncResult<void> next_round(const Tournament& tournament);
    AsyncResult<void> advance(TournamentStep step);
    AsyncResult<TableVerdict> look_at_table(const Tournament& tournament, const TournamentPairing& pairing);
    AsyncResult<void> check_still_open(TournamentId id, const TournamentPairing& pairing);
    AsyncResult<std::int64_t> unattended_matches(TournamentId id, TournamentPairing pairing);
    bool perhaps_lost(const PlayerId& player) const;
    static bool is_absence(const Error& error);
    AsyncResult<MatchSeat> seat_of(const Tournament& tournament, PlayerId player, const game::battle::Content& rules);
    AsyncResult<MatchSeat> tournament_seat(PlayerId player, DeckId deck, const game::battle::Content& rules,
                                           Deadline by);
    AsyncResult<void> seat_at_table(harvest::Match match);

    // handle_tournament.cpp
    AsyncResult<std::string> answer_tournament(RpcRequest request);
    AsyncResult<std::string> handle_tournaments(std::string body, Deadline by);
    AsyncResult<void> enter_tournament(const protocol::PlayerTournamentRequest& call, Deadline by);
    AsyncResult<void> leave_tournament(const protocol::PlayerTournamentRequest& call, Deadline by);
    AsyncResult<std::string> tell_tournament(const protocol::PlayerTournamentRequest& call, Deadline by);

    // tickets.cpp: tickets between store and memory
    AsyncResult<void> not_banned(PlayerId player, std::string mode, Deadline by);
    AsyncResult<void> check_cards(MatchSeat seat, const game::battle::Content& rules, Deadline by);
    AsyncResult<Seeker> make_seeker(const MatchTicket& ticket, Deadline by);
    struct Suspect {
        Seeker seeker;
        std::string taken_back; // why; empty if it was not
    };
    void forget(const TicketId& ticket);
    void suspect(Seeker seeker, std::string taken_back = {});
    AsyncResult<void> clear_up(Suspect gone);
    void send_away(TicketId ticket, std::string reason);
    Task<void> take_back(Seeker seeker, std::string reason);
    Task<void> left_queue(Seeker seeker, std::string reason);
    bool is_ours(const TicketId& ticket) const;
    AsyncResult<void> reconcile();
    AsyncResult<MatchSeat> make_seat(const Seeker& seeker, const game::battle::Content& rules, Deadline by);

    // form.cpp: from a pair to a match in the store
    AsyncResult<void> read_blocks(Seeker& left, Seeker& right);
    Task<void> form(Seeker left, Seeker right);
    Task<void> form_with_bot(Seeker seeker);
    AsyncResult<void> make(harvest::Match match, std::array<TicketId, 2> tickets, std::string traceparent);
    void give_back(Seeker seeker);
    Task<void> unseat(Seeker seeker, const Result<MatchSeat>& seat);
    AsyncResult<std::vector<PlayerId>> bots_among(const harvest::Match& match);
    AsyncResult<MatchSeat> house_bot(const game::battle::Content& rules);

    // place.cpp: from a match in the store to players who know where it is
    Task<void> place(harvest::Match match);
    Task<void> place_again(MatchId id);
    Task<void> give_up(const harvest::Match& match);
    Task<void> tell_aborted(const harvest::Match& match);
    Task<void> announce(const harvest::Match& match, const Allocation& home);
    Task<void> announce_to(const harvest::Match& match, std::size_t place, const Allocation& home);
    AsyncResult<std::string> sign(const harvest::Match& match, int seat, const std::string& instance, Deadline by);
    AsyncResult<std::string> sign(protocol::SignTicketRequest wish, Deadline by);
    Task<void> push(PlayerId player, std::string op, std::string data);

    Config config_;
    std::string id_;
    Executor executor_;
    Rpc& rpc_;
    EventLog& log_;
    Matches& matches_;
    Decks& decks_;
    Ledger& ledger_;
    Accounts& accounts_;
    Social& social_;
    Presence& presence_;
    Allocator& allocator_;
    Tournaments& tournaments_;
    Leases& leases_;
    const GameContents& contents_;
    Clock& clock_;
    Entropy& entropy_;
    SeasonRoll season_roll_;
    std::string holder_; // of the referee's lease: this process alone
    std::optional<Lease> referee_lease_;
    std::set<TournamentId> damaged_;        // told of once
    std::map<PlayerId, Millis> away_since_; // by the monotonic clock: not present as long as this process referees
    Figures figures_;
    Queue queue_;
    Parties parties_;
    Rematches rematches_;
    Opponents opponents_{100'000};
    std::map<TicketId, Suspect> suspects_; // perhaps gone from the store: reconcile() knows
    std::set<TicketId> forming_;           // on their way into a match
    std::set<TicketId> used_;              // gone from the store since reconcile() read its list
    std::set<MatchId> placing_;
    std::map<MatchId, Millis> homeless_since_;
    std::set<MatchId> awaited_;  // a player was told to wait for match.found: it comes from whoever has the match then
    std::set<MatchId> aborting_; // perhaps aborted by us: the store knows
    std::map<std::int64_t, PlayerId> bots_; // accounts of the house, by number
    std::int64_t next_bot_{};
    std::size_t calls_{}; // Rpc calls being answered
    bool ready_{}, stopped_{};
    std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
    Signal stopping_;
    TaskGroup tasks_;
};

} // namespace harvest::match
