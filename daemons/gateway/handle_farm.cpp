// /v1/farm: what any instance answers for the player.
#include "daemons/gateway/ask_instance.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_farm(Rpc& rpc, const Call& call)
{
    protocol::PlayerCall asked;
    asked.player = call.who.player;
    co_return co_await ask_instance(rpc, "farm.get", std::move(asked), call);
}

Task<HttpResponse> handle_farm_plant(Rpc& rpc, const Call& call)
{
    co_return co_await pass_action<protocol::PlantRequest>(rpc, "farm.plant", call);
}

Task<HttpResponse> handle_farm_water(Rpc& rpc, const Call& call)
{
    co_return co_await pass_action<protocol::PlotsRequest>(rpc, "farm.water", call);
}

Task<HttpResponse> handle_farm_harvest(Rpc& rpc, const Call& call)
{
    co_return co_await pass_action<protocol::PlotsRequest>(rpc, "farm.harvest", call);
}

Task<HttpResponse> handle_farm_expand(Rpc& rpc, const Call& call)
{
    co_return co_await pass_action<protocol::Nothing>(rpc, "farm.expand", call);
}

} // namespace harvest::gateway
