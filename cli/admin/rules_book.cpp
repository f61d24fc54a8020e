#include "cli/admin/rules_book.hpp"

#include "cli/live_contents.hpp"

namespace harvest::cli {

RulesBook::Rules RulesBook::find(const std::string& hash, const Get& get)
{
    if (const auto known = known_.find(hash); known != known_.end()) return known->second;
    const AdminClient::Body body = get("/admin/v1/rules/" + path_part(hash));
    const json::object* kept = std::get_if<json::object>(&body);
    if (!kept) return nullptr;
    const Result<Rules> rules =
        rules_of({hash, text_at(*kept, "version"), text_at(*kept, "battle"), text_at(*kept, "cards"), {}});
    if (!rules) return nullptr;
    known_[hash] = *rules;
    return *rules;
}

} // namespace harvest::cli
