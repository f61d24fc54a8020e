#include "cli/compose_rpc.hpp"

#include "common/base/log.hpp"
#include "common/base/time.hpp"

#include <fmt/format.h>

#include <chrono>

namespace harvest::cli {
namespace {

constexpr Millis expiry_warning = std::chrono::hours{24 * 14};

web::HttpRpcConfig rpc_config(const RpcSettings& settings, const BackendOptions& options)
{
    web::HttpRpcConfig config;
    config.address = settings.address;
    config.port = options.rpc_port;
    // Its own certificate, or the one that names every daemon (`admin key ca issue all`).
    std::error_code error;
    std::string file = options.children ? "all" : options.daemons.front();
    const auto& folder = options.rpc_identity;
    if (!std::filesystem::exists(folder / (file + ".crt"), error) && std::filesystem::exists(folder / "all.crt", error))
        file = "all";
    config.rules = rpc_rules();
    config.tls = {folder / "ca.crt", folder / (file + ".crt"), folder / (file + ".key")};
    if (!options.children) config.targets = settings.targets();
    config.connect_timeout = settings.connect_timeout;
    config.drain_timeout = settings.drain_timeout;
    return config;
}

} // namespace

web::RpcRules rpc_rules()
{
    return {
        {"auth", "jwks", {"*"}}, // public keys
        {"auth", "sign_ticket", {"match"}},
        {"auth", "name", {"connsrv"}},
        {"auth", "rotate_keys", {"auth"}}, // its own administration alone
        {"auth", "*", {"gateway"}},
        {"match", "absent", {"instance"}},
        {"match", "tournament.*", {"gateway"}},
        {"match", "explain", {"*"}}, // `admin queue explain`, of whichever process is asked
        {"match", "*", {"connsrv"}},
        {"instance", "host", {"match"}},
        {"instance", "farm.*", {"gateway", "connsrv"}},
        {"instance", "market.*", {"gateway", "connsrv"}},
        {"instance", "craft.*", {"gateway", "connsrv"}},
        {"chat", "report", {"gateway", "connsrv"}},
        {"chat", "*", {"connsrv"}},
        {"connsrv", "push", {"gateway", "match", "instance"}},
        {"connsrv", "*", {"connsrv"}},
    };
}

std::unique_ptr<web::HttpRpc> open_rpc(const RpcSettings& settings, const BackendOptions& options, Rpc& local,
                                       Clock& clock)
try {
    web::HttpRpcConfig config = rpc_config(settings, options);
    const std::string file = config.tls.certificate.stem().string();
    auto rpc = std::make_unique<web::HttpRpc>(std::move(config), local, clock);
    if (rpc->certificate_expires() - clock.now() < expiry_warning)
        log::warn(
            fmt::format("the certificate between daemons expires soon: harvestctl admin key ca issue {} --dir {}", file,
                        options.rpc_identity.string()),
            {{"event.action", "rpc.certificate"}, {"tls.server.not_after", to_rfc3339(rpc->certificate_expires())}});
    return rpc;
}
catch (const boost::system::system_error& e) {
    if (e.code() != Errc::failed_precondition && e.code() != Errc::invalid_argument && e.code() != Errc::not_found)
        throw;
    const std::string what = message_of(e);
    const std::size_t command = what.find("; type: ");
    throw ConfigurationError("this process cannot prove to the others who it is", what.substr(0, command),
                             command == std::string::npos ? "see the keys: harvestctl config print --key rpc"
                                                          : what.substr(command + 2));
}

} // namespace harvest::cli
