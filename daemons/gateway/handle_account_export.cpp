#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {
namespace {

constexpr std::size_t entries_a_list = 1'000;

} // namespace

Task<HttpResponse> handle_account_export(PersonalData& personal, const Clock& clock, const Call& call)
{
    const Result<protocol::AccountExport> document =
        co_await personal.collect(call.who.player, entries_a_list, clock.now(), call.by);
    if (!document) co_return problem(call, document.error());
    HttpResponse response = reply(*document);
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"harvest-account.json\"");
    co_return response;
}

} // namespace harvest::gateway
