#include "cli/compose.hpp"

#include "cli/api/admin_api.hpp"
#include "cli/api/trail.hpp"
#include "cli/bots/population.hpp"
#include "cli/command_audit.hpp"
#include "cli/compose_backend.hpp"
#include "cli/compose_children.hpp"
#include "cli/compose_installation.hpp"
#include "cli/compose_journal.hpp"
#include "cli/compose_listeners.hpp"
#include "cli/compose_stores.hpp"
#include "cli/compose_traces.hpp"
#include "cli/live_configs.hpp"
#include "cli/live_contents.hpp"
#include "cli/serve/bot_slot.hpp"
#include "cli/version.hpp"
#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/crypto/argon2_hasher.hpp"
#include "common/adapters/crypto/es256_signer.hpp"
#include "common/adapters/crypto/jwt_verifier.hpp"
#include "common/adapters/crypto/totp.hpp"
#include "common/adapters/process/in_process_allocator.hpp"
#include "common/adapters/sql/ledger_check.hpp"
#include "common/adapters/system/file_mailer.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

BackendOptions backend_options(const Settings& settings, const ComposeOptions& options, const Installation& home,
                               Millis now)
{
    BackendOptions out;
    out.directory = home.directory;
    out.rpc_identity = settings.rpc.tls_dir.empty() ? home.shared / "keys" / "rpc" : fs::path(settings.rpc.tls_dir);
    if (options.child_command && settings.rpc.tls_dir.empty()) make_rpc_identity(out.rpc_identity, now);
    out.daemons = options.daemons;
    out.children = static_cast<bool>(options.child_command);
    out.rpc_port = settings.rpc.port;
    if (options.slot_of.empty()) return out;
    out.slot = fmt::format("{}-{}", options.slot_of, options.first_slot);
    out.rpc_port = port_apart(settings.rpc.port, options.slot_of, options.first_slot);
    return out;
}

crypto::Argon2Options hashing(const auth::Config& config)
{
    crypto::Argon2Options options;
    options.cost.memory_kib = static_cast<std::uint32_t>(config.hash_memory.bytes / 1024);
    options.cost.passes = static_cast<std::uint32_t>(config.hash_passes);
    options.threads = static_cast<std::size_t>(config.hash_threads);
    options.queue = static_cast<std::size_t>(config.hash_queue);
    return options;
}

} // namespace

struct Composition::State {
    State(Settings given, ComposeOptions chosen);
    ContentReload reload_content();

    Settings settings;
    ComposeOptions options;
    system::SystemClock clock;
    system::SystemEntropy entropy;
    telemetry::Metrics metrics;
    FoundGame found; // until `contents` has it: what is wrong with it is said before a store is opened
    Installation home;
    crypto::AesSealer sealer;
    Backend backend;
    sql::Database& database;
    Stores stores;
    LiveContents contents;
    LiveConfigs configs;
    EventLog& log;
    Presence& presence;
    RateLimit& limits;
    Rpc& rpc;
    api::Trail trail;
    Supervisor* supervisor = nullptr;
    api::Journal journal;
    Traces traces;
    std::unique_ptr<Children> children;
    std::unique_ptr<Progress> shared_boards; // null: the store tells them
    Progress& progress;
    crypto::Argon2Hasher hasher;
    std::unique_ptr<crypto::Es256Signer> signer; // with auth only, like the next
    std::unique_ptr<system::FileMailer> mailer;
    crypto::Totp codes;
    Listeners listeners;

    Platform platform(const std::string& slot);
    std::unique_ptr<Allocator> make_allocator();
    std::unique_ptr<Supervised> make_admin(const Executor& executor);
    std::unique_ptr<Supervised> make_bots(const Executor& executor);
    Result<api::LedgerCheck> check_ledger();
};

Composition::State::State(Settings given, ComposeOptions chosen)
    : settings(std::move(given)),
      options(std::move(chosen)),
      found(find_game(settings.content_dir)),
      home(settings, options, clock, entropy),
      sealer(home.keys.seal_key(), entropy),
      backend(settings, backend_options(settings, options, home, clock.now()), clock),
      database(backend.database()),
      stores(database, clock, sealer, entropy),
      contents(std::move(found), settings.content_dir, stores.archive, clock),
      configs(settings.daemons),
      log(backend.log()),
      presence(backend.presence()),
      limits(backend.limits()),
      rpc(backend.rpc()),
      trail(home.audit, has_auth(options) ? command_audit_path(home.shared) : "", log, clock, entropy, metrics),
      journal(journal_options(settings, options), journal_sights(supervisor), log, clock, entropy, metrics),
      traces(settings.telemetry.traces, rpc, log, clock, entropy, metrics),
      shared_boards(backend.leaderboards(stores.progress)),
      progress(shared_boards ? *shared_boards : stores.progress),
      hasher(hashing(settings.daemons.auth), clock, entropy),
      codes(sealer, entropy),
      listeners(settings, options, home.identity, clock, entropy)
{
    const crypto::SignerOptions signing{settings.daemons.auth.key_activation, settings.daemons.auth.key_overlap};
    if (has_auth(options)) {
        signer = std::make_unique<crypto::Es256Signer>(home.keys, signing, clock, entropy);
        mailer = std::make_unique<system::FileMailer>(home.directory / "mail", settings.mail.from, clock, entropy);
    }
    if (options.child_command)
        children = std::make_unique<Children>(settings, options.child_command, backend, clock, journal);
}

std::unique_ptr<Allocator> Composition::State::make_allocator()
{
    if (children) return children->allocator();
    return std::make_unique<process::InProcessAllocator>(rpc, presence, clock);
}

Platform Composition::State::platform(const std::string& slot)
{
    return Platform{
        traces.rpc(slot),
        contents,
        traces.log(slot),
        backend.log_admin(),
        presence,
        backend.resumes(),
        backend.cache(),
        limits,
        trail,
        stores.accounts,
        stores.sessions,
        stores.ledger,
        stores.decks,
        stores.matches,
        stores.farms,
        stores.market,
        stores.crafting,
        progress,
        stores.seasons,
        stores.tournaments,
        stores.leases,
        stores.chat,
        stores.social,
        stores.groups,
        stores.reports,
        stores.personal,
        stores.player_keys,
        stores.credentials,
        stores.factors,
        codes,
        hasher,
        mailer.get(),
        signer.get(),
        sealer,
        clock,
        entropy,
        metrics,
        traces.spans(),
        home.identity.fingerprint,
        [] { return std::make_unique<crypto::JwtVerifier>(); },
        [this] { return make_allocator(); },
        [this](std::string_view daemon, const Executor& executor) { return listeners.make_links(daemon, executor); },
        [this](const Executor& executor) { return listeners.make_rest(executor); }};
}

Result<api::LedgerCheck> Composition::State::check_ledger()
{
    api::LedgerCheck out;
    const Result<void> done = database.read_now([&out](sql::Connection& connection) -> Result<void> {
        const Result<sql::LedgerReport> report = sql::check_ledger(connection);
        if (!report) return report.error();
        out.sound = report->sound();
        out.transfers = {report->transfers};
        out.balances = {report->balances};
        out.violations = {report->violations};
        out.numbered_cards = {report->numbered};
        out.examples = report->examples;
        out.items.clear();
        for (const sql::AssetTotal& asset : report->assets)
            out.items.push_back({asset.asset, {asset.in_circulation}, {asset.minted}});
        return {};
    });
    if (!done) return done.error();
    return out;
}

std::unique_ptr<Supervised> Composition::State::make_admin(const Executor& executor)
{
    api::World world{
        stores.accounts, stores.sessions, stores.ledger, stores.matches, log, backend.log_admin(), presence, rpc,
        clock,           entropy,         metrics,       home.audit};
    world.progress = &progress;
    world.seasons = &stores.seasons;
    world.tournaments = &stores.tournaments;
    world.contents = &contents;
    if (has_auth(options)) world.command_audit = command_audit_path(home.shared);
    world.trail = &trail;
    world.journal = &journal;
    world.archive = &stores.archive;
    world.market = &stores.market;
    world.crafting = &stores.crafting;
    world.reports = &stores.reports;
    world.supervisor = supervisor;
    world.token = home.admin_token;
    world.version = std::string(version_text());
    world.seed_key = crypto::hmac_sha256(home.keys.seal_key(), as_bytes("harvest seeded players"));
    world.health_only = settings.admin.expose == "health";
    world.check_ledger = [this] { return check_ledger(); };
    world.export_listeners = [this](telemetry::Metrics& to) {
        listeners.export_figures(to);
        if (const auto expires = backend.certificate_expires()) export_expiry(to, "daemons", *expires);
    };
    world.reload = options.reload;
    world.last_reload = options.last_reload;
    world.reload_content = [this] { return reload_content(); };
    return std::make_unique<api::AdminApi>(std::move(world), executor, listeners.make_admin(home.directory, executor));
}

std::unique_ptr<Supervised> Composition::State::make_bots(const Executor& executor)
{
    bots::Doors where;
    where.rest = {{true, "127.0.0.1", listeners.port_of("gateway", "https"), "", ""}};
    const auto live = [this](std::string_view transport) { // of every connection server
        std::vector<Endpoint> doors;
        for (const DoorInfo& door : listeners.open())
            if (door.daemon == "connsrv" && door.transport == transport)
                doors.push_back({door.transport, "127.0.0.1", door.port, home.identity.fingerprint});
        if (doors.empty()) doors.push_back({std::string(transport), "127.0.0.1", 0, home.identity.fingerprint}); // shut
        return doors;
    };
    where.enet = live("enet");
    where.wss = live("wss");
    const auto own = crypto::hmac_sha256(home.keys.seal_key(), as_bytes("harvest house bots"));
    std::uint64_t seed = 0;
    std::memcpy(&seed, own.data(), sizeof seed);
    return make_bot_slot(make_clients(executor, home.identity.fingerprint, ""), where, contents, options.bots, seed,
                         executor);
}

Composition::Composition(Settings settings, ComposeOptions options)
    : state_(std::make_unique<State>(std::move(settings), std::move(options)))
{
}

Composition::~Composition() = default;

const Settings& Composition::settings() const
{
    return state_->settings;
}

void Composition::supervise(Supervisor& supervisor)
{
    state_->supervisor = &supervisor;
}

ContentReload Composition::State::reload_content()
{
    if (children) children->reload();
    return contents.reload();
}

Reloaded Composition::reload()
{
    ContentReload read = state_->reload_content();
    boost::replace_all(read.result, "\n  ", "; ");
    return {read.refused ? "rejected, the old content stays: " + read.result : read.result, read.refused};
}

void Composition::configure(const DaemonConfigs& fresh)
{
    state_->configs.change(fresh);
}

std::vector<SlotPlan> Composition::slots()
{
    State* state = state_.get();
    std::vector<SlotPlan> plans;
    plans.push_back({"admin-0", "admin", [state](const Executor& executor) { return state->make_admin(executor); }});
    if (auto exporter = state->traces.slot()) plans.push_back(std::move(*exporter));
    if (auto retention = state->backend.retention())
        plans.push_back({"retention-0", "retention", std::move(retention)});
    const SlotSettings& counts = state->settings.slots;
    const std::map<std::string_view, std::int64_t> slots{
        {"auth", counts.auth},       {"match", counts.match},     {"instance", counts.instance}, {"chat", counts.chat},
        {"connsrv", counts.connsrv}, {"gateway", counts.gateway}, {"metrics", counts.metrics}};
    for (const DaemonRow& row : daemon_rows()) {
        if (std::ranges::find(state->options.daemons, row.name) == state->options.daemons.end()) continue;
        if (row.name == "instance" && state->children) {
            plans.push_back(state->children->slot());
            continue;
        }
        const auto count = slots.find(row.name);
        for (std::int64_t i = 0; i < (count == slots.end() ? 1 : count->second); ++i) {
            std::string id = fmt::format("{}-{}", row.name, state->options.first_slot + static_cast<std::size_t>(i));
            Backend::Make make = [state, &row, id](const Executor& executor) {
                return row.make(state->platform(id), state->configs, id, executor);
            };
            if (row.name == "match") { // one decides for all, and carries the outbox
                if (auto relay = state->backend.relay(state->metrics))
                    plans.push_back({"relay-0", "relay", std::move(relay)});
                if (auto retention = state->backend.outbox_retention())
                    plans.push_back({"retention-0", "retention", std::move(retention)});
                make = state->backend.alone("match", std::move(make));
            }
            plans.push_back({id, std::string(row.name), std::move(make)});
        }
    }
    if (state->options.bots > 0)
        plans.push_back({"bots-0", "bots", [state](const Executor& executor) { return state->make_bots(executor); }});
    return plans;
}

std::vector<DoorInfo> Composition::doors() const
{
    return state_->listeners.open();
}

std::vector<DoorInfo> Composition::wanted_doors() const
{
    return state_->listeners.wanted();
}

std::string Composition::fingerprint() const
{
    return state_->home.identity.fingerprint;
}

telemetry::Metrics& Composition::metrics()
{
    return state_->metrics;
}

std::string Composition::admin_token() const
{
    return state_->home.admin_token;
}

std::string data_directory(const Settings& settings)
{
    if (!settings.data_dir.empty()) return settings.data_dir;
    if (const char* state = std::getenv("STATE_DIRECTORY"); state && *state)
        return std::string(state).substr(0, std::string(state).find(':'));
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data) return std::string(data) + "/harvest";
    const char* home = std::getenv("HOME");
    return std::string(home && *home ? home : "/tmp") + "/.local/share/harvest";
}

} // namespace harvest::cli
