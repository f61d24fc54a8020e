#include "cli/live_configs.hpp"

#include "common/config/merge.hpp"

#include <boost/asio/post.hpp>

namespace harvest::cli {
namespace {

std::vector<config::Field> fields_of_daemons(DaemonConfigs& configs)
{
    std::vector<config::Field> fields;
    config::Section section(fields);
    configs.describe(section);
    return fields;
}

} // namespace

class LiveConfigs::Follower final : public Following {
public:
    using Take = std::function<void(const DaemonConfigs&)>;

    Follower(LiveConfigs& configs, Executor executor, Take take)
        : configs_(configs),
          executor_(std::move(executor)),
          take_(std::make_shared<const Take>(std::move(take)))
    {
        const std::lock_guard lock(configs_.mutex_);
        configs_.followers_.push_back(this);
        tell();
    }
    ~Follower() override
    {
        const std::lock_guard lock(configs_.mutex_);
        std::erase(configs_.followers_, this);
    }

    // With the mutex held. What is on its way when this goes is not delivered any more.
    void tell() const
    {
        asio::post(executor_, [held = std::weak_ptr(take_), now = configs_.now_] {
            if (const auto take = held.lock()) (*take)(*now);
        });
    }

private:
    LiveConfigs& configs_;
    Executor executor_;
    std::shared_ptr<const Take> take_;
};

std::shared_ptr<const DaemonConfigs> LiveConfigs::now() const
{
    const std::lock_guard lock(mutex_);
    return now_;
}

std::unique_ptr<Configurations::Following> LiveConfigs::follow(Executor executor,
                                                               std::function<void(const DaemonConfigs&)> take)
{
    return std::make_unique<Follower>(*this, std::move(executor), std::move(take));
}

void LiveConfigs::change(DaemonConfigs fresh)
{
    const std::lock_guard lock(mutex_);
    DaemonConfigs merged = *now_;
    config::take_reloadable(fields_of_daemons(merged), fields_of_daemons(fresh));
    now_ = std::make_shared<const DaemonConfigs>(std::move(merged));
    for (const Follower* follower : followers_) follower->tell();
}

} // namespace harvest::cli
