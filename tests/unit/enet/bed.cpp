#include "tests/unit/enet/bed.hpp"

#include "common/adapters/enet/dtls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

namespace harvest::enet::test {
void EchoEvents::opened(const LinkInfo& info)
{
    open.push_back(info);
}

void EchoEvents::message(LinkId id, std::string_view bytes)
{
    messages.emplace_back(bytes);
    if (fails) throw std::runtime_error("a fault of the daemon's");
    if (knows) link->known(id);
    if (echo) link->send(id, bytes);
}

void EchoEvents::closed(LinkId id, CloseReason reason)
{
    ended[id] = reason;
}

EnetConfig Bed::loopback()
{
    const Pair& pair = self_signed("harvest");
    EnetConfig config;
    config.host = "127.0.0.1";
    config.port = 0;
    config.certificate_pem = pair.certificate_pem;
    config.key_pem = pair.key_pem;
    return config;
}

Bed::Bed(EnetConfig config)
{
    if (config.certificate_pem.empty() && !config.plain) {
        const EnetConfig base = loopback();
        config.certificate_pem = base.certificate_pem;
        config.key_pem = base.key_pem;
    }
    if (config.host != "::") config.host = "127.0.0.1";
    config.port = 0;
    config.close_timeout = Millis(500); // some peers here never answer
    plain = config.plain;
    link = make_enet_link(std::move(config), io.get_executor(), clock, entropy, &metrics);
    events.link = link.get();
    const Result<void> listening = link->listen(events);
    REQUIRE(listening.has_value());
}

Bed::~Bed()
{
    run([this]() -> Task<void> { return link->stop(); });
    link.reset();
    io.run_for(Millis(50));
}

Endpoint Bed::endpoint() const
{
    Endpoint endpoint;
    endpoint.transport = "enet";
    endpoint.host = "127.0.0.1";
    endpoint.port = link->port();
    if (!plain) endpoint.fingerprint = certificate_fingerprint(self_signed("harvest").certificate_pem).value();
    return endpoint;
}

bool Bed::run_until(const std::function<bool()>& done, Millis limit)
{
    const Deadline by = within(limit);
    io.restart();
    while (!done()) {
        if (clock.monotonic() > by.at) return false;
        io.run_one_for(Millis(5));
    }
    return true;
}

void Bed::run_for(Millis length)
{
    io.restart();
    io.run_for(length);
}

void Bed::run(const std::function<Task<void>()>& make)
{
    bool ended = false;
    std::exception_ptr failure;
    asio::co_spawn(io, make, [&](std::exception_ptr error) {
        ended = true;
        failure = error;
    });
    const bool in_time = run_until([&] { return ended; }, Millis(30'000));
    if (failure) std::rethrow_exception(failure);
    REQUIRE(in_time);
}

} // namespace harvest::enet::test
