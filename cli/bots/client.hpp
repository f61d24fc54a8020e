// Both doors of the backend as one player uses them. Each request is told to the observer by its kind: as done, refused
// by the rules of the game, or failed. A cut link is told by nobody: whoever asked mends it.
#pragma once

#include "cli/bots/habits.hpp"
#include "cli/bots/live_session.hpp"
#include "cli/bots/rest_door.hpp"

namespace harvest::bots {

enum class Door { live, rest };

// Something that both doors know: "farm.plant" is POST /v1/farm/plant.
struct Ask {
    std::string op, data{"{}"};
    std::string key{}; // of an action
    Door door{Door::live};
    Instant intended = std::chrono::steady_clock::now();
};

class Client {
public:
    Client(World& world, Observer& observer, RestDoor& rest) : world_(world), observer_(observer), rest_(rest) {}

    // The live link in use from now on.
    void meet(LiveSession& lobby) { lobby_ = &lobby; }
    void leave_rest() { rest_.leave(); }
    Observer& observer() { return observer_; }
    World& world() { return world_; }

    // Each gives the reply's JSON. Errors: the server's, a cut link's.
    AsyncResult<std::string> ask(Ask ask);
    AsyncResult<std::string> live(std::string op, std::string data, std::string_view kind = {}); // kind: if not the op
    AsyncResult<std::string> rest(std::string_view kind, HttpRequest request);
    AsyncResult<std::string> look(std::string_view kind, std::string path, std::string query = {}); // GET
    // As `ask`, but told to nobody.
    AsyncResult<std::string> ask_quietly(Ask ask);

private:
    AsyncResult<std::string> over_live(std::string op, std::string data, std::string key);
    AsyncResult<std::string> over_rest(HttpRequest request);
    void tell(std::string_view kind, Instant intended, Instant sent, const Result<std::string>& reply);

    World& world_;
    Observer& observer_;
    RestDoor& rest_;
    LiveSession* lobby_ = nullptr;
    std::string last_code_;
};

// What the rules of the game say no to in the course of a life.
bool is_refusal(std::string_view code);

// Tells of a request that was not done: a cut link's as unanswered, the game's no as refused, all else as failed.
void tell_undone(Observer& observer, std::string_view kind, const Error& error, std::string_view code);

// What a step does with an error of the server's: nothing; a cut link's is for others to mend.
inline Result<void> unless_cut(const Error& error)
{
    return is_cut(error) ? Result<void>(error) : Result<void>();
}

} // namespace harvest::bots
