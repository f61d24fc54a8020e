#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

std::string make_catalogue(const Content& content)
{
    protocol::Catalogue catalogue;
    catalogue.version = content.version();
    catalogue.content = content.hash();
    catalogue.items = game::battle::catalogue(content);
    for (const game::battle::Farmer& farmer : content.farmers())
        catalogue.farmers.push_back({farmer.id, farmer.name, farmer.cost, farmer.text});
    return protocol::encode(catalogue);
}

Task<HttpResponse> handle_catalogue_cards(const std::string& catalogue, const Content& content, const Call& call)
{
    co_return catalogue_reply(catalogue, content.hash(), call);
}

} // namespace harvest::gateway
