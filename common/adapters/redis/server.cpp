#include "common/adapters/redis/server.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace harvest::redis {

Result<Server> parse_server(std::string_view url)
{
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed) return Errc::invalid_argument;
    Server server;
    const std::string_view scheme = parsed->scheme();
    if (scheme != "redis" && scheme != "rediss") return Errc::invalid_argument;
    server.tls = scheme == "rediss";
    server.host = parsed->host_address(); // without the brackets of IPv6
    if (server.host.empty() || parsed->has_query() || parsed->has_fragment()) return Errc::invalid_argument;
    if (parsed->has_port()) server.port = parsed->port_number();
    if (server.port == 0) return Errc::invalid_argument;
    server.user = parsed->user();
    server.password = parsed->password();
    const std::string path = parsed->path();
    if (!path.empty() && path[0] != '/') return Errc::invalid_argument; // "[::1]7000", which the library takes
    if (path.size() > 1) {
        const char* const end = path.data() + path.size();
        const auto [stopped, error] = std::from_chars(path.data() + 1, end, server.database);
        if (error != std::errc() || stopped != end || server.database < 0) return Errc::invalid_argument;
    }
    return server;
}

} // namespace harvest::redis
