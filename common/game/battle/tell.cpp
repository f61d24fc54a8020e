// The match in plain words, for `admin replay` and people who wonder what happened.
#include "common/game/battle/record.hpp"

#include <map>

namespace harvest::game::battle {

namespace {

class Teller {
public:
    Teller(const BattleRecord& record, const Content& content) : content_(content)
    {
        for (std::size_t seat = 0; seat < 2; ++seat) {
            const RecordSeat& who = record.header.seats[seat];
            names_[seat] =
                !who.name.empty() ? who.name : (who.player.empty() ? "seat " + std::to_string(seat + 1) : who.player);
            entities_[farmer_entity(static_cast<SeatIndex>(seat))] = names_[seat];
        }
    }

    void tell(const State& state, const RawEvent& event)
    {
        if (event.kind == EventKind::turn_started) turn_ = event.amount;
        if (event.target >= first_entity && event.card != no_card &&
            (event.kind == EventKind::unit_entered || event.kind == EventKind::transformed))
            entities_[event.target] = content_.card(event.card).name;
        const std::string text = sentence(state, event);
        if (text.empty()) return;
        lines_.push_back((turn_ == 0 ? "start   " : "turn " + padded(turn_)) + "  " + text);
    }

    std::vector<std::string> take() { return std::move(lines_); }
    void add(std::string line) { lines_.push_back(std::move(line)); }

private:
    static EntityId farmer_entity(SeatIndex seat) { return EntityId{1} + seat; }
    static std::string padded(int n) { return (n < 10 ? " " : "") + std::to_string(n); }
    std::string card(const RawEvent& e) const { return e.card == no_card ? "a card" : content_.card(e.card).name; }
    std::string entity(EntityId id) const
    {
        const auto found = entities_.find(id);
        return found == entities_.end() ? "something" : found->second;
    }
    static std::string stats(const RawEvent& e)
    {
        return "(" + std::to_string(e.attack) + "/" + std::to_string(e.health) + ")";
    }

    std::string left(const RawEvent& e) const
    {
        return e.target >= first_entity ? " " + stats(e) : " (health " + std::to_string(e.health) + ")";
    }

    std::string by(const RawEvent& e) const { return e.source == 0 ? "" : " from " + entity(e.source); }

    std::string of_cards(const State& state, const RawEvent& e) const
    {
        const std::string& who = names_[e.seat];
        switch (e.kind) {
        case EventKind::card_drawn:
            return who + " draws " + card(e);
        case EventKind::card_burnt:
            return who + "'s hand is full: " + card(e) + " is burnt";
        case EventKind::fatigue:
            return who + "'s deck is empty: " + std::to_string(e.amount) + " damage";
        case EventKind::card_played:
            return who + " plays " + card(e) + " (" + std::to_string(e.amount) + " sun)" +
                   (e.target == 0 ? "" : " on " + entity(e.target));
        case EventKind::discarded:
            return who + " discards " + card(e);
        case EventKind::returned:
            return card(e) + " returns to " + who + "'s hand";
        case EventKind::revealed:
            return who + " shows " + card(e);
        case EventKind::looked:
            return who + " looks at the top card: " + card(e);
        case EventKind::kept:
            return who + " keeps it on top";
        case EventKind::buried:
            return who + " buries it";
        case EventKind::mulligan_done:
            return who + " puts back " + std::to_string(e.amount);
        case EventKind::weather_changed:
            return "the weather turns to " + card(e);
        case EventKind::match_started:
            return names_[state.first] + " is to begin";
        default:
            return "";
        }
    }

    std::string of_units(const RawEvent& e) const
    {
        switch (e.kind) {
        case EventKind::unit_entered:
            return card(e) + " " + stats(e) + " enters " + names_[e.seat] + "'s row";
        case EventKind::attacked:
            return entity(e.source) + " attacks " + entity(e.target);
        case EventKind::surfaced:
            return card(e) + " comes to the surface";
        case EventKind::damaged:
            return entity(e.target) + " takes " + std::to_string(e.amount) + " damage" + by(e) + left(e);
        case EventKind::shield_broken:
            return card(e) + "'s shield breaks";
        case EventKind::healed:
            return entity(e.target) + " heals " + std::to_string(e.amount) + left(e);
        case EventKind::buffed:
            return card(e) + " is now " + std::to_string(e.attack) + "/" + std::to_string(e.health);
        case EventKind::died:
            return card(e) + " of " + names_[e.seat] + " dies";
        case EventKind::vanished:
            return card(e) + " is gone";
        case EventKind::silenced:
            return card(e) + " is silenced";
        case EventKind::transformed:
            return entity(e.source) + " turns into a " + card(e) + " " + stats(e);
        default:
            return "";
        }
    }

    std::string sentence(const State& state, const RawEvent& e) const
    {
        const std::string& who = names_[e.seat];
        switch (e.kind) {
        case EventKind::turn_started:
            return who + "'s turn: " + std::to_string(state.seats[0].health) + " to " +
                   std::to_string(state.seats[1].health);
        case EventKind::power_used:
            return who + " uses the farmer's power" + (e.target == 0 ? "" : " on " + entity(e.target));
        case EventKind::sun_gained:
            return who + " gains " + std::to_string(e.amount) + " sun";
        case EventKind::turn_ended:
            return who + " ends the turn";
        case EventKind::timed_out:
            return who + " runs out of time";
        case EventKind::chain_cut:
            return "the chain of triggers is cut after " + std::to_string(e.amount) + " steps";
        case EventKind::match_ended:
            return state.winner == Winner::draw ? std::string("the match is a draw")
                                                : names_[state.winner == Winner::seat_1 ? 0 : 1] + " wins (" +
                                                      boost::describe::enum_to_string(state.ending, "?") + ")";
        default:
            break;
        }
        const std::string text = of_cards(state, e);
        return text.empty() ? of_units(e) : text;
    }

    const Content& content_;
    std::array<std::string, 2> names_;
    std::map<EntityId, std::string> entities_;
    std::vector<std::string> lines_;
    int turn_{};
};

} // namespace

std::vector<std::string> tell(const BattleRecord& record, const Content& content)
{
    const Result<MatchSetup> setup = make_setup(record.header, content);
    if (!setup) return {"the record cannot be read: " + setup.error().message()};
    RawEvents events;
    Result<State> state = start(content, *setup, &events);
    if (!state) return {"the record cannot be read: " + state.error().message()};
    Teller teller(record, content);
    for (const RawEvent& event : events) teller.tell(*state, event);
    for (std::size_t i = 0; i < record.moves.size(); ++i) {
        const Result<std::pair<SeatIndex, Command>> move = read_move(record.moves[i]);
        events.clear();
        if (!move || !apply(*state, content, move->first, move->second, &events)) {
            teller.add("move " + std::to_string(i) + " cannot be played again: the record diverges here");
            break;
        }
        for (const RawEvent& event : events) teller.tell(*state, event);
    }
    return teller.take();
}

} // namespace harvest::game::battle
