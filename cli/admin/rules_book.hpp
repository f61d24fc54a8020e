// The rules that matches were played with: those here, and those that a running system kept.
#pragma once

#include "cli/admin/client.hpp"
#include "common/game/battle/content.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace harvest::cli {

class RulesBook {
public:
    using Rules = std::shared_ptr<const game::battle::Content>;
    using Get = std::function<AdminClient::Body(const std::string& path)>;

    explicit RulesBook(const Rules& here) : known_{{here->hash(), here}} {}
    // Those with this hash, asked for by `get` at need; null if nobody has them.
    Rules find(const std::string& hash, const Get& get);

private:
    std::map<std::string, Rules> known_;
};

} // namespace harvest::cli
