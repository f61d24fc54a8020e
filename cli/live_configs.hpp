// The daemons' configuration of a running process: changed by a reload, and brought to each daemon's loop.
#pragma once

#include "daemons/registry.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace harvest::cli {

class LiveConfigs final : public Configurations {
public:
    explicit LiveConfigs(DaemonConfigs configs) : now_(std::make_shared<const DaemonConfigs>(std::move(configs))) {}

    std::shared_ptr<const DaemonConfigs> now() const override;
    std::unique_ptr<Following> follow(Executor executor, std::function<void(const DaemonConfigs&)> take) override;
    // Takes over of `fresh` what may change while daemons run; all else stays. Any thread.
    void change(DaemonConfigs fresh);

private:
    class Follower;
    mutable std::mutex mutex_;
    std::shared_ptr<const DaemonConfigs> now_;
    std::vector<Follower*> followers_;
};

} // namespace harvest::cli
