// Rpc auth "name": what a player is called now. Events of accounts do not tell it.
#pragma once

#include "common/base/ids.hpp"
#include "common/protocol/json.hpp"

#include <boost/describe.hpp>

#include <string>

namespace harvest::protocol {

struct NameRequest {
    PlayerId player;
};
BOOST_DESCRIBE_STRUCT(NameRequest, (), (player))

struct NameReply {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(NameReply, (), (name))

} // namespace harvest::protocol
