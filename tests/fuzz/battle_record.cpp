// H10: a battle record from a file that anybody wrote: read or refused; what is read is replayed and told without harm,
// and only a record that is sound in everything is verified.
#include "common/config/game/content_loader.hpp"
#include "common/game/battle/record.hpp"
#include "common/protocol/json.hpp"

#include <cstdlib>

namespace {

using namespace harvest::game::battle;

const Content& content()
{
    static const harvest::config::LoadedContent loaded = harvest::config::load_content(HARVEST_CONTENT);
    if (!loaded.content) std::abort();
    return *loaded.content;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::string why;
    harvest::Result<BattleRecord> record = harvest::protocol::decode<BattleRecord>(text, &why);
    if (!record) {
        if (why.empty()) std::abort();
        return 0;
    }
    // Seeds are not tied to one version of the content: past its hash the rules must stand what a record says.
    record->header.content = content().hash();
    const Verdict verdict = replay(*record, content());
    (void)tell(*record, content());
    if (verdict.kind != VerdictKind::verified) return 0;
    const auto again = harvest::protocol::decode<BattleRecord>(harvest::protocol::encode(*record));
    if (!again || replay(*again, content()).final_hash != verdict.final_hash) std::abort();
    return 0;
}
