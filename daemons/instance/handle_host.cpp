// Rpc "host": the lease first, then the seed on disk (sealed) with its commitment, and only then seats and nonces.
#include "common/base/encoding.hpp"
#include "common/base/log.hpp"
#include "common/ports/records/battle_record.hpp"
#include "common/protocol/events.hpp"
#include "daemons/instance/handlers.hpp"

namespace harvest::instance {
namespace {

std::string seal_purpose(const MatchId& match)
{
    return "match-seed:" + match.value;
}

// "<key id>.<box>". An older one is the box alone.
std::string_view key_of(std::string_view sealed)
{
    const std::size_t dot = sealed.find('.');
    return dot == std::string_view::npos ? std::string_view() : sealed.substr(0, dot);
}

bool is_under_another_key(Sealer& sealer, const Match& match)
{
    const std::string_view key = key_of(match.sealed_seed);
    return !key.empty() && key != sealer.key_id();
}

Result<battle::Seed> open_seed(Sealer& sealer, const Match& match)
{
    const Result<Bytes> box =
        from_base64url(std::string_view(match.sealed_seed).substr(match.sealed_seed.find('.') + 1));
    if (!box) return Errc::data_loss;
    const Result<Bytes> opened = sealer.open(*box, seal_purpose(match.id));
    battle::Seed seed{};
    if (!opened || opened->size() != seed.size()) return Errc::data_loss;
    std::copy(opened->begin(), opened->end(), seed.begin());
    if (to_hex(battle::commitment(seed)) != match.commitment) return Errc::data_loss;
    return seed;
}

AsyncResult<battle::Seed> make_seed(Store store, Sealer& sealer, Entropy& entropy, Match& match)
{
    const battle::Seed seed = entropy.bytes<32>();
    std::string sealed = sealer.key_id() + "." + to_base64url(sealer.seal(seed, seal_purpose(match.id)));
    std::string commitment = to_hex(battle::commitment(seed));
    const Result<void> committed =
        co_await store.matches.commit_seed(match.id, match.epoch, sealed, commitment, store.by());
    if (!committed) co_return committed.error();
    match.sealed_seed = std::move(sealed);
    match.commitment = std::move(commitment);
    co_return seed;
}

} // namespace

AsyncResult<std::unique_ptr<Table>> handle_host(Store store, Sealer& sealer, Entropy& entropy, GameContents& contents,
                                                const Config& config, std::string instance, MatchId id)
{
    const Millis asked = store.clock.monotonic();
    const Millis now = store.clock.now();
    const Result<Match> found = co_await store.matches.get(id, store.by());
    if (!found) co_return found.error();
    if (is_under_another_key(sealer, *found)) { // whoever began it can play it on, once it is back
        log::error("the chance of a match does not open: do all processes share keys/seal.key?", {{"match", id.value}});
        co_return Errc::failed_precondition;
    }
    auto content = co_await contents.rules(found->content_hash, store.by());
    if (!content && content.error() == Errc::not_found) co_return Errc::failed_precondition;
    if (!content) co_return content.error();
    Result<Match> claimed = co_await store.matches.claim(id, instance, now, now + config.lease, store.by());
    if (!claimed) co_return claimed.error();
    if (is_under_another_key(sealer, *claimed)) co_return Errc::failed_precondition; // begun since we looked

    Result<battle::Seed> seed = Errc::internal;
    if (claimed->sealed_seed.empty())
        seed = co_await make_seed(store, sealer, entropy, *claimed);
    else
        seed = open_seed(sealer, *claimed);
    if (!seed) co_return seed.error();

    const RoomRules rules{config.gather, config.bot_think, static_cast<std::size_t>(config.resume_messages)};
    Room room(*claimed, std::move(*content), *seed, rules, store.clock.monotonic());
    if (room.phase() == RoomPhase::dealing) {
        const Result<std::vector<BattleChunk>> chunks = co_await store.matches.battle_log(id, store.by());
        if (!chunks) co_return chunks.error();
        const Result<protocol::BattleLog> log = read_battle_log(*chunks);
        if (!log) co_return log.error();
        if (const Result<void> restored = room.restore(*log, store.clock.monotonic()); !restored)
            co_return restored.error();
        log::info("match rebuilt from its battle log", {{"match", id.value}, {"commands", log->moves.size()}});
    }
    for (const SeatIndex seat : {SeatIndex{0}, SeatIndex{1}})
        if (room.is_bot(seat) && room.phase() == RoomPhase::nonces)
            (void)room.nonce(seat, entropy.bytes<32>(), store.clock.monotonic());
    auto table = std::make_unique<Table>(std::move(room), GalleryRules{config.spectators, config.spectator_delay});
    table->lease_until = asked + config.lease;
    co_return table;
}

AsyncResult<void> abort_match(Store store, Entropy& entropy, std::string instance, Match match, std::string reason)
{
    protocol::MatchAbortedEvent aborted;
    aborted.match = match.id;
    aborted.players = {match.seats[0].player, match.seats[1].player};
    aborted.reason = reason;
    OutboxEvent out;
    out.topic = protocol::topic::game;
    out.event = {new_id<EventId>(store.clock, entropy),
                 std::string(protocol::event_type::match_aborted),
                 instance,
                 match.id.value,
                 {},
                 store.clock.now(),
                 protocol::encode(aborted)};
    std::vector<OutboxEvent> events;
    events.push_back(std::move(out));
    co_return co_await store.matches.abort(match.id, match.epoch, std::move(reason), std::move(events),
                                           store.clock.now(), store.by());
}

} // namespace harvest::instance
