// H1: a request's query is read whole or refused; what is read has no control characters, and pages have their bounds.
#include "daemons/gateway/query.hpp"

#include "daemons/gateway/page.hpp"

#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace harvest;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto values = gateway::read_query(text, {"cursor", "limit", "name", "state"});
    if (values && values->size() != 4) std::abort();
    if (values)
        for (const std::string& value : *values)
            for (const char c : value)
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) std::abort();
    std::string_view why;
    const auto page = gateway::read_page(text, why);
    if (!page && why.empty()) std::abort();
    if (page && (page->limit == 0 || page->limit > gateway::items_a_page_at_most)) std::abort();
    (void)gateway::is_asset_cursor(text);
    return 0;
}
