#include "tests/sim/sim_battle.hpp"

#include "common/game/battle/bots/bot.hpp"
#include "common/game/battle/record.hpp"
#include "tests/support/seat_request.hpp"

namespace harvest::test {
namespace {

using game::battle::SeatCommand;

} // namespace

void SimBattle::note(const std::string& what)
{
    trace_.push_back(std::to_string(world_.clock.monotonic().count()) + " " + player_ + " at table " + what);
}

AsyncResult<std::string> SimBattle::call(std::string op, std::string data)
{
    const std::string name = op;
    const Result<std::string> reply = co_await table_->call(std::move(op), std::move(data));
    note(name + " " + (reply ? *reply : std::string(wire_code(reply.error()))));
    co_return reply;
}

Task<bool> SimBattle::join()
{
    if (place_.endpoints.empty()) co_return false;
    table_ = world_.at_table(place_.endpoints.front().host);
    if (!table_) co_return false;
    const Result<void> up = co_await table_->connect();
    if (!up) co_return false;
    table_->last_seq = last_seq_;
    protocol::JoinRequest request;
    request.ticket = place_.ticket;
    if (last_seq_ > 0) request.last_seq = last_seq_;
    std::string data = protocol::encode(request);
    const Result<std::string> joined = co_await call("battle.join", std::move(data));
    if (!joined) co_return false;
    Result<protocol::JoinReply> reply = protocol::decode<protocol::JoinReply>(*joined);
    if (!reply) co_return false;
    ++(reply->resumed ? seen_.seat_resumed : seen_.joined);
    if (!reply->resumed) table_->last_seq = reply->last_seq;
    commitment_ = reply->commitment;
    view_ = std::move(reply->view);
    if (reply->phase == "over") over_ = true;
    if (reply->phase != "nonces") co_return true;
    Bytes nonce(32);
    for (std::uint8_t& byte : nonce) byte = static_cast<std::uint8_t>(random_());
    std::string mine = protocol::encode(protocol::NonceRequest{to_hex(nonce)});
    (void)co_await call("battle.nonce", std::move(mine));
    co_return !table_->ended();
}

// True while the link is worth keeping.
bool SimBattle::take(const Push& push)
{
    note(push.op + " " + std::to_string(push.seq) + " " + push.data);
    if (push.op == "battle.update") {
        auto update = protocol::decode<protocol::BattleUpdate>(push.data);
        if (update && update->view) view_ = std::move(update->view);
    } else if (push.op == "battle.rewound") {
        ++seen_.rewound;
        if (auto rewound = protocol::decode<protocol::BattleRewound>(push.data)) view_ = std::move(rewound->view);
    } else if (push.op == "battle.end") {
        const auto end = protocol::decode<protocol::BattleEnd>(push.data);
        over_ = true;
        ++seen_.ended;
        if (!end || !game::battle::fits_commitment(end->server_seed, commitment_)) ++seen_.unfair;
        if (end && end->rating_after) ++seen_.rated;
    } else if (push.op == "battle.moved") {
        ++seen_.moved;
        return false;
    }
    return true;
}

Task<bool> SimBattle::look()
{
    const Result<std::string> state = co_await call("battle.state", "{}");
    if (!state) co_return false;
    auto reply = protocol::decode<protocol::StateReply>(*state);
    if (reply) view_ = std::move(reply->view);
    co_return reply.has_value();
}

// One command, rarely one that the rules refuse. False where the link is lost.
Task<bool> SimBattle::act()
{
    (void)co_await world_.clock.sleep_until(world_.clock.after(Millis{static_cast<std::int64_t>(pick(400))}));
    SeatCommand command =
        game::battle::bots::choose(game::battle::bots::Level::greedy, *view_, test_content(), random_());
    if (pick(150) == 0) command.kind = game::battle::CommandKind::concede;
    SeatRequest request = seat_request(command);
    if (pick(40) == 0) request = {"battle.attack", R"({"attacker":999999,"target":999998})"};
    view_.reset(); // the next update brings it
    const Result<std::string> taken = co_await call(std::move(request.op), std::move(request.data));
    if (taken) {
        ++seen_.commands;
        co_return true;
    }
    if (table_->ended() || taken.error() == Errc::timed_out) co_return false;
    ++seen_.refused;
    co_return co_await look();
}

Task<void> SimBattle::sit(const bool& stop)
{
    for (int silent = 0; !over_ && !stop && silent < 3;) {
        const bool mine = view_ && view_->winner == game::battle::Winner::none && game::battle::bots::to_act(*view_);
        if (mine && table_->pushes.empty()) {
            const bool sits = co_await act();
            if (!sits) co_return;
            continue;
        }
        const Result<Push> push = co_await table_->push("", 4s);
        if (!push && push.error() != Errc::timed_out) co_return;
        silent = push ? 0 : silent + 1;
        if (!push) continue;
        if (!take(*push)) co_return;
        if (pick(60) == 0) co_return; // its link is cut
        if (pick(30) == 0) (void)co_await call("battle.emote", R"({"emote":"hello"})");
    }
}

Task<void> SimBattle::play(const bool& stop)
{
    while (!over_ && !stop) {
        const bool joined = co_await join();
        if (joined) co_await sit(stop);
        if (table_) {
            if (joined) last_seq_ = table_->last_seq;
            seen_.sequence_faults += static_cast<int>(table_->sequence_faults);
            table_->close();
        }
        (void)co_await world_.clock.sleep_until(world_.clock.after(Millis{static_cast<std::int64_t>(pick(3'000))}));
    }
    over_ = true;
}

} // namespace harvest::test
