#include "common/adapters/web/poller.hpp"

#include "common/base/log.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/epoll.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace harvest::web {

struct Poller::State : std::enable_shared_from_this<Poller::State> {
    explicit State(const Executor& on) : executor(on), descriptor(on), timer(on)
    {
        const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
        if (epoll < 0) throw std::runtime_error("epoll_create1 failed");
        descriptor.assign(epoll);
    }

    void arm()
    {
        if (armed || stopped || registered == 0) return;
        armed = true;
        descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                              [self = shared_from_this()](const boost::system::error_code& error) {
                                  self->armed = false;
                                  if (self->stopped) return;
                                  if (!error) self->run_batch(); // canceled ones may be needed again by now
                                  self->arm();
                              });
    }

    void arm_timer()
    {
        if (ticking || stopped || registered == 0 || !tick) return;
        ticking = true;
        timer.expires_after(period);
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            self->ticking = false;
            if (self->stopped) return;
            if (!error) {
                self->in_batch = true;
                self->tick();
                self->end_batch();
            }
            self->arm_timer();
        });
    }

    void run_batch()
    {
        std::array<epoll_event, 256> events;
        const int count = ::epoll_wait(descriptor.native_handle(), events.data(), static_cast<int>(events.size()), 0);
        in_batch = true;
        for (int i = 0; i < count && !stopped; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            static_cast<Pollee*>(event.data.ptr)->ready(event.events);
        }
        end_batch();
    }

    void end_batch()
    {
        while (!work.empty() && !stopped) {
            auto now = std::exchange(work, {});
            for (auto& item : now) item();
        }
        in_batch = false;
        const auto dead = std::exchange(graveyard, {});
    }

    void schedule()
    {
        if (in_batch || posted || stopped) return;
        posted = true;
        asio::post(executor, [self = shared_from_this()] {
            self->posted = false;
            if (self->stopped) return;
            self->in_batch = true;
            self->end_batch();
        });
    }

    Executor executor;
    asio::posix::stream_descriptor descriptor;
    asio::steady_timer timer;
    Millis period{};
    std::function<void()> tick;
    std::vector<std::function<void()>> work;
    std::vector<std::unique_ptr<Pollee>> graveyard;
    std::size_t registered{};
    bool armed{}, ticking{}, in_batch{}, posted{}, stopped{};
    Scratch scratch;
};

Poller::Poller(Executor executor) : state_(std::make_shared<State>(executor)) {}

Poller::~Poller()
{
    state_->stopped = true;
    boost::system::error_code ignored;
    state_->timer.cancel();
    state_->descriptor.close(ignored);
    state_->tick = nullptr;
    state_->work.clear();
    const auto dead = std::exchange(state_->graveyard, {});
}

bool Poller::add(int descriptor, std::uint32_t events, Pollee& pollee)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = &pollee;
    if (::epoll_ctl(state_->descriptor.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) return false;
    ++state_->registered;
    state_->arm();
    state_->arm_timer();
    return true;
}

void Poller::change(int descriptor, std::uint32_t events, Pollee& pollee)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = &pollee;
    if (::epoll_ctl(state_->descriptor.native_handle(), EPOLL_CTL_MOD, descriptor, &event) != 0)
        log::error("epoll_ctl failed", {{"error", "modify"}});
}

void Poller::remove(int descriptor)
{
    if (::epoll_ctl(state_->descriptor.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr) != 0) return;
    if (--state_->registered > 0) return;
    boost::system::error_code ignored; // nothing left to wait for: let the io_context run out
    state_->timer.cancel();
    state_->descriptor.cancel(ignored);
}

void Poller::bury(std::unique_ptr<Pollee> dead)
{
    state_->graveyard.push_back(std::move(dead));
    state_->schedule();
}

void Poller::later(std::function<void()> work)
{
    state_->work.push_back(std::move(work));
    state_->schedule();
}

void Poller::every(Millis period, std::function<void()> tick)
{
    state_->period = period;
    state_->tick = std::move(tick);
    state_->arm_timer();
}

Scratch& Poller::scratch()
{
    return state_->scratch;
}

} // namespace harvest::web
