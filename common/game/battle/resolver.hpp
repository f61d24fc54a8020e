// Carries out what a legal command sets off: effects, deaths and the bounded chain of triggers. One object a command.
#pragma once

#include "common/game/battle/engine.hpp"
#include "common/game/battle/targets.hpp"

namespace harvest::game::battle {

class Resolver {
public:
    Resolver(State& state, const Content& content, RawEvents* events)
        : state_(state),
          content_(content),
          events_(events),
          play_(state.seed, StreamName::play, state.drawn[2])
    {
    }

    void deal();
    void mulligan(SeatIndex seat, std::uint16_t cards);
    void play(SeatIndex seat, const Command& command);
    void attack(SeatIndex seat, const Command& command);
    void use_power(SeatIndex seat, const Command& command);
    void choose(SeatIndex seat, Choice choice);
    void end_turn(SeatIndex seat, bool timed_out);
    void finish(Winner winner, Ending ending);

private:
    struct Pending {
        Trigger trigger;
        SeatIndex controller;
        CardIndex card;
        EntityId source, chosen;
    };

    void begin_play();
    void begin_turn(SeatIndex seat);
    void queue(Trigger trigger, SeatIndex controller, CardIndex card, EntityId source, EntityId chosen = 0);
    void queue_row(Trigger trigger, SeatIndex seat);
    void run_queue();
    void resolve(const std::vector<Effect>& effects, SeatIndex controller, EntityId source, EntityId chosen);
    void resolve_one(const Effect& effect, SeatIndex controller, EntityId source, EntityId chosen);
    Candidates pick(const Effect& effect, SeatIndex controller, EntityId source, EntityId chosen);
    void touch_farmer(const Effect& effect, SeatIndex seat);
    void touch_unit(const Effect& effect, Place place);

    void damage(EntityId source, EntityId target, int amount);
    void heal(EntityId source, EntityId target, int amount);
    void buff(Unit& unit, SeatIndex seat, const Effect& effect);
    void silence(Unit& unit, SeatIndex seat);
    void transform(Unit& unit, SeatIndex seat, CardIndex card);
    void return_to_hand(Place place);
    bool enter(SeatIndex seat, CardIndex card, std::size_t position, bool from_deck);
    void draw(SeatIndex seat);
    void discard(SeatIndex seat, int count);
    void reveal(SeatIndex seat, const Effect& effect);
    void gain_sun(SeatIndex seat, int amount);

    void remove_unit(Place place);
    void remove_hand(SeatIndex seat, std::size_t slot);
    void spend(SeatIndex seat, CardIndex card) { state_.seats[seat].spent[state_.seats[seat].spent_size++] = card; }
    void bury_the_dead();
    bool over();
    void note(const RawEvent& event)
    {
        if (events_ != nullptr) events_->push_back(event);
    }
    void note_unit(EventKind kind, SeatIndex seat, const Unit& unit, EntityId source = 0, int amount = 0);

    State& state_;
    const Content& content_;
    RawEvents* events_;
    Stream play_;
    std::array<Pending, 256> queue_; // the first `queued_` are set
    std::size_t queued_{}, done_{};
    bool cut_{};
};

} // namespace harvest::game::battle
