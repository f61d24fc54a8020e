// The part of the composition root by which a process is one daemon of several: its certificate, and who may call what.
#pragma once

#include "cli/compose_backend.hpp"
#include "common/adapters/web/http_rpc.hpp"

#include <memory>

namespace harvest::cli {

// What each daemon may ask of the others. The administration of a process calls as the daemon that runs there.
web::RpcRules rpc_rules();

// Throws ConfigurationError (its certificates), or boost::system::system_error with a line for people.
std::unique_ptr<web::HttpRpc> open_rpc(const RpcSettings& settings, const BackendOptions& options, Rpc& local,
                                       Clock& clock);

} // namespace harvest::cli
