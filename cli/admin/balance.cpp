// admin game balance: bots against bots on all cores, and what wins too often.
#include "cli/content.hpp"
#include "cli/handlers.hpp"
#include "common/base/suggest.hpp"
#include "common/game/balance/verdict.hpp"
#include "common/game/balance/wilson.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <span>
#include <thread>

namespace harvest::cli {
namespace {

namespace battle = game::battle;
namespace balance = game::balance;

// The faults of a flag are told by its name.
std::variant<std::uint64_t, Failure> number_of(const Invocation& invocation, std::string_view flag,
                                               std::uint64_t otherwise, std::uint64_t least, std::uint64_t most)
{
    const auto given = invocation.value(flag);
    if (!given) return otherwise;
    std::uint64_t number{};
    const auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), number);
    if (error == std::errc{} && end == given->data() + given->size() && number >= least && number <= most)
        return number;
    return usage_failure(fmt::format("'{}' is not a number for --{}", *given, flag),
                         fmt::format("it takes a whole number, {} to {}", least, most), "");
}

json::object row(std::string_view kind, std::string_view name, const balance::Count& count)
{
    const balance::Interval interval = balance::wilson_95(count.wins, count.games);
    json::object out{{"kind", kind}, {"id", name}, {"games", count.games}, {"wins", count.wins}};
    out["rate"] = count.games == 0 ? json::value(nullptr)
                                   : json::value(static_cast<double>(count.wins) / static_cast<double>(count.games));
    out["low"] = interval.low;
    out["high"] = interval.high;
    return out;
}

json::array rows_of(const balance::Tally& tally, const battle::Content& content)
{
    json::array out;
    out.push_back(row("seat", "first", tally.order[0]));
    out.push_back(row("seat", "second", tally.order[1]));
    for (std::size_t i = 0; i < tally.starters.size(); ++i)
        out.push_back(row("starter", content.starters()[i].id, tally.starters[i]));
    for (std::size_t i = 0; i < tally.farmers.size(); ++i)
        out.push_back(row("farmer", content.farmers()[i].id, tally.farmers[i]));
    for (std::size_t i = 0; i < tally.families.size(); ++i)
        out.push_back(
            row("family", boost::describe::enum_to_string(static_cast<battle::Family>(i), "?"), tally.families[i]));
    for (std::size_t i = 0; i < tally.cards.size(); ++i)
        if (!content.cards()[i].token) out.push_back(row("card", content.cards()[i].id, tally.cards[i]));
    return out;
}

Document balance_document(const balance::Tally& tally, const battle::Content& content, const std::string& bot,
                          balance::Verdict verdict, double seconds)
{
    const auto played = static_cast<double>(std::max<std::int64_t>(tally.games, 1));
    Document document;
    document.kind = "GameBalance";
    document.list = true;
    document.items = rows_of(tally, content);
    document.columns = {{"KIND", "kind"},
                        {"ID", "id"},
                        {"GAMES", "games", Form::number},
                        {"WINS", "wins", Form::number, true},
                        {"RATE", "rate", Form::percent},
                        {"LOW", "low", Form::percent},
                        {"HIGH", "high", Form::percent}};
    document.object = {{"content", content.hash()},
                       {"bot", bot},
                       {"games", tally.games},
                       {"draws", tally.draws},
                       {"turns_mean", static_cast<double>(tally.turns) / played},
                       {"games_per_second", played / std::max(seconds, 1e-9)},
                       {"verdict", boost::describe::enum_to_string(verdict, "?")}};
    return document;
}

Failure no_such_deck(const std::string& name, std::span<const battle::StarterDeck> starters)
{
    std::vector<std::string> names;
    for (const battle::StarterDeck& starter : starters) names.push_back(starter.id);
    const auto near = suggest(name, names);
    return Failure{66,
                   "not_found",
                   fmt::format("there is no starter deck '{}'", name),
                   fmt::format("the decks are {}", fmt::join(names, ", ")),
                   near ? fmt::format("did you mean: --deck {}", *near) : "",
                   false,
                   {}};
}

std::string summary(const json::object& fields)
{
    return fmt::format(
        "{}   {} games of {} bots, {} drawn, {:.1f} turns each   {:.0f} games/s   LOW and HIGH: 95 % Wilson "
        "interval\n",
        std::string_view(fields.at("verdict").as_string()), thousands(fields.at("games").as_int64()),
        std::string_view(fields.at("bot").as_string()), thousands(fields.at("draws").as_int64()),
        fields.at("turns_mean").as_double(), fields.at("games_per_second").as_double());
}

// Each thread plays every n-th game; the sum is the same for every n.
balance::Tally run_trial(const balance::Trial& trial, const battle::Content& content, std::uint64_t games,
                         std::size_t threads)
{
    std::vector<balance::Tally> tallies(threads, balance::Tally(content));
    std::vector<std::thread> running;
    for (std::size_t at = 0; at < threads; ++at)
        running.emplace_back([&, at] {
            balance::Tally own(content); // on its own until the end, so that no two threads write one cache line
            for (std::uint64_t game = at; game < games; game += threads) balance::play(trial, content, game, own);
            tallies[at] = std::move(own);
        });
    balance::Tally sum(content);
    for (std::size_t at = 0; at < threads; ++at) {
        running[at].join();
        sum.add(tallies[at]);
    }
    return sum;
}

} // namespace

Answer admin_game_balance(Invocation& invocation)
{
    const auto games = number_of(invocation, "games", 2'000, 1, 100'000'000);
    if (const Failure* failed = std::get_if<Failure>(&games)) return *failed;
    const auto seed = number_of(invocation, "seed", 1, 0, ~std::uint64_t{0});
    if (const Failure* failed = std::get_if<Failure>(&seed)) return *failed;
    const auto threads = number_of(invocation, "threads", std::max(1U, std::thread::hardware_concurrency()), 1, 1'024);
    if (const Failure* failed = std::get_if<Failure>(&threads)) return *failed;
    const std::shared_ptr<const battle::Content> content = find_game("").data.battle;

    balance::Trial trial;
    trial.seed = std::get<std::uint64_t>(seed);
    const std::string bot = invocation.value_or("bot", "greedy"); // the parser knows the choices
    boost::describe::enum_from_string(bot.c_str(), trial.level);
    if (const auto deck = invocation.value("deck")) {
        const auto& starters = content->starters();
        const auto found = std::ranges::find(starters, *deck, &battle::StarterDeck::id);
        if (found == starters.end()) return no_such_deck(*deck, starters);
        trial.starter = static_cast<std::size_t>(found - starters.begin());
    }
    const auto before = std::chrono::steady_clock::now();
    const balance::Tally tally = run_trial(trial, *content, std::get<std::uint64_t>(games),
                                           static_cast<std::size_t>(std::get<std::uint64_t>(threads)));
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - before;
    const balance::Verdict verdict = balance::judge(tally);
    Document document = balance_document(tally, *content, bot, verdict, spent.count());
    document.object["seed"] = trial.seed;
    if (invocation.value_or("output", "table") == "table" && !invocation.has("limit")) {
        Document plain = document;
        auto table = render(std::move(plain), {});
        document.text = std::get<std::string>(table) + '\n' + summary(document.object);
    }
    constexpr std::array exits{0, 1, 3}; // as balanced, unbalanced, undecided
    return {std::move(document), exits[static_cast<std::size_t>(verdict)]};
}

} // namespace harvest::cli
