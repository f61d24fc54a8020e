// A listener of each transport on loopback (or in memory) and its clients, for the suite of ClientLink. Listener and
// clients have a loop each, turned by hand on this thread, so that a test can let one side stand still.
#pragma once

#include "common/adapters/enet/client.hpp"
#include "common/adapters/enet/link.hpp"
#include "common/adapters/memory/memory_link.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "common/adapters/web/client.hpp"
#include "common/adapters/web/wss_link.hpp"
#include "common/crypto/x509.hpp"
#include "tests/contract/support/run.hpp"

#include <map>
#include <string>
#include <vector>

namespace harvest::test {

struct TestIdentity {
    std::string certificate, key, fingerprint;
};

inline const TestIdentity& loopback_identity()
{
    static const TestIdentity made = [] {
        const system::SystemClock clock;
        const crypto::PrivateKey key = crypto::PrivateKey::generate();
        const std::vector<std::string> names{"localhost", "127.0.0.1"};
        const Result<std::string> certificate =
            crypto::make_certificate(key, names, clock.now() - 1h, clock.now() + 24h);
        REQUIRE(certificate);
        return TestIdentity{*certificate, key.to_pem(), crypto::certificate_info(*certificate)->fingerprint};
    }();
    return made;
}

// What the daemon is told, in order.
class HeardOfLinks final : public LinkEvents {
public:
    void opened(const LinkInfo& link) override
    {
        CHECK(infos.emplace(link.id, link).second);
        order.push_back(link.id);
    }
    void message(LinkId link, std::string_view bytes) override
    {
        CHECK(infos.contains(link));
        CHECK_FALSE(closed_with.contains(link));
        messages[link].emplace_back(bytes);
        if (echo && to) to->send(link, bytes);
    }
    void closed(LinkId link, CloseReason reason) override
    {
        CHECK(infos.contains(link));
        CHECK(closed_with.emplace(link, reason).second); // once
    }

    ClientLink* to{};
    bool echo{true};
    std::map<LinkId, LinkInfo> infos;
    std::vector<LinkId> order; // as they came
    std::map<LinkId, std::vector<std::string>> messages;
    std::map<LinkId, CloseReason> closed_with;
};

// What the two ends of a transport are made of: the listener, its clients, and how a client tells a reason.
struct InMemory {
    InMemory(Executor server, Executor, Clock& clock) : link(std::make_unique<memory::MemoryLink>(server, clock)) {}
    ClientLink& listener() { return *link; }
    std::unique_ptr<ServerLink> client() { return link->client(); }
    static std::string reason(CloseReason reason) { return std::string(to_string(reason)); }
    std::unique_ptr<memory::MemoryLink> link;
};

struct Wss {
    Wss(Executor server, Executor clients, Clock& clock)
        : link(web::make_wss_link(config(), std::move(server), clock, counters)),
          links(web::make_wss_links(client_config(), std::move(clients), clock))
    {
    }
    static web::WssConfig config(std::uint16_t port = 0)
    {
        web::WssConfig config;
        config.port = port;
        config.cert_pem = loopback_identity().certificate;
        config.key_pem = loopback_identity().key;
        return config;
    }
    static web::WssClientConfig client_config()
    {
        web::WssClientConfig config;
        config.max_received = 16; // one who fetches nothing soon reads nothing
        return config;
    }
    static std::unique_ptr<ClientLink> another(Executor executor, Clock& clock, std::uint16_t port)
    {
        static web::WebCounters counters{};
        return web::make_wss_link(config(port), std::move(executor), clock, counters);
    }
    ClientLink& listener() { return *link; }
    std::unique_ptr<ServerLink> client() { return links->make("wss", ""); }
    static std::string reason(CloseReason reason)
    {
        switch (reason) {
        case CloseReason::normal:
            return "1000 ";
        case CloseReason::replaced:
            return "4001 ";
        case CloseReason::revoked:
            return "4003 ";
        case CloseReason::going_away:
            return "1012 ";
        default:
            return "1008 ";
        }
    }
    web::WebCounters counters{};
    std::unique_ptr<ClientLink> link;
    std::unique_ptr<ServerLinks> links;
};

struct Enet {
    Enet(Executor server, Executor clients, Clock& clock)
        : link(enet::make_enet_link(config(), std::move(server), clock, entropy, nullptr)),
          links(std::make_unique<enet::EnetClients>(std::move(clients), enet::EnetClientConfig{}, clock))
    {
    }
    static enet::EnetConfig config(std::uint16_t port = 0)
    {
        enet::EnetConfig config;
        config.host = "127.0.0.1";
        config.port = port;
        config.certificate_pem = loopback_identity().certificate;
        config.key_pem = loopback_identity().key;
        config.per_address = config.strangers_per_address = 256; // all of a test are one address
        config.close_timeout = 1s;
        return config;
    }
    static std::unique_ptr<ClientLink> another(Executor executor, Clock& clock, std::uint16_t port)
    {
        static system::SystemEntropy entropy;
        return enet::make_enet_link(config(port), std::move(executor), clock, entropy, nullptr);
    }
    ClientLink& listener() { return *link; }
    std::unique_ptr<ServerLink> client() { return links->make(""); }
    static std::string reason(CloseReason reason) { return std::string(to_string(reason)); }
    system::SystemEntropy entropy;
    std::unique_ptr<ClientLink> link;
    std::unique_ptr<enet::EnetClients> links;
};

template <class Transport>
class LinkBed {
public:
    LinkBed() : transport(server_.get_executor(), clients_.get_executor(), clock)
    {
        told.to = &listener();
        REQUIRE(listener().listen(told));
    }
    ~LinkBed()
    {
        clients_stand_still = false;
        stop();
        until([] { return false; }, 20ms); // what was posted last
    }

    Executor server() { return server_.get_executor(); }
    Executor clients() { return clients_.get_executor(); }
    ClientLink& listener() { return transport.listener(); }
    Endpoint endpoint()
    {
        return {std::string(listener().transport()), "127.0.0.1", listener().port(), loopback_identity().fingerprint};
    }
    bool until(const std::function<bool()>& holds, Millis longest = 5s)
    {
        for (const Millis end = clock.monotonic() + longest; !holds();) {
            if (clock.monotonic() > end) return false;
            turn(server_);
            if (!clients_stand_still) turn(clients_);
        }
        return true;
    }
    // Runs one call of a client, or of the listener, to its end.
    template <class T>
    T run(Task<T> call, bool on_server = false)
    {
        std::optional<T> outcome;
        asio::co_spawn(on_server ? server_ : clients_, std::move(call),
                       [&outcome](std::exception_ptr, T value) { outcome.emplace(std::move(value)); });
        REQUIRE(until([&outcome] { return outcome.has_value(); }, 15s));
        return std::move(*outcome);
    }
    void stop() { stop(listener()); }
    void stop(ClientLink& link)
    {
        const auto whole = [&link]() -> Task<bool> {
            co_await link.stop();
            co_return true;
        };
        run<bool>(whole(), true);
    }

    Result<void> connect(ServerLink& link) { return run(link.connect(endpoint(), clock.after(5s))); }
    // Connected, and known to the daemon as `id`.
    std::unique_ptr<ServerLink> connected(LinkId& id)
    {
        const std::size_t before = told.order.size();
        std::unique_ptr<ServerLink> link = transport.client();
        REQUIRE(connect(*link));
        REQUIRE(until([&] { return told.order.size() > before; }));
        id = told.order.back();
        return link;
    }
    Result<std::string> receive(ServerLink& link, Millis within = 5s) { return run(link.receive(clock.after(within))); }
    // The echo of `text` comes back.
    bool answers(ServerLink& link, const std::string& text = "hello")
    {
        if (!link.send(text)) return false;
        const Result<std::string> back = receive(link);
        return back && *back == text;
    }

private:
    static void turn(asio::io_context& io)
    {
        io.restart();
        io.run_for(1ms);
    }

    asio::io_context server_{1}, clients_{1};

public:
    system::SystemClock clock;
    HeardOfLinks told;
    Transport transport;
    bool clients_stand_still{};
};

} // namespace harvest::test
