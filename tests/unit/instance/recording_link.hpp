// A listener whose peers are the test: what the daemon sends each of them is kept, byte by byte, and held against
// asyncapi.yaml; what does not fit fails the running test.
#pragma once

#include "common/ports/client_link.hpp"
#include "tests/support/live_contract.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

namespace harvest::instance::test {

class RecordingLink final : public ClientLink {
public:
    struct Peer {
        std::vector<std::string> sent;
        harvest::test::LiveContract contract{"instance"};
        bool open{true}, known{};
        CloseReason reason{CloseReason::normal};
    };

    explicit RecordingLink(Executor executor) : executor_(std::move(executor)) {}

    Result<void> listen(LinkEvents& events) override
    {
        events_ = &events;
        return {};
    }
    std::uint16_t port() const override { return 7401; }
    std::string_view transport() const override { return "wss"; }
    bool send(LinkId link, std::string_view bytes) override
    {
        Peer& to = peers[link];
        if (!to.open) return false;
        to.sent.emplace_back(bytes);
        if (const std::string fault = to.contract.told(bytes); !fault.empty()) FAIL_CHECK(bytes << ": " << fault);
        return true;
    }
    void known(LinkId link) override { peers[link].known = true; }
    void close(LinkId link, CloseReason reason, std::string_view) override
    {
        Peer& gone = peers[link];
        if (!gone.open) return;
        gone.open = false;
        gone.reason = reason;
        asio::post(executor_, [this, link, reason] {
            if (events_) events_->closed(link, reason);
        });
    }
    void stop_accepting() override {}
    Task<void> stop() override
    {
        for (auto& [link, peer] : peers) peer.open = false;
        events_ = nullptr;
        co_return;
    }

    LinkId open(const std::string& address = "127.0.0.1")
    {
        static LinkId last = 0;
        const LinkId id = ++last;
        peers[id];
        events_->opened({id, "wss", address});
        return id;
    }
    void say(LinkId link, const std::string& bytes)
    {
        if (!events_ || !peers[link].open) return;
        peers[link].contract.said(bytes);
        events_->message(link, bytes);
    }
    void drop(LinkId link) // the peer's side
    {
        peers[link].open = false;
        if (events_) events_->closed(link, CloseReason::normal);
    }

    std::map<LinkId, Peer> peers;

private:
    Executor executor_;
    LinkEvents* events_{};
};

} // namespace harvest::instance::test
