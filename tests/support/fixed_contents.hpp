// The game's data as a test wants it, with the rules of earlier versions that it is given.
#pragma once

#include "daemons/game_contents.hpp"

#include <map>

namespace harvest::test {

class FixedContents final : public GameContents {
public:
    explicit FixedContents(game::GameData data) { set(std::move(data)); }

    std::shared_ptr<const game::GameData> now() const override { return now_; }
    AsyncResult<std::shared_ptr<const game::battle::Content>> rules(std::string hash, Deadline) override
    {
        const auto found = kept_.find(hash);
        if (found == kept_.end()) co_return Errc::not_found;
        co_return found->second;
    }
    // As a reload does: the rules of before are kept.
    void set(game::GameData data)
    {
        if (data.battle) kept_[data.battle->hash()] = data.battle;
        now_ = std::make_shared<const game::GameData>(std::move(data));
    }

private:
    std::shared_ptr<const game::GameData> now_;
    std::map<std::string, std::shared_ptr<const game::battle::Content>> kept_;
};

// A reference as a shared pointer, for what outlives the test.
template <class T>
std::shared_ptr<const T> borrowed(const T& value)
{
    return {std::shared_ptr<const void>(), &value};
}

// Where no more than the battle's rules is asked for.
inline game::GameData game_data_of(const game::battle::Content& battle)
{
    game::GameData data;
    data.battle = borrowed(battle);
    return data;
}

} // namespace harvest::test
