// A push can be lost with the process that sent or carried it: who has not come to the table is told again where it is.
#include "common/protocol/matchmaking.hpp"
#include "daemons/instance/instance.hpp"

namespace harvest::instance {
namespace {

constexpr std::size_t most_calls = 64; // a round: the next one takes the rest

}

Task<void> Instance::absent_loop()
{
    while (co_await pause(500ms)) {
        const Millis now = clock_.monotonic();
        std::vector<protocol::AbsentRequest> calls;
        for (Table* table : tables_.all()) {
            protocol::AbsentRequest call;
            for (const SeatIndex seat : {SeatIndex{0}, SeatIndex{1}})
                if (table->room.awaits(seat)) call.seats.push_back(seat + 1);
            if (call.seats.empty() || calls.size() == most_calls) continue;
            if (table->call_at == Millis{}) table->call_at = now + config_.call_every; // match.found is on its way
            if (now < table->call_at) continue;
            table->call_at = now + config_.call_every;
            call.match = table->room.match().id;
            calls.push_back(std::move(call));
        }
        for (const protocol::AbsentRequest& call : calls) {
            RpcRequest request;
            request.daemon = "match";
            request.method = "absent";
            request.body = protocol::encode(call);
            request.by = store().by();
            const Result<std::string> told = co_await rpc_.call(std::move(request));
            if (!told && told.error() == Errc::canceled) co_return;
        }
    }
}

} // namespace harvest::instance
