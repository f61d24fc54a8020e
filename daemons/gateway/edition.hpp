// One state of the game's data, with the catalogues that show it. A request keeps that of its beginning.
#pragma once

#include "common/game/game_data.hpp"
#include "daemons/game_contents.hpp"

#include <memory>
#include <string>

namespace harvest::gateway {

class Edition {
public:
    explicit Edition(std::shared_ptr<const game::GameData> data);

    const std::shared_ptr<const game::GameData>& data() const { return data_; }
    const game::battle::Content& battle() const { return *data_->battle; }
    const game::farm::Content& farm() const { return *data_->farm; }
    const game::crafting::Content& recipes() const { return *data_->recipes; }
    const game::progress::Content& quests() const { return *data_->quests; }
    const game::rating::Ladder& leagues() const { return *data_->leagues; }

    // The bodies of GET /v1/catalog/{cards,crops,recipes}.
    std::string card_catalogue, crop_catalogue, recipe_catalogue;

private:
    std::shared_ptr<const game::GameData> data_;
};

// The edition of what the data is now, made anew when that has changed.
class Editions {
public:
    explicit Editions(const GameContents& contents) : contents_(contents) {}
    std::shared_ptr<const Edition> current();

private:
    const GameContents& contents_;
    std::shared_ptr<const Edition> last_;
};

} // namespace harvest::gateway
