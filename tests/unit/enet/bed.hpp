// A listener on loopback that echoes, its clients, and one io_context to run them all.
#pragma once

#include "common/adapters/enet/client.hpp"
#include "common/adapters/enet/link.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "tests/unit/enet/self_signed.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harvest::enet::test {

// Echoes each message, and remembers what happened.
class EchoEvents final : public LinkEvents {
public:
    void opened(const LinkInfo& link) override;
    void message(LinkId id, std::string_view bytes) override;
    void closed(LinkId id, CloseReason reason) override;

    ClientLink* link = nullptr;
    bool echo = true;
    bool fails = false; // at each message
    bool knows = true;  // whoever speaks
    std::vector<LinkInfo> open;
    std::vector<std::string> messages;
    std::map<LinkId, CloseReason> ended;
};

// The listener's half of a test.
struct Bed {
    explicit Bed(EnetConfig config = {});
    ~Bed();

    static EnetConfig loopback();
    Endpoint endpoint() const;
    // Runs the loop until `done` holds; false after `limit`.
    bool run_until(const std::function<bool()>& done, Millis limit = Millis(5'000));
    void run_for(Millis length);
    // Runs one task to its end.
    void run(const std::function<Task<void>()>& make);
    Deadline within(Millis length) const { return clock.after(length); }

    asio::io_context io{1};
    system::SystemClock clock;
    system::SystemEntropy entropy;
    EnetMetrics metrics;
    EchoEvents events;
    std::unique_ptr<ClientLink> link;
    bool plain = false;
};

} // namespace harvest::enet::test
