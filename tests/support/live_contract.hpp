// The frames of one live link held against config/schemas/asyncapi.yaml: every request that is answered, every reply
// and every push must stand there and fit, with no member beyond.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace harvest::test {

// What a channel of the document ("connsrv", "instance") has.
struct LiveDocument {
    struct Op {
        boost::json::value request, reply; // schemas of whole frames, without references
    };
    std::map<std::string, Op, std::less<>> ops;
    std::map<std::string, boost::json::value, std::less<>> pushes;
    boost::json::value error; // the schema of a refusal
};
// Loaded once. Throws std::runtime_error if the document contradicts itself.
const LiveDocument& live_document(std::string_view channel);

class LiveContract {
public:
    explicit LiveContract(std::string_view channel) : document_(live_document(channel)) {}

    // What the client sends. Tests send rubbish too: what does not fit may be refused, but not answered.
    void said(std::string_view frame);
    // What the server sends: empty, or what is wrong with it (or with the request that it answers).
    std::string told(std::string_view frame);

private:
    struct Asked {
        std::string op, fault;
    };
    std::string answer_fault(const boost::json::value& reply);
    std::string data_fault(const Asked& asked, const boost::json::value& reply) const;

    const LiveDocument& document_;
    std::map<std::int64_t, std::deque<Asked>> asked_; // by id; the same id may be asked again
};

} // namespace harvest::test
