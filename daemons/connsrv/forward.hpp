// Ops that another daemon answers: checked here, then asked over Rpc for the player who is signed in.
#pragma once

#include "common/ports/rpc.hpp"
#include "daemons/connsrv/reply.hpp"

namespace harvest::connsrv {

Task<Reply> forward_match_queue(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
Task<Reply> forward_match_watch(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
Task<Reply> forward_match_rematch(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
// match.cancel, match.status
Task<Reply> forward_match(Rpc& rpc, std::string method, Caller caller, protocol::LiveRequest request, Deadline by);
// party.create, party.leave
Task<Reply> forward_party(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
Task<Reply> forward_party_invite(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
// farm.*: asked of any instance; the request's key goes with it.
Task<Reply> forward_farm(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
// market.*: the same.
Task<Reply> forward_market(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
// craft.*: the same.
Task<Reply> forward_craft(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
Task<Reply> forward_chat_history(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
Task<Reply> forward_chat_edit(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
Task<Reply> forward_chat_delete(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
Task<Reply> forward_chat_read(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
// report.send: chat decides, as for POST /v1/reports.
Task<Reply> forward_report(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);
Task<Reply> forward_chat_unread(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by);

// A call to any slot of a daemon, with the request's trace.
AsyncResult<std::string> ask(Rpc& rpc, std::string daemon, std::string method, std::string body,
                             const protocol::LiveRequest& request, Deadline by);

} // namespace harvest::connsrv
