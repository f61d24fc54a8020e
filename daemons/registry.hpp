// The table of daemons in start order; stop is its reverse: doors open last and close first.
#pragma once

#include "common/config/section.hpp"
#include "common/ports/accounts.hpp"
#include "common/ports/allocator.hpp"
#include "common/ports/cache.hpp"
#include "common/ports/chat_store.hpp"
#include "common/ports/client_link.hpp"
#include "common/ports/crafting.hpp"
#include "common/ports/credentials.hpp"
#include "common/ports/decks.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/event_log_admin.hpp"
#include "common/ports/farms.hpp"
#include "common/ports/groups.hpp"
#include "common/ports/http.hpp"
#include "common/ports/lease.hpp"
#include "common/ports/ledger.hpp"
#include "common/ports/mailer.hpp"
#include "common/ports/market.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/one_time_codes.hpp"
#include "common/ports/passwords.hpp"
#include "common/ports/personal_data.hpp"
#include "common/ports/player_keys.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/progress.hpp"
#include "common/ports/rate_limit.hpp"
#include "common/ports/reports.hpp"
#include "common/ports/resume_buffers.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/sealer.hpp"
#include "common/ports/seasons.hpp"
#include "common/ports/second_factors.hpp"
#include "common/ports/security_trail.hpp"
#include "common/ports/sessions.hpp"
#include "common/ports/social.hpp"
#include "common/ports/tokens.hpp"
#include "common/ports/tournaments.hpp"
#include "common/runtime/supervised.hpp"
#include "common/telemetry/metrics.hpp"
#include "common/telemetry/trace.hpp"
#include "daemons/auth/config.hpp"
#include "daemons/chat/config.hpp"
#include "daemons/connsrv/config.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/gateway/config.hpp"
#include "daemons/instance/config.hpp"
#include "daemons/match/config.hpp"
#include "daemons/metrics/config.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace harvest {

struct DaemonConfigs {
    auth::Config auth;
    match::Config match;
    instance::Config instance;
    chat::Config chat;
    connsrv::Config connsrv;
    gateway::Config gateway;
    metrics::Config metrics;
    void describe(config::Section& section);
};

// What the daemons are configured by: as it is now, and each change of it.
class Configurations {
public:
    virtual ~Configurations() = default;
    virtual std::shared_ptr<const DaemonConfigs> now() const = 0; // never null; any thread

    // Brings changes until it goes, which it does on the loop that they are brought to.
    class Following {
    public:
        virtual ~Following() = default;
    };
    // `take` is called on the executor's loop: with what is now, and with each change. This outlives the result.
    virtual std::unique_ptr<Following> follow(Executor executor, std::function<void(const DaemonConfigs&)> take) = 0;
};

// All ports there are. Opened in the rows of the registry; it goes nowhere past them.
struct Platform {
    Rpc& rpc;
    GameContents& contents;
    EventLog& log;
    EventLogAdmin& log_admin;
    Presence& presence;
    ResumeBuffers& resumes;
    Cache& cache;
    RateLimit& limits;
    SecurityTrail& trail;
    Accounts& accounts;
    Sessions& sessions;
    Ledger& ledger;
    Decks& decks;
    Matches& matches;
    Farms& farms;
    Market& market;
    Crafting& crafting;
    Progress& progress;
    Seasons& seasons;
    Tournaments& tournaments;
    Leases& leases;
    ChatStore& chat;
    Social& social;
    Groups& groups;
    Reports& reports;
    PersonalData& personal;
    PlayerKeys& keys;
    Credentials& credentials;
    SecondFactors& factors;
    OneTimeCodes& codes;
    PasswordHasher& hasher;
    // auth's alone: null in a process without it
    Mailer* mailer;
    TokenSigner* signer;
    Sealer& sealer;
    Clock& clock;
    Entropy& entropy;
    telemetry::Metrics& metrics;
    telemetry::Spans& spans;
    std::string fingerprint; // of the certificate that the doors show
    // What a slot has for itself, on its own loop.
    std::function<std::unique_ptr<TokenVerifier>()> verifier;
    std::function<std::unique_ptr<Allocator>()> allocator;
    std::function<std::vector<std::unique_ptr<ClientLink>>(std::string_view daemon, const Executor& executor)> links;
    std::function<std::unique_ptr<HttpListener>(const Executor& executor)> rest;
};

struct DaemonRow {
    std::string_view name;
    std::string_view what;
    std::unique_ptr<Supervised> (*make)(const Platform&, Configurations&, std::string id, Executor executor);
};

std::span<const DaemonRow> daemon_rows();

} // namespace harvest
