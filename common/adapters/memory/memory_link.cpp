#include "common/adapters/memory/memory_link.hpp"

#include "common/runtime/one_shot.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <deque>

namespace harvest::memory {
namespace {

constexpr std::size_t kib = 1024, max_messages = 64, max_bytes = 256 * kib, longest_message = 16 * kib;

LinkId next_link()
{
    static std::atomic<LinkId> last{1'000'000'000};
    return ++last;
}

} // namespace

// One connection: what waits for the client, and how it ended.
struct MemoryLink::Peer {
    LinkId id{};
    std::deque<std::string> inbox;
    std::size_t bytes{};
    bool open{true}, dismissed{}; // dismissed: closed by the daemon, which hears no more of it
    std::string reason;
    std::shared_ptr<OneShot<void>> bell;

    void ring()
    {
        if (auto waiting = std::exchange(bell, nullptr)) waiting->complete(Result<void>{});
    }
};

class MemoryLink::Client final : public ServerLink {
public:
    Client(std::shared_ptr<MemoryLink*> link, Clock& clock, std::string address)
        : link_(std::move(link)),
          clock_(clock),
          address_(std::move(address))
    {
    }
    ~Client() override { close(); }

    AsyncResult<void> connect(Endpoint, Deadline) override
    {
        close();
        peer_.reset();
        MemoryLink* link = *link_;
        if (!link || !link->events_ || !link->accepting_) co_return Errc::unavailable;
        peer_ = std::make_shared<Peer>();
        peer_->id = next_link();
        link->peers_[peer_->id] = peer_;
        LinkInfo info;
        info.id = peer_->id;
        info.transport = link->transport_;
        info.address = address_.empty() ? link->address_ : address_;
        asio::post(link->executor_, [link = link_, info] {
            if (*link && (*link)->events_ && (*link)->peers_.contains(info.id)) (*link)->events_->opened(info);
        });
        co_return Result<void>{};
    }

    Result<void> send(std::string_view bytes) override
    {
        MemoryLink* link = *link_;
        if (!link || !peer_ || !peer_->open) return Errc::canceled;
        asio::post(link->executor_, [link = link_, id = peer_->id, text = std::string(bytes)] {
            if (*link) (*link)->deliver(id, text);
        });
        return {};
    }

    AsyncResult<std::string> receive(Deadline by) override
    {
        using namespace asio::experimental::awaitable_operators;
        const std::shared_ptr<Peer> peer = peer_;
        for (;;) {
            if (!peer) co_return Errc::canceled;
            if (!peer->inbox.empty()) {
                std::string text = std::move(peer->inbox.front());
                peer->inbox.pop_front();
                peer->bytes -= text.size();
                co_return text;
            }
            if (!peer->open) co_return Errc::canceled;
            if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
            const auto bell = std::make_shared<OneShot<void>>();
            peer->bell = bell;
            const auto outcome = co_await (OneShot<void>::wait(bell) || clock_.sleep_until(by));
            if (outcome.index() == 0 && !std::get<0>(outcome)) co_return std::get<0>(outcome).error();
            if (outcome.index() == 1 && !std::get<1>(outcome)) co_return std::get<1>(outcome).error();
        }
    }

    void close() override
    {
        if (!peer_ || !peer_->open) return;
        peer_->open = false;
        peer_->ring();
        if (MemoryLink* link = *link_; link)
            asio::post(link->executor_, [link = link_, id = peer_->id] {
                if (*link) (*link)->forget(id, CloseReason::normal);
            });
    }

    std::string close_reason() const override { return peer_ ? peer_->reason : std::string(); }

private:
    std::shared_ptr<MemoryLink*> link_;
    Clock& clock_;
    std::string address_;
    std::shared_ptr<Peer> peer_;
};

MemoryLink::MemoryLink(Executor executor, Clock& clock, std::string address, std::string transport)
    : executor_(std::move(executor)),
      clock_(clock),
      address_(std::move(address)),
      transport_(std::move(transport)),
      self_(std::make_shared<MemoryLink*>(this))
{
}

MemoryLink::~MemoryLink()
{
    *self_ = nullptr;
}

Result<void> MemoryLink::listen(LinkEvents& events)
{
    events_ = &events;
    accepting_ = true;
    return {};
}

void MemoryLink::forget(LinkId link, CloseReason reason)
{
    const auto found = peers_.find(link);
    if (found == peers_.end()) return;
    const std::shared_ptr<Peer> peer = found->second;
    peers_.erase(found);
    peer->open = false;
    if (peer->reason.empty()) peer->reason = to_string(reason);
    peer->ring();
    if (events_) events_->closed(link, reason);
}

void MemoryLink::deliver(LinkId link, const std::string& bytes)
{
    const auto found = peers_.find(link);
    if (!events_ || found == peers_.end() || found->second->dismissed) return;
    if (bytes.size() > longest_message) return close(link, CloseReason::too_big, "the message is too long");
    events_->message(link, bytes);
}

bool MemoryLink::send(LinkId link, std::string_view bytes)
{
    const auto found = peers_.find(link);
    if (found == peers_.end() || !found->second->open) return false;
    Peer& peer = *found->second;
    if (peer.inbox.size() >= max_messages || peer.bytes + bytes.size() > max_bytes) {
        close(link, CloseReason::slow_consumer, "reads too slowly");
        return false;
    }
    peer.inbox.emplace_back(bytes);
    peer.bytes += bytes.size();
    most_queued_ = std::max(most_queued_, peer.inbox.size());
    peer.ring();
    return true;
}

void MemoryLink::close(LinkId link, CloseReason reason, std::string_view)
{
    const auto found = peers_.find(link);
    if (found == peers_.end() || !found->second->open) return;
    found->second->open = false;
    found->second->dismissed = true;
    found->second->reason = to_string(reason);
    found->second->ring();
    asio::post(executor_, [self = self_, link, reason] {
        if (*self) (*self)->forget(link, reason);
    });
}

void MemoryLink::stop_accepting()
{
    accepting_ = false;
}

Task<void> MemoryLink::stop()
{
    accepting_ = false;
    while (!peers_.empty()) forget(peers_.begin()->first, CloseReason::going_away);
    events_ = nullptr;
    co_return;
}

std::unique_ptr<ServerLink> MemoryLink::client(std::string address)
{
    return std::make_unique<Client>(self_, clock_, std::move(address));
}

} // namespace harvest::memory
