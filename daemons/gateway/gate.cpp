#include "daemons/gateway/gate.hpp"

namespace harvest::gateway {
namespace {

std::string key_of(std::string_view name, std::string_view key)
{
    std::string text;
    text.reserve(name.size() + key.size() + 5);
    text += "rest.";
    text += name;
    text += ':';
    text += key;
    return text;
}

std::string_view quota_name(Quota quota)
{
    switch (quota) {
    case Quota::none:
        return "none";
    case Quota::write:
        return "write";
    case Quota::registering:
        return "register";
    case Quota::login:
        return "login";
    case Quota::device:
        return "device";
    case Quota::refresh:
        return "refresh";
    case Quota::password:
        return "password";
    case Quota::mail:
        return "mail";
    case Quota::exporting:
        return "export";
    case Quota::reporting:
        return "report";
    }
    return "none";
}

// A name or password is checked behind these, or a letter sent: they need everybody's count.
bool fails_closed(Quota quota)
{
    return quota == Quota::login || quota == Quota::registering || quota == Quota::password || quota == Quota::mail;
}

// By all processes, or by this door alone: reports come in by connection servers too, into the same buckets.
bool counted_together(Quota quota)
{
    return fails_closed(quota) || quota == Quota::reporting;
}

void note(Tightest& tightest, std::string_view name, const RateRule& rule, const RateDecision& decision)
{
    if (tightest.decision && tightest.decision->remaining <= decision.remaining) return;
    tightest.name = name;
    tightest.rule = rule;
    tightest.decision = decision;
}

} // namespace

const Limit& Gate::limit_of(Quota quota) const
{
    const Limits& limits = config_.limits;
    switch (quota) {
    case Quota::registering:
        return limits.registering;
    case Quota::login:
        return limits.login;
    case Quota::device:
        return limits.device;
    case Quota::refresh:
        return limits.refresh;
    case Quota::password:
        return limits.password;
    case Quota::mail:
        return limits.mail;
    case Quota::exporting:
        return limits.exporting;
    case Quota::reporting:
        return limits.reporting;
    case Quota::none:
    case Quota::write:
        break;
    }
    return limits.write;
}

bool Gate::admit(std::string_view name, std::string_view key, const Limit& limit, Tightest& tightest)
{
    if (limit.burst == 0) return true;
    const RateRule rule{limit.burst, limit.interval};
    const RateDecision decision = limits_.admit(key_of(name, key), rule);
    note(tightest, name, rule, decision);
    return decision.admitted;
}

Result<void> Gate::admit_address(const Call& call, Tightest& tightest)
{
    if (admit("address", call.address, config_.limits.address, tightest)) return {};
    figures_.limited_address.add();
    return Errc::resource_exhausted;
}

AsyncResult<void> Gate::identify(Call& call)
{
    const std::string_view token = bearer_token(call.request.header("authorization"));
    if (token.empty()) co_return Errc::unauthenticated;
    Result<AccessClaims> claims = keys_.check(token);
    if (!claims && claims.error() == Errc::not_found) {
        const Result<void> fetched = co_await keys_.fetch_if_due(call.by);
        if (!keys_.have()) co_return Errc::unavailable;
        claims = fetched ? keys_.check(token) : Result<AccessClaims>(Errc::unauthenticated);
    }
    if (!claims || revocations_.revoked(*claims)) {
        figures_.token_rejects.add();
        co_return Errc::unauthenticated;
    }
    call.who = std::move(*claims);
    co_return Result<void>{};
}

AsyncResult<void> Gate::admit_route(const Route& route, const Call& call, Tightest& tightest)
{
    const bool known = route.access == Access::bearer;
    if (known && !admit("account", call.who.player.value, config_.limits.account, tightest)) {
        figures_.limited_account.add();
        co_return Errc::resource_exhausted;
    }
    if (route.quota == Quota::none) co_return Result<void>{};
    const Limit& limit = limit_of(route.quota);
    const std::string_view name = quota_name(route.quota);
    const std::string_view key = known ? std::string_view(call.who.player.value) : std::string_view(call.address);
    bool admitted = true;
    Result<RateDecision> together = Errc::unavailable;
    const RateRule rule{limit.burst, limit.interval};
    if (limit.burst > 0 && counted_together(route.quota)) {
        together = co_await limits_.admit_shared(key_of(name, key), rule, 1, call.by);
        if (!together && fails_closed(route.quota)) co_return Errc::unavailable;
    }
    if (together) {
        note(tightest, name, rule, *together);
        admitted = together->admitted;
    } else {
        admitted = admit(name, key, limit, tightest);
    }
    if (admitted) co_return Result<void>{};
    figures_.limited_route.add();
    co_return Errc::resource_exhausted;
}

} // namespace harvest::gateway
