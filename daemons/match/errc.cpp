#include "daemons/match/errc.hpp"

#include <array>
#include <string>

namespace harvest::match {
namespace {

struct Row {
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{"match.unknown_mode", Errc::invalid_argument, "there is no such mode"},
    Row{"match.no_such_deck", Errc::not_found, "there is no such deck"},
    Row{"match.bad_deck", Errc::failed_precondition, "the deck is not legal, or cards of it are not owned"},
    Row{"match.already_queued", Errc::already_exists, "in the queue already"},
    Row{"match.in_match", Errc::failed_precondition, "in a match already: ask match.status"},
    Row{"match.not_queued", Errc::not_found, "not in the queue"},
    Row{"match.banned", Errc::permission_denied, "banned from this mode"},
    Row{"match.not_played", Errc::failed_precondition, "that match is not being played"},
    Row{"match.own_match", Errc::failed_precondition, "a match that one plays in cannot be watched"},
    Row{"match.no_watching", Errc::permission_denied, "matches cannot be watched here"},
};

class Category final : public DomainCategory {
public:
    Category() : DomainCategory(0x6861727665737411) {}
    const char* name() const noexcept override { return "match"; }
    std::string message(int value) const override { return std::string(row(value).message); }
    std::string_view wire_code(int value) const noexcept override
    {
        return value >= 1 && static_cast<std::size_t>(value) <= rows.size() ? row(value).wire_code : std::string_view{};
    }
    boost::system::error_condition default_error_condition(int value) const noexcept override
    {
        return {static_cast<int>(row(value).meaning), errc_category()};
    }

private:
    static const Row& row(int value)
    {
        const auto index = static_cast<std::size_t>(value - 1);
        return rows[index < rows.size() ? index : 0];
    }
};

} // namespace

boost::system::error_code make_error_code(MatchErrc code)
{
    static const Category category;
    return {static_cast<int>(code), category};
}

} // namespace harvest::match
