// The game's data of a running process: read at its start, and again when it is told to.
#pragma once

#include "cli/content.hpp"
#include "common/ports/rules_archive.hpp"
#include "daemons/game_contents.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace harvest::cli {

// The rules that `kept` is the text of. Errors: data_loss (it is another's, or cannot be read).
Result<std::shared_ptr<const game::battle::Content>> rules_of(const ArchivedRules& kept);

struct ContentReload {
    bool refused{};                   // the data stays as it was
    std::string result;               // for people; where refused, a line for each reason
    std::vector<std::string> changed; // parts of game::GameData
    std::string rules;                // the hash of those in force
};

// What a process says of its configuration and the game's data that it has read again.
struct Reloaded {
    std::string told;
    bool rejected{}; // one of the two at least stays as it was
};

// How the last reload of a process went; before the first, all is as it was read at the start.
struct LastReload {
    bool rejected{};
    Millis at{}; // 0: there was none
};

class LiveContents final : public GameContents {
public:
    // `found` in `content_dir`; puts the rules into the archive, before a match can begin under them. Archive and clock
    // outlive it. Throws DependencyAway if the archive does not take them.
    LiveContents(FoundGame found, std::string content_dir, RulesArchive& archive, const Clock& clock);

    std::shared_ptr<const game::GameData> now() const override;
    AsyncResult<std::shared_ptr<const game::battle::Content>> rules(std::string hash, Deadline by) override;
    // Takes the files' data if they are sound and nothing stands against it. Waits for the archive: on no daemon's
    // loop.
    ContentReload reload();

private:
    using Rules = std::shared_ptr<const game::battle::Content>;
    Result<void> keep(const FoundGame& found);
    Rules known(const std::string& hash) const; // null if it is not

    std::string content_dir_;
    RulesArchive& archive_;
    const Clock& clock_;
    std::mutex reloading_;
    mutable std::mutex mutex_; // of the next two
    std::shared_ptr<const game::GameData> now_;
    std::map<std::string, Rules> earlier_;
};

} // namespace harvest::cli
