// report.send: chat decides; an account has one quota of reports, over this door and POST /v1/reports.
#include "daemons/connsrv/connsrv.hpp"
#include "daemons/connsrv/forward.hpp"

namespace harvest::connsrv {

Task<Reply> Connsrv::handle_report(Caller caller, protocol::LiveRequest request, Deadline by)
{
    if (const RateRule rule = config_.reports; rule.burst > 0) { // as it is now: a reload may change it meanwhile
        const std::string bucket = "rest.report:" + caller.player.value; // the gateway's
        Result<RateDecision> decision = co_await limits_.admit_shared(bucket, rule, 1, by);
        if (!decision) decision = limits_.admit(bucket, rule);
        if (!decision->admitted)
            co_return Reply(make_error_code(Errc::resource_exhausted),
                            "try again in " + std::to_string(decision->retry_after.count()) + " ms");
    }
    co_return co_await forward_report(rpc_, std::move(caller), std::move(request), by);
}

} // namespace harvest::connsrv
