// REST as one bot uses it: a keep-alive connection to one of the doors, and to the next one when that is shut.
#pragma once

#include "cli/bots/world.hpp"

namespace harvest::bots {

class RestDoor {
public:
    // `first`: which of the doors; `local_address`: where from.
    RestDoor(World& world, std::size_t first, std::string local_address);

    // The access token of the requests from now on; empty: they carry none.
    void sign(std::string access_token) { access_token_ = std::move(access_token); }
    // Errors: the connection's.
    AsyncResult<HttpResponse> send(HttpRequest request);
    // The body of an answer that says yes. Errors: the connection's; the server's own, by the code of its problem.
    AsyncResult<std::string> ask(HttpRequest request);
    // Closes the connection; the next request opens another.
    void leave() { http_.reset(); }
    const std::string& last_code() const { return last_code_; } // of the last error

private:
    void open();

    World& world_;
    std::size_t door_;
    std::string local_address_, access_token_, last_code_;
    std::unique_ptr<HttpClient> http_;
};

// A request with the members that most have.
HttpRequest rest_request(std::string method, std::string path, std::string body = {});

} // namespace harvest::bots
