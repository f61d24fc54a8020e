// A live link inside one process and one thread, for tests and simulation: frames in memory, both ends asynchronous,
// with the limits of the real ones (64 messages or 256 KiB unsent, 16 KiB a message).
#pragma once

#include "common/ports/client_link.hpp"
#include "common/ports/server_link.hpp"

#include <map>
#include <memory>
#include <set>

namespace harvest::memory {

class MemoryLink final : public ClientLink {
public:
    // Frames are handed over on `executor`, in order. `address` is what the daemon sees of the peers, `transport` the
    // one that is stood in for.
    MemoryLink(Executor executor, Clock& clock, std::string address = "127.0.0.1", std::string transport = "memory");
    ~MemoryLink() override;

    Result<void> listen(LinkEvents& events) override;
    std::uint16_t port() const override { return 0; }
    std::string_view transport() const override { return transport_; }
    bool send(LinkId link, std::string_view bytes) override;
    void known(LinkId link) override { known_.insert(link); }
    void close(LinkId link, CloseReason reason, std::string_view text) override;
    void stop_accepting() override;
    Task<void> stop() override;

    // A client's end, seen at `address` or where all are; connect() fails with unavailable if nobody listens. It must
    // not outlive this object.
    std::unique_ptr<ServerLink> client(std::string address = {});

    std::size_t open_links() const { return peers_.size(); }
    std::size_t known_links() const { return known_.size(); } // of those that were ever open
    std::size_t most_queued() const { return most_queued_; }  // the longest queue that any peer ever had

private:
    class Client;
    struct Peer;
    void deliver(LinkId link, const std::string& bytes);
    void forget(LinkId link, CloseReason reason);

    Executor executor_;
    Clock& clock_;
    std::string address_, transport_;
    LinkEvents* events_{};
    bool accepting_{};
    std::map<LinkId, std::shared_ptr<Peer>> peers_;
    std::set<LinkId> known_;
    std::size_t most_queued_{};
    std::shared_ptr<MemoryLink*> self_;
};

} // namespace harvest::memory
