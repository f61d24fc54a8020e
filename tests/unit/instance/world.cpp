#include "tests/unit/instance/world.hpp"

#include "common/config/game/content_loader.hpp"
#include "common/game/battle/deck.hpp"
#include "common/protocol/matchmaking.hpp"
#include "tests/support/seat_request.hpp"

namespace harvest::instance::test {

const std::shared_ptr<const battle::Content>& content()
{
    static const auto loaded = [] {
        config::LoadedContent read = config::load_content("config/game");
        if (!read.content) throw std::runtime_error(read.faults.at(0).text());
        return std::make_shared<const battle::Content>(std::move(*read.content));
    }();
    return loaded;
}

battle::Seed client_nonce(SeatIndex seat)
{
    battle::Seed nonce;
    nonce.fill(static_cast<std::uint8_t>(0xA0 + seat));
    return nonce;
}

Config World::quick()
{
    Config config;
    config.bot_think = 0ms;
    config.command_burst = 10'000;
    config.command_interval = 1ms;
    return config;
}

World::World(std::uint64_t seed)
    : entropy(seed),
      rpc(clock),
      presence(clock),
      limits(clock),
      sealer(crypto::AesKey{}, entropy)
{
    sqlite::Options options;
    options.path = (dir.path() / "harvest.db").string();
    options.threads = false;
    stores =
        std::make_unique<harvest::test::OpenStores>(std::make_unique<sqlite::SqliteDatabase>(options, clock), clock);
    matches = std::make_unique<FaultyMatches>(stores->matches, clock);
    std::string why;
    auto keys = crypto::KeyDirectory::open(dir.path() / "keys", crypto::Secrets::own, clock.now(), why);
    signer = std::make_unique<crypto::Es256Signer>(std::move(keys).value(), crypto::SignerOptions{}, clock, entropy);
    rpc.serve("auth", "auth-0", loop.executor(),
              [this](RpcRequest) -> AsyncResult<std::string> { co_return signer->jwks(); });
}

World::~World()
{
    for (const auto& each : daemons) {
        each->frozen = false;
        if (each->daemon) stop(*each);
    }
    rpc.withdraw("auth", "auth-0");
    settle_down();
}

Running& World::start(const std::string& id, Config config)
{
    daemons.push_back(std::make_unique<Running>());
    Running& made = *daemons.back();
    auto link = std::make_unique<RecordingLink>(made.loop.executor());
    made.link = link.get();
    contents.set({content(), farm, economy, recipes, nullptr, nullptr});
    Doors doors;
    doors.links.push_back(std::move(link));
    doors.fingerprint = "f1";
    config.drain = 0ms;
    made.daemon = std::make_unique<Instance>(std::move(config), id, made.loop.executor(), std::move(doors), contents,
                                             rpc, stores->events, *matches, stores->farms, stores->market,
                                             stores->crafting, stores->accounts, verifier, sealer, limits, presence,
                                             clock, entropy, metrics, *spans);
    made.loop.spawn([&made]() -> Task<void> {
        co_await made.daemon->run();
        made.ended = true;
    });
    settle_down();
    return made;
}

void World::stop(Running& each)
{
    each.daemon->stop();
    for (int i = 0; i < 2'000 && !each.ended; ++i) {
        settle_down();
        pass(10ms);
    }
    REQUIRE(each.ended);
    each.daemon.reset();
}

void World::thaw(Running& each)
{
    each.frozen = false;
    settle_down();
}

Match World::make_match(const std::string& mode, std::array<std::string, 2> bots,
                        const std::function<void(Match&)>& change)
{
    Match match;
    match.id = new_id<MatchId>(clock, entropy);
    match.mode = mode;
    match.content_hash = content()->hash();
    match.created_at = clock.now();
    std::array<TicketId, 2> tickets;
    for (std::size_t i = 0; i < 2; ++i) {
        const battle::StarterDeck& deck = content()->starters().at(i);
        match.seats[i].player = new_id<PlayerId>(clock, entropy);
        match.seats[i].name = i == 0 ? "kestrel" : "moss";
        match.seats[i].farmer = content()->farmers()[deck.farmer].id;
        match.seats[i].cards = battle::card_ids(*content(), deck.cards);
        match.seats[i].bot = bots[i];
        if (!bots[i].empty()) continue;
        MatchTicket ticket;
        ticket.id = tickets[i] = new_id<TicketId>(clock, entropy);
        ticket.player = match.seats[i].player;
        ticket.mode = mode;
        ticket.deck = DeckId{"d_1"};
        ticket.preferences = "{}";
        ticket.queued_at = clock.now();
        REQUIRE(get(stores->matches.queue(ticket, soon())));
    }
    if (change) change(match);
    REQUIRE(get(stores->matches.make(match, tickets, {}, soon())));
    return match;
}

Result<std::string> World::host(const MatchId& match, const std::string& id)
{
    RpcRequest request;
    request.daemon = "instance";
    request.id = id;
    request.method = "host";
    request.body = protocol::encode(protocol::HostRequest{match});
    request.by = clock.after(5s);
    return get(rpc.call(request));
}

std::string World::ticket(const Match& match, int seat, const std::string& id, Millis life)
{
    TicketClaims claims;
    claims.player = match.seats[static_cast<std::size_t>(seat - 1)].player;
    claims.match = match.id;
    claims.seat = seat;
    claims.instance = id;
    claims.issued_at = clock.now();
    claims.expires_at = clock.now() + life;
    return signer->ticket(claims);
}

void World::settle_down()
{
    for (std::size_t ran = 1; ran > 0;) {
        loop.poll();
        ran = 0;
        for (const auto& each : daemons) {
            if (each->frozen) continue;
            each->loop.io().restart();
            ran += each->loop.io().poll();
            each->loop.poll();
        }
        loop.io().restart();
        ran += loop.io().poll();
    }
}

void World::pass(Millis length)
{
    const Millis end = clock.monotonic() + length;
    for (;;) {
        settle_down();
        const auto next = clock.next_deadline();
        if (!next || *next > end) break;
        clock.advance(std::max(*next - clock.monotonic(), 0ms));
    }
    if (end > clock.monotonic()) clock.advance(end - clock.monotonic());
    settle_down();
}

Client::Client(World& the_world, RecordingLink& the_link, Match the_match, int the_seat)
    : world(the_world),
      link(&the_link),
      match(std::move(the_match)),
      seat(the_seat)
{
}

void Client::join(std::optional<std::int64_t> after, const std::string& instance)
{
    join_with(world.ticket(match, seat, instance), after);
}

void Client::join_with(const std::string& ticket, std::optional<std::int64_t> after)
{
    id = link->open();
    taken_ = 0;
    joined.reset();
    const protocol::JoinRequest request{ticket, after, std::nullopt};
    ask("battle.join", protocol::encode(request));
    world.settle_down();
    read();
}

void Client::send_nonce()
{
    const protocol::NonceRequest request{to_hex(client_nonce(static_cast<SeatIndex>(seat - 1)))};
    ask("battle.nonce", protocol::encode(request));
}

std::int64_t Client::ask(const std::string& op, const std::string& data, const std::string& key)
{
    const std::int64_t request = next_id++;
    std::string text = protocol::encode_request(op, request, data);
    if (!key.empty()) {
        text.pop_back();
        text += ",\"key\":\"" + key + "\"}";
    }
    link->say(id, text);
    return request;
}

void Client::read()
{
    const std::vector<std::string>& sent = link->peers[id].sent;
    for (; taken_ < sent.size(); ++taken_) {
        const std::string& text = sent[taken_];
        bytes.push_back(text);
        std::string why;
        const auto message = protocol::decode<protocol::ServerMessage>(text, &why);
        INFO(text << " " << why);
        REQUIRE(message);
        if (message->re) {
            replies[*message->re] = *message;
            if (message->data && message->data->text.find("\"commitment\"") != std::string::npos && !joined) {
                joined = protocol::decode<protocol::JoinReply>(message->data->text).value();
                if (joined->view) view = joined->view;
            }
            continue;
        }
        ops.push_back(*message->op);
        if (*message->seq > 0) {
            last_seq = *message->seq;
            seqs.push_back(last_seq);
        }
        if (*message->op == "battle.update") {
            const auto update = protocol::decode<protocol::BattleUpdate>(message->data->text, &why);
            INFO(why);
            REQUIRE(update);
            command = update->command;
            if (update->view) view = update->view;
        }
        if (*message->op == "battle.end") end = protocol::decode<protocol::BattleEnd>(message->data->text).value();
        if (*message->op == "battle.rewound")
            rewound = protocol::decode<protocol::BattleRewound>(message->data->text).value().command;
    }
}

std::string Client::error_of(std::int64_t request) const
{
    const auto found = replies.find(request);
    return found == replies.end() || !found->second.error ? std::string() : found->second.error->code;
}

void Client::drop()
{
    link->drop(id);
    world.settle_down();
}

bool Client::act(battle::bots::Level level)
{
    read();
    if (!view || end || view->phase == battle::Phase::over || !battle::bots::to_act(*view)) return false;
    const battle::SeatCommand chosen = battle::bots::choose(level, *view, *content(), ++step);
    const harvest::test::SeatRequest request = harvest::test::seat_request(chosen);
    ask(request.op, request.data);
    return true;
}

void play(World& world, Client& one, Client& two, std::int64_t until)
{
    for (int idle = 0; idle < 200;) {
        one.read();
        two.read();
        if ((one.end && two.end) || std::max(one.command, two.command) >= until) return;
        const bool moved = one.act() || two.act();
        idle = moved ? 0 : idle + 1;
        world.settle_down();
        world.pass(5ms);
    }
}

std::array<std::unique_ptr<Client>, 2> begin(World& world, Running& running, const Match& match)
{
    REQUIRE(world.host(match.id, std::string("instance-0")));
    std::array<std::unique_ptr<Client>, 2> clients;
    for (int seat = 1; seat <= 2; ++seat) {
        auto& client = clients[static_cast<std::size_t>(seat - 1)];
        client = std::make_unique<Client>(world, *running.link, match, seat);
        client->join();
        world.pass(5ms);
        client->read();
        REQUIRE(client->joined);
    }
    for (auto& client : clients) client->send_nonce();
    world.pass(10ms);
    for (auto& client : clients) {
        client->read();
        REQUIRE(client->view);
    }
    return clients;
}

void keep_hands(World& world, Clients& clients)
{
    for (auto& client : clients) client->ask("battle.mulligan", R"({"cards":[]})");
    world.pass(60ms);
    for (auto& client : clients) client->read();
    REQUIRE(clients[0]->view->phase == battle::Phase::playing);
}

Client& active(Clients& clients)
{
    return *clients[static_cast<std::size_t>(clients[0]->view->active_seat - 1)];
}
Client& waiting(Clients& clients)
{
    return *clients[static_cast<std::size_t>(2 - clients[0]->view->active_seat)];
}

RpcRequest call_of(World& world, const std::string& instance, const std::string& method, const std::string& request,
                   const std::string& key)
{
    protocol::PlayerCall asked;
    asked.player = ada;
    asked.key = key;
    asked.request.text = request;
    RpcRequest call;
    call.daemon = "instance";
    call.id = instance;
    call.method = method;
    call.body = protocol::encode(asked);
    call.by = world.soon();
    return call;
}

Result<std::string> ask(World& world, const std::string& instance, const std::string& method,
                        const std::string& request, const std::string& key)
{
    return world.get(world.rpc.call(call_of(world, instance, method, request, key)));
}

} // namespace harvest::instance::test
