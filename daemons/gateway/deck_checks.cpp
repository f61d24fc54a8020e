#include "daemons/gateway/deck_checks.hpp"

#include <algorithm>

namespace harvest::gateway {
namespace {

constexpr std::size_t max_name_bytes = 64;

bool is_good_name(std::string_view name)
{
    const bool printable = std::none_of(name.begin(), name.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
    return printable && !name.empty() && name.size() <= max_name_bytes;
}

} // namespace

std::vector<protocol::ProblemFault> faults_of(const protocol::NewDeck& deck, const game::battle::Content& content,
                                              const game::battle::Collection& owned)
{
    std::vector<protocol::ProblemFault> faults;
    if (!is_good_name(deck.name))
        faults.push_back({"bad_name", "a deck's name has 1 to 64 bytes without control characters", std::nullopt});
    for (const game::battle::DeckFault& fault : game::battle::deck_faults(content, deck.farmer, deck.cards, &owned)) {
        protocol::ProblemFault out;
        out.kind = boost::describe::enum_to_string(fault.kind, "unknown");
        out.message = fault.message;
        if (!fault.card.empty()) out.card = fault.card;
        faults.push_back(std::move(out));
    }
    return faults;
}

protocol::DeckInfo show_deck(const Deck& deck, const game::battle::Content& content,
                             const game::battle::Collection& owned)
{
    protocol::DeckInfo info;
    info.id = deck.id;
    info.name = deck.name;
    info.farmer = deck.farmer;
    info.cards = deck.cards;
    info.version = deck.version;
    info.legal = game::battle::deck_faults(content, deck.farmer, deck.cards, &owned).empty();
    return info;
}

} // namespace harvest::gateway
