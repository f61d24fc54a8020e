#include "cli/serve/reloading.hpp"

#include "common/base/log.hpp"
#include "common/config/merge.hpp"
#include "common/runtime/service_notify.hpp"

#include <fmt/format.h>

#include <chrono>

namespace harvest::cli {
namespace {

std::string listed(const std::vector<std::string>& keys)
{
    return keys.empty() ? "-" : fmt::format("{}", fmt::join(keys, " "));
}

} // namespace

Reloading::Reloading(const Invocation& invocation, Alone alone, Settings settings,
                     std::function<void(const Settings&)> apply)
    : invocation_(invocation),
      alone_(std::move(alone)),
      apply_(std::move(apply)),
      settings_(std::move(settings))
{
}

Reloaded Reloading::operator()()
{
    const std::lock_guard lock(mutex_);
    LoadedSettings fresh = load_settings(invocation_, config_path(invocation_));
    if (!fresh.loaded.ok()) return {"rejected, the old configuration stays: " + config_failure(fresh.loaded).why, true};
    if (!alone_.daemon.empty()) (void)choose_slots(invocation_, fresh.settings, alone_); // --slots is above the file
    const std::vector<config::Field> now = fields_of(settings_), read = fields_of(fresh.settings);
    const config::Differences changed = config::differences(now, read);
    if (changed.reloadable.empty() && changed.other.empty()) return {"nothing has changed"};
    config::take_reloadable(now, read);
    if (!changed.reloadable.empty()) apply_(settings_);
    return {fmt::format("applied: {}; needs a restart: {}", listed(changed.reloadable), listed(changed.other))};
}

Reloaded Reloads::operator()()
{
    const std::lock_guard turn(one_at_a_time_);
    const Reloaded content = content_();
    const Reloaded configuration = configuration_();
    const Reloaded done{fmt::format("configuration: {}; game content: {}", configuration.told, content.told),
                        configuration.rejected || content.rejected};
    if (done.rejected)
        log::error("a reload was rejected",
                   {{"event.action", "reload"}, {"event.outcome", "failure"}, {"error.message", done.told}});
    else
        log::info("reloaded", {{"event.action", "reload"}, {"event.outcome", "success"}, {"event.reason", done.told}});
    service_notify::status(done.told);
    const std::lock_guard lock(mutex_);
    last_ = {done.rejected, std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch())};
    return done;
}

LastReload Reloads::last() const
{
    const std::lock_guard lock(mutex_);
    return last_;
}

} // namespace harvest::cli
