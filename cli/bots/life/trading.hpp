// A bot on the market: sells what it has in plenty, buys what it lacks, takes orders back.
#pragma once

#include "cli/bots/deeds.hpp"
#include "cli/bots/life/activity.hpp"

namespace harvest::bots {

class Trading final : public Activity {
public:
    Trading(Client& client, Deeds& deeds, Chance& chance) : client_(client), deeds_(deeds), chance_(chance) {}
    AsyncResult<void> step() override;

    // Takes back every order that is open, also those of an earlier life. Errors: a cut link's.
    AsyncResult<void> clear();
    // Looks at the bot's own orders, so that the books know what others made of them.
    AsyncResult<void> look_at_orders(bool all);

private:
    AsyncResult<protocol::BookInfo> look_at_book(std::string asset);
    AsyncResult<void> order(const protocol::BookInfo& book);
    AsyncResult<void> cancel(OrderId order);

    Client& client_;
    Deeds& deeds_;
    Chance& chance_;
};

} // namespace harvest::bots
