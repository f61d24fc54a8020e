// Words of chat on their way to the event log and back: each author's under the author's own key, bound to author and
// message. The keys last asked for are kept at hand. For one thread.
#pragma once

#include "common/ports/player_keys.hpp"
#include "common/protocol/chat.hpp"

#include <list>
#include <unordered_map>

namespace harvest {

class ChatSeal {
public:
    // At most `capacity` keys are at hand, none longer than `kept`.
    ChatSeal(PlayerKeys& keys, const Clock& clock, std::size_t capacity = 4'096, Millis kept = 5min)
        : keys_(keys),
          clock_(clock),
          capacity_(capacity),
          kept_(kept)
    {
    }

    // As an event has it. Errors: those of PlayerKeys; unavailable instead of failed_precondition: it can be set right.
    AsyncResult<std::string> close(PlayerId author, MessageId message, protocol::ChatWords words, Deadline by);
    // What nobody can read any more is erased_name() and no text: the author's key is gone or damaged, or the box
    // is. Errors: those of PlayerKeys but not_found and data_loss.
    AsyncResult<protocol::ChatWords> open(PlayerId author, MessageId message, std::string sealed, Deadline by);
    // The player's key is at hand no longer.
    void forget(const PlayerId& player);
    std::size_t at_hand() const { return by_player_.size(); }

private:
    struct Held {
        PlayerId player;
        std::shared_ptr<Sealer> sealer;
        Millis until{}; // monotonic
    };
    AsyncResult<std::shared_ptr<Sealer>> sealer_of(PlayerId player, Deadline by);

    PlayerKeys& keys_;
    const Clock& clock_;
    std::size_t capacity_;
    Millis kept_;
    std::list<Held> held_; // last used first
    std::unordered_map<std::string, std::list<Held>::iterator> by_player_;
    std::uint64_t forgotten_{};
};

} // namespace harvest
