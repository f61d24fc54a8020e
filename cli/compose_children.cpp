#include "cli/compose_children.hpp"

#include "common/adapters/process/child_allocator.hpp"
#include "common/adapters/process/in_process_allocator.hpp"
#include "common/crypto/private_ca.hpp"
#include "daemons/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace harvest::cli {
namespace {

constexpr Millis identity_life = std::chrono::hours{24 * 3650};

process::ChildOptions options_of(const Settings& settings)
{
    const ChildSettings& given = settings.instance.children;
    process::ChildOptions options;
    options.least = static_cast<std::size_t>(given.least);
    options.most = static_cast<std::size_t>(given.most);
    options.warm = static_cast<std::size_t>(given.warm);
    options.start_within = given.start_within;
    options.watchdog = given.watchdog;
    options.idle_after = given.idle_after;
    options.acknowledge_within = given.acknowledge_within;
    // A child that is deaf to its own deadline must be gone before ours has passed.
    options.drain = std::max<Millis>(settings.drain_timeout * 5 / 6, 500ms);
    return options;
}

std::string id_of(std::size_t index)
{
    return fmt::format("instance-{}", index + 1);
}

// The slot of what lives longer than it.
class Lent final : public Supervised {
public:
    explicit Lent(Supervised& whole) : whole_(whole) {}
    std::string_view name() const override { return whole_.name(); }
    Task<void> run() override { return whole_.run(); }
    void stop() override { whole_.stop(); }
    bool ready() const override { return whole_.ready(); }
    std::map<std::string, std::int64_t> load() const override { return whole_.load(); }

private:
    Supervised& whole_;
};

} // namespace

Children::Children(const Settings& settings, ChildCommand command, Backend& backend, Clock& clock,
                   api::Journal& journal)
    : backend_(backend),
      clock_(clock),
      instances_(
          options_of(settings), [command = std::move(command)](std::size_t index) { return command(index + 1); }, id_of,
          backend.presence(), clock)
{
    instances_.on_change([this, port = settings.rpc.port](const std::vector<std::size_t>& indices) {
        std::vector<std::string> targets;
        for (const std::size_t index : indices)
            targets.push_back(fmt::format("{}@127.0.0.1:{}", id_of(index), port_apart(port, "instance", index + 1)));
        backend_.instances_at(std::move(targets));
    });
    instances_.on_scale([&journal](const process::ChildInstances::Scaled& scaled) {
        journal.scaled({scaled.id, scaled.started, std::string(scaled.reason),
                        scaled.comes_back ? scaled.how : std::string(), scaled.children});
    });
}

SlotPlan Children::slot()
{
    return {"instances-0", "instances", [this](const Executor&) { return std::make_unique<Lent>(instances_); }};
}

std::unique_ptr<Allocator> Children::allocator()
{
    auto placing = std::make_unique<process::InProcessAllocator>(backend_.rpc(), backend_.presence(), clock_);
    return std::make_unique<process::ChildAllocator>(std::move(placing), instances_, clock_);
}

void Children::reload()
{
    instances_.reload();
}

void make_rpc_identity(const std::filesystem::path& directory, Millis now)
{
    std::error_code error;
    if (std::filesystem::exists(directory / "ca.crt", error)) return;
    std::string why;
    Result<crypto::PrivateCa> ca = crypto::PrivateCa::init(directory, now, identity_life, why);
    std::vector<std::string> names;
    for (const DaemonRow& row : daemon_rows()) names.push_back(crypto::daemon_certificate_name(row.name));
    Error code;
    if (!ca)
        code = ca.error();
    else if (const auto issued = ca->issue("all", names, now, identity_life, why); !issued)
        code = issued.error();
    if (code)
        throw boost::system::system_error(
            code, fmt::format("the certificates between daemons cannot be made in {}: {}", directory.string(), why));
}

} // namespace harvest::cli
