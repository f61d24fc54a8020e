// Whom the admin API lets in: over admin.sock by the peer's user id alone, over TCP by the operator's token.
#include "cli/api/admin_api.hpp"
#include "tests/support/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>
#include <unistd.h>

using namespace harvest;
using namespace harvest::test;
namespace api = harvest::cli::api;

namespace {

struct Door {
    int status_for(std::string remote_address, const std::string& token = "")
    {
        HttpRequest request;
        request.method = "GET";
        request.path = "/admin/v1/players";
        request.remote_address = std::move(remote_address);
        if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
        int status = 0;
        auto script = [&]() -> Task<void> {
            const HttpResponse response = co_await admin.handle(std::move(request));
            status = response.status;
        };
        const auto over = [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        };
        backend.io.restart();
        asio::co_spawn(backend.io, script, over);
        backend.io.run();
        return status;
    }
    api::World world()
    {
        api::World out{*backend.accounts, *backend.sessions, *backend.ledger,  *backend.matches,
                       *backend.events,   *backend.events,   backend.presence, backend.rpc,
                       backend.clock,     backend.entropy,   backend.metrics,  audit};
        out.token = "the operator's token";
        return out;
    }

    World backend;
    telemetry::Audit audit{backend.directory + "/audit.log", {}};
    api::AdminApi admin{world(), backend.io.get_executor(), {}};
};

} // namespace

TEST_CASE("admin.sock is for root and for who runs the process", "[admin]")
{
    Door door;
    CHECK(door.status_for("unix:0") == 200);
    CHECK(door.status_for("unix:" + std::to_string(::geteuid())) == 200);
    const std::string other = std::to_string(::geteuid() + 4711);
    CHECK(door.status_for("unix:" + other) == 401);
    CHECK(door.status_for("unix:" + other, "the operator's token") == 401);
    CHECK(door.status_for("unix:") == 401); // the system did not say whose
}

TEST_CASE("Over TCP the operator's token alone opens the admin API", "[admin]")
{
    Door door;
    CHECK(door.status_for("127.0.0.1", "the operator's token") == 200);
    CHECK(door.status_for("127.0.0.1") == 401);
    CHECK(door.status_for("127.0.0.1", "the operator's toke") == 401);
    CHECK(door.status_for("127.0.0.1", "another's token") == 401);
}
