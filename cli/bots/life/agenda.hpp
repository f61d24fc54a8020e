// What a bot does next. It has chance of its own, so that the plan of a seed is the same whatever the server answers.
#pragma once

#include "cli/bots/life/pastimes.hpp"

#include <random>

namespace harvest::bots {

class Agenda {
public:
    // At least one weight is positive.
    Agenda(const Weights& weights, std::uint64_t seed) : draw_(weights.begin(), weights.end()), random_(seed) {}

    Pastime next() { return static_cast<Pastime>(draw_(random_)); }

private:
    std::discrete_distribution<int> draw_;
    std::mt19937_64 random_;
};

} // namespace harvest::bots
