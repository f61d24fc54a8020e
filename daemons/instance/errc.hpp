// Refusals of an instance that are not the rules' own; wire codes "battle.<name>".
#pragma once

#include "common/base/result.hpp"

namespace harvest::instance {

enum class InstanceErrc {
    not_joined = 1, // send battle.join first
    already_joined, // this link sits already
    not_here,       // the match is not (or no longer) on this instance: ask match.status
    not_started,    // the cards are not dealt yet
    nonces_fixed,   // a nonce came too late, or another one came before
    cannot_resume,  // those pushes are gone: join without last_seq
    moved,          // the match went to another instance: ask match.status
    gallery_full,   // as many watch as may
    only_watching,  // who watches does not play
    too_big,        // over the limit for one message; "live.too_big", as on the connection server
};

boost::system::error_code make_error_code(InstanceErrc code);

} // namespace harvest::instance

template <>
struct boost::system::is_error_code_enum<harvest::instance::InstanceErrc> : std::true_type {};
