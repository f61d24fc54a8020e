#include "common/game/rating/glicko2.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace harvest::game::rating {

namespace {

constexpr double scale = 173.7178; // step 2 of the paper
constexpr double convergence = 0.000001;
constexpr double deviation_limit = 350.0;

struct Internal {
    double mu, phi, sigma;
};

Internal to_internal(const Rating& rating)
{
    return {(static_cast<double>(rating.rating) / 1000.0 - 1500.0) / scale,
            static_cast<double>(rating.deviation) / 1000.0 / scale, static_cast<double>(rating.volatility) / 1e6};
}

Rating to_rating(const Internal& in)
{
    Rating out;
    out.rating = std::llround((in.mu * scale + 1500.0) * 1000.0);
    out.deviation = std::llround(std::min(in.phi * scale, deviation_limit) * 1000.0);
    out.volatility = std::llround(in.sigma * 1e6);
    return out;
}

double g(double phi)
{
    return 1.0 / std::sqrt(1.0 + 3.0 * phi * phi / (std::numbers::pi * std::numbers::pi));
}

double expectation(double mu, const Internal& opponent)
{
    return 1.0 / (1.0 + std::exp(-g(opponent.phi) * (mu - opponent.mu)));
}

// Step 5: the new volatility by the Illinois variant of regula falsi.
double new_volatility(const Internal& player, double v, double delta, double tau)
{
    const double a = std::log(player.sigma * player.sigma);
    const double phi2 = player.phi * player.phi;
    const auto f = [&](double x) {
        const double e = std::exp(x);
        const double denominator = phi2 + v + e;
        return e * (delta * delta - phi2 - v - e) / (2.0 * denominator * denominator) - (x - a) / (tau * tau);
    };
    double low = a;
    double high = 0;
    if (delta * delta > phi2 + v) {
        high = std::log(delta * delta - phi2 - v);
    } else {
        double k = 1;
        while (f(a - k * tau) < 0 && k < 1000) k += 1;
        high = a - k * tau;
    }
    double f_low = f(low), f_high = f(high);
    for (int step = 0; std::abs(high - low) > convergence && step < 1000; ++step) {
        const double middle = low + (low - high) * f_low / (f_high - f_low);
        const double f_middle = f(middle);
        if (f_middle * f_high <= 0) {
            low = high;
            f_low = f_high;
        } else {
            f_low /= 2;
        }
        high = middle;
        f_high = f_middle;
    }
    return std::exp(low / 2);
}

} // namespace

Rating update(const Rating& player, std::span<const Game> games, double tau)
{
    if (games.empty()) return idle(player, 1);
    const Internal own = to_internal(player);
    double information = 0, surprise = 0;
    for (const Game& game : games) {
        const Internal opponent = to_internal(game.opponent);
        const double weight = g(opponent.phi);
        const double expected_score = expectation(own.mu, opponent);
        information += weight * weight * expected_score * (1 - expected_score);
        surprise += weight * (game.score / 2.0 - expected_score);
    }
    const double v = 1 / information;
    Internal next = own;
    next.sigma = new_volatility(own, v, v * surprise, tau);
    const double phi_star = std::sqrt(own.phi * own.phi + next.sigma * next.sigma);
    next.phi = 1 / std::sqrt(1 / (phi_star * phi_star) + 1 / v);
    next.mu = own.mu + next.phi * next.phi * surprise;
    return to_rating(next);
}

Rating idle(const Rating& player, std::int64_t periods)
{
    if (periods <= 0) return player;
    Internal own = to_internal(player);
    own.phi = std::sqrt(own.phi * own.phi + static_cast<double>(periods) * own.sigma * own.sigma);
    Rating out = player;
    out.deviation = std::max(player.deviation, to_rating(own).deviation);
    return out;
}

int expected(const Rating& player, const Rating& opponent)
{
    const Internal a = to_internal(player), b = to_internal(opponent);
    const Internal both{b.mu, std::sqrt(a.phi * a.phi + b.phi * b.phi), 0};
    return static_cast<int>(std::llround(expectation(a.mu, both) * 1000.0));
}

Rating season_reset(const Rating& player)
{
    Rating out = player;
    out.rating = (player.rating + 1'500'000) / 2;
    out.deviation = std::max<std::int64_t>(player.deviation, 150'000);
    return out;
}

} // namespace harvest::game::rating
