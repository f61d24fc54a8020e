// The Crafting store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/crafting.hpp"

namespace harvest::sql {

class SqlCrafting final : public Crafting {
public:
    explicit SqlCrafting(Database& database) : database_(database) {}

    AsyncResult<CraftView> view(PlayerId player, std::string key, Millis now, Deadline by) override;
    AsyncResult<std::string> craft(CraftOrder order, Deadline by) override;
    AsyncResult<std::string> dismantle(DismantleOrder order, Deadline by) override;
    AsyncResult<std::vector<NumberedCard>> numbered_before(PlayerId player, Millis until, Deadline by) override;
    AsyncResult<std::vector<NumberedCardStep>> history(std::string card, std::int64_t serial, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
