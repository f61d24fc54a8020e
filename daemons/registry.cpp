#include "daemons/registry.hpp"

#include "daemons/auth/auth.hpp"
#include "daemons/chat/chat.hpp"
#include "daemons/connsrv/connsrv.hpp"
#include "daemons/gateway/gateway.hpp"
#include "daemons/instance/instance.hpp"
#include "daemons/match/match.hpp"
#include "daemons/metrics/metrics.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace harvest {
namespace {

struct NoParts {};

// A daemon with what is its slot's alone: those parts outlive it, and it outlives what brings it changes.
template <class Parts>
class Housed final : public Supervised {
public:
    Housed(std::unique_ptr<Parts> parts, std::unique_ptr<Supervised> daemon,
           std::unique_ptr<Configurations::Following> following)
        : parts_(std::move(parts)),
          daemon_(std::move(daemon)),
          following_(std::move(following))
    {
    }
    std::string_view name() const override { return daemon_->name(); }
    Task<void> run() override { return daemon_->run(); }
    void stop() override { daemon_->stop(); }
    bool ready() const override { return daemon_->ready(); }
    std::map<std::string, std::int64_t> load() const override { return daemon_->load(); }

private:
    std::unique_ptr<Parts> parts_;
    std::unique_ptr<Supervised> daemon_;
    std::unique_ptr<Configurations::Following> following_;
};

// The daemon takes what `its` makes of the configuration, now and at each change, on its own loop.
template <class Parts, class Of>
std::unique_ptr<Supervised> house(std::unique_ptr<Parts> parts, std::unique_ptr<Of> daemon, Configurations& configs,
                                  Executor executor, auto its)
{
    auto following = configs.follow(std::move(executor), [daemon = daemon.get(), its](const DaemonConfigs& now) {
        daemon->configure(std::invoke(its, now));
    });
    return std::make_unique<Housed<Parts>>(std::move(parts), std::move(daemon), std::move(following));
}

std::unique_ptr<Supervised> make_auth(const Platform& p, Configurations& configs, std::string id, Executor executor)
{
    return std::make_unique<auth::Auth>(configs.now()->auth, std::move(id), std::move(executor), p.contents, p.rpc,
                                        p.accounts, p.sessions, p.personal, p.credentials, *p.mailer, p.factors,
                                        p.codes, p.hasher, *p.signer, p.limits, p.trail, p.clock, p.entropy, p.metrics);
}

std::unique_ptr<Supervised> make_match(const Platform& p, Configurations& configs, std::string id, Executor executor)
{
    std::unique_ptr<Allocator> allocator = p.allocator();
    auto daemon = std::make_unique<match::MatchDaemon>(
        configs.now()->match, std::move(id), executor, p.rpc, p.log, p.matches, p.decks, p.ledger, p.accounts, p.social,
        p.presence, *allocator, p.seasons, p.tournaments, p.leases, p.contents, p.clock, p.entropy, p.metrics);
    return house(std::move(allocator), std::move(daemon), configs, std::move(executor), &DaemonConfigs::match);
}

std::unique_ptr<Supervised> make_instance(const Platform& p, Configurations& configs, std::string id, Executor executor)
{
    std::unique_ptr<TokenVerifier> verifier = p.verifier();
    instance::Doors doors{p.links("instance", executor), p.fingerprint};
    auto daemon = std::make_unique<instance::Instance>(configs.now()->instance, std::move(id), executor,
                                                       std::move(doors), p.contents, p.rpc, p.log, p.matches, p.farms,
                                                       p.market, p.crafting, p.accounts, *verifier, p.sealer, p.limits,
                                                       p.presence, p.clock, p.entropy, p.metrics, p.spans);
    return house(std::move(verifier), std::move(daemon), configs, std::move(executor), &DaemonConfigs::instance);
}

std::unique_ptr<Supervised> make_chat(const Platform& p, Configurations& configs, std::string id, Executor executor)
{
    auto daemon = std::make_unique<chat::Chat>(configs.now()->chat, std::move(id), executor, p.rpc, p.log, p.chat,
                                               p.keys, p.accounts, p.social, p.groups, p.matches, p.reports, p.limits,
                                               p.clock, p.entropy, p.metrics);
    return house(std::make_unique<NoParts>(), std::move(daemon), configs, std::move(executor), &DaemonConfigs::chat);
}

std::unique_ptr<Supervised> make_metrics(const Platform& p, Configurations& configs, std::string id, Executor executor)
{
    return std::make_unique<metrics::MetricsDaemon>(configs.now()->metrics, std::move(id), std::move(executor),
                                                    p.contents, p.log, p.log_admin, p.progress, p.accounts, p.clock,
                                                    p.metrics);
}

struct ConnsrvParts {
    std::unique_ptr<TokenVerifier> verifier;
    std::vector<std::unique_ptr<ClientLink>> links;
};

connsrv::Config connsrv_of(const DaemonConfigs& configs)
{
    connsrv::Config config = configs.connsrv;
    config.reports = {configs.gateway.limits.reporting.burst, configs.gateway.limits.reporting.interval};
    return config;
}

std::unique_ptr<Supervised> make_connsrv(const Platform& p, Configurations& configs, std::string id, Executor executor)
{
    auto parts = std::make_unique<ConnsrvParts>();
    parts->verifier = p.verifier();
    parts->links = p.links("connsrv", executor);
    std::vector<ClientLink*> links;
    for (const auto& link : parts->links) links.push_back(link.get());
    auto daemon = std::make_unique<connsrv::Connsrv>(
        connsrv_of(*configs.now()), std::move(id), executor, std::move(links), p.rpc, p.log, p.keys, p.presence,
        p.resumes, p.sessions, p.social, p.limits, *parts->verifier, p.clock, p.entropy, p.metrics, p.spans);
    return house(std::move(parts), std::move(daemon), configs, std::move(executor), connsrv_of);
}

struct GatewayParts {
    std::unique_ptr<TokenVerifier> verifier;
    std::unique_ptr<HttpListener> listener;
};

std::unique_ptr<Supervised> make_gateway(const Platform& p, Configurations& configs, std::string id, Executor executor)
{
    auto parts = std::make_unique<GatewayParts>();
    parts->verifier = p.verifier();
    parts->listener = p.rest(executor);
    auto daemon = std::make_unique<gateway::Gateway>(
        configs.now()->gateway, std::move(id), executor, *parts->listener, p.contents, p.rpc, p.log, p.cache,
        p.accounts, p.decks, p.ledger, p.matches, p.crafting, p.progress, p.seasons, p.social, p.groups, p.personal,
        p.presence, p.limits, *parts->verifier, p.clock, p.entropy, p.metrics, p.spans);
    return house(std::move(parts), std::move(daemon), configs, std::move(executor), &DaemonConfigs::gateway);
}

constexpr std::array rows{
    DaemonRow{"auth", "signs players in, rotates their tokens, publishes the keys", make_auth},
    DaemonRow{"match", "pairs players and finds each match an instance", make_match},
    DaemonRow{"instance", "holds matches and plays their rules", make_instance},
    DaemonRow{"chat", "decides what is said, keeps it and publishes it", make_chat},
    DaemonRow{"metrics", "makes statistics, achievements and figures of the events", make_metrics},
    DaemonRow{"connsrv", "holds the players' live connections", make_connsrv},
    DaemonRow{"gateway", "answers REST over HTTPS", make_gateway},
};

} // namespace

void DaemonConfigs::describe(config::Section& section)
{
    section.section("auth", auth);
    section.section("match", match);
    section.section("instance", instance);
    section.section("chat", chat);
    section.section("connsrv", connsrv);
    section.section("gateway", gateway);
    section.section("metrics", metrics);
}

std::span<const DaemonRow> daemon_rows()
{
    return rows;
}

} // namespace harvest
