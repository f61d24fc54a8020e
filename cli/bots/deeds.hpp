// What a bot does that changes what it owns. Each deed has an idempotency key and is asked again with it until it is
// answered, over cut links and daemons that went away; the bot keeps books of what it was told, which the server's must
// equal, and a journal whose keys must still give the same replies.
#pragma once

#include "cli/bots/books.hpp"
#include "cli/bots/client.hpp"

namespace harvest::bots {

class Deeds {
public:
    // `journal`: whether to keep what repeat() needs.
    Deeds(Client& client, Chance& chance, bool journal)
        : client_(client),
          chance_(chance),
          keeps_journal_(journal),
          books_(client.world().market)
    {
    }

    Books& books() { return books_; }
    const Books& books() const { return books_; }

    // Does one thing, by either door, and gives the reply. Errors: the server's; one of a cut link leaves the deed to
    // finish().
    AsyncResult<std::string> act(std::string op, std::string data);
    // Asks again what has had no answer. Errors: a cut link's.
    AsyncResult<void> finish();

    // Asks each deed of the journal again, with its key, and compares the replies; after an error it goes on where it
    // was. Gives the first that differed, or "". Errors: a cut link's.
    AsyncResult<std::string> repeat();
    std::size_t journal_size() const { return journal_.size(); }

private:
    struct Done {
        std::string op, data, key;
        std::size_t reply; // its hash
    };
    AsyncResult<std::string> ask();

    Client& client_;
    Chance& chance_;
    bool keeps_journal_;
    Books books_;
    std::optional<Ask> open_;
    std::vector<Done> journal_;
    std::size_t repeated_ = 0;
    std::string first_difference_;
};

} // namespace harvest::bots
