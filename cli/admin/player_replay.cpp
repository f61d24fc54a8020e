// admin replay --player: balances, escrow and numbered cards from the event log alone, against the store.
#include "cli/admin/player_replay.hpp"

#include "cli/admin/client.hpp"
#include "cli/admin/eventlog.hpp"
#include "cli/terminal.hpp"
#include "common/protocol/player_fold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

namespace harvest::cli {
namespace {

using protocol::Amount;
using protocol::Holdings;

// The store's changes come to a Kafka log a moment later: what still differs after so long a stillness of both is told.
constexpr std::chrono::milliseconds pause{200};
constexpr int still_rounds = 25, most_rounds = 150;

struct ReplayRow {
    std::string place, asset;
    Amount by_events, by_store, difference; // events less store
    std::string last_event;                 // that changed it
};
BOOST_DESCRIBE_STRUCT(ReplayRow, (), (place, asset, by_events, by_store, difference, last_event))

struct PlayerReplayBody {
    std::string player, name, verdict; // equal, differs, inconclusive
    std::optional<std::string> why, until, first_difference, after_event;
    Amount events;
    std::string store_at;
};
BOOST_DESCRIBE_STRUCT(PlayerReplayBody, (),
                      (player, name, verdict, why, until, first_difference, after_event, events, store_at))

const std::vector<Column> columns{{"PLACE", "place"},
                                  {"ASSET", "asset"},
                                  {"BY EVENTS", "by_events", Form::number},
                                  {"BY STORE", "by_store", Form::number},
                                  {"DIFFERENCE", "difference", Form::number},
                                  {"LAST EVENT", "last_event", Form::text, true}};

std::int64_t units_of(const json::object& object, std::string_view key)
{
    return std::stoll(text_at(object, key));
}

struct Store {
    PlayerId player;
    std::string name, at;
    Holdings holdings;
};

class PlayerReplay {
public:
    explicit PlayerReplay(const Invocation& invocation) : invocation_(invocation) {}

    Answer run()
    {
        if (auto failed = begin()) return *failed;
        int still = 0;
        for (int round = 0; round < most_rounds; ++round) {
            const Holdings before = store_.holdings;
            const std::size_t counted = fold_->events();
            if (auto failed = read_events()) return *failed;
            if (auto failed = read_store()) return *failed;
            if (fold_->holdings() == store_.holdings || !certain()) return answer();
            still = store_.holdings == before && fold_->events() == counted ? still + 1 : 0;
            if (still >= still_rounds) return answer();
            std::this_thread::sleep_for(pause);
        }
        return answer("the player's holdings did not stand still: stop here with --until");
    }

private:
    std::variant<json::object, Failure> get(const std::string& target)
    {
        auto opened = open_admin(invocation_); // each request has the whole --timeout
        if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
        return std::get<AdminClient>(opened).get(target);
    }

    std::optional<Failure> begin()
    {
        if (const auto until = invocation_.value("until")) {
            until_ = time_of(*until);
            if (!until_)
                return usage_failure(fmt::format("'{}' is no time", *until), "", "give -1h, or 2026-11-23T12:00:00Z");
        }
        if (auto failed = read_store()) return failed;
        fold_.emplace(store_.player);
        auto body = get("/admin/v1/topics");
        if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
        for (const json::value& item : std::get<json::object>(body).at("items").as_array()) {
            const json::object& topic = item.as_object();
            const std::string name = text_at(topic, "topic");
            if (units_of(topic, "first") > 0 && std::ranges::find(topics, name) != topics.end()) trimmed_ = name;
        }
        return std::nullopt;
    }

    std::optional<Failure> read_store()
    {
        const std::string who = fold_ ? store_.player.value : invocation_.value_or("player", "");
        std::string target = "/admin/v1/players/" + path_of(who) + "/holdings";
        if (until_) target += '?' + query_pair("until", *until_);
        auto body = get(target);
        if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
        const json::object& answer = std::get<json::object>(body);
        store_ = {PlayerId{text_at(answer, "player")}, text_at(answer, "name"), text_at(answer, "at"), {}};
        for (const json::value& item : answer.at("holdings").as_array()) {
            const json::object& holding = item.as_object();
            store_.holdings[{text_at(holding, "place"), text_at(holding, "asset")}] = units_of(holding, "amount");
        }
        return std::nullopt;
    }

    static std::string path_of(const std::string& who)
    {
        return who.starts_with('@') ? "@" + path_segment(std::string_view(who).substr(1)) : path_segment(who);
    }

    // From where the last round ended, page by page; what does not name the player stays at the server.
    std::optional<Failure> read_events()
    {
        for (const std::string& topic : topics) {
            for (bool at_end = false; !at_end;) {
                std::string target = "/admin/v1/events?" + query_pair("topic", topic) + "&max=1000&" +
                                     query_pair("mentions", store_.player.value);
                std::string& next = next_[topic];
                target += next.empty() ? "&offset=0" : '&' + query_pair("cursor", next);
                if (until_) target += '&' + query_pair("until", *until_);
                auto body = get(target);
                if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
                const json::object& page = std::get<json::object>(body);
                if (auto failed = apply(page)) return failed;
                next = text_at(page, "next_cursor");
                at_end = page.at("at_end").as_bool();
            }
        }
        if (shown_) write_stderr("\n");
        shown_ = false;
        return std::nullopt;
    }

    std::optional<Failure> apply(const json::object& page)
    {
        for (const json::value& item : page.at("items").as_array()) {
            const json::object& event = item.as_object();
            const Result<Millis> at = parse_rfc3339(text_at(event, "time"));
            const std::string id = text_at(event, "id");
            const Result<void> applied =
                fold_->apply(id, text_at(event, "type"), at ? *at : Millis{}, to_json_text(event.at("data")));
            if (!applied)
                return Failure{
                    65, "invalid_argument", fmt::format("the data of {} is not of its type", id), "", "", false, {}};
        }
        if (stderr_is_screen() && !page.at("items").as_array().empty()) {
            write_stderr(fmt::format("\r{} events of {}", fold_->events(), store_.name));
            shown_ = true;
        }
        return std::nullopt;
    }

    bool certain() const { return !fold_->untold() && trimmed_.empty(); }

    std::string doubt() const
    {
        if (const auto& untold = fold_->untold())
            return fmt::format("event {} ({}) was written before events told what they moved", untold->id,
                               untold->type);
        if (!trimmed_.empty()) return fmt::format("the beginning of {} is gone", trimmed_);
        if (!fold_->registered() && fold_->holdings() != store_.holdings)
            return "the event log does not reach back to the account's start";
        return "";
    }

    Answer answer(std::string why = "") const
    {
        Document document;
        document.kind = "PlayerReplay";
        document.list = true;
        document.name_key = "asset";
        document.columns = columns;
        PlayerReplayBody body{store_.player.value, store_.name, "equal", {}, until_, {}, {}, {}, store_.at};
        body.events.units = static_cast<std::int64_t>(fold_->events());
        Holdings all = store_.holdings;
        for (const auto& [what, amount] : fold_->holdings()) all.try_emplace(what, 0);
        const auto amount_of = [](const Holdings& from, const Holdings::key_type& what) {
            const auto found = from.find(what);
            return found == from.end() ? 0 : found->second;
        };
        for (const auto& [what, ignored] : all) {
            const std::int64_t told = amount_of(fold_->holdings(), what), kept = amount_of(store_.holdings, what);
            const ReplayRow row{what.first, what.second, {told}, {kept}, {told - kept}, fold_->last_event(what)};
            document.items.push_back(to_object(row));
            if (told == kept || body.first_difference) continue;
            body.first_difference = what.first + ' ' + what.second;
            if (!row.last_event.empty()) body.after_event = row.last_event;
            body.verdict = "differs";
        }
        if (why.empty()) why = doubt();
        if (!why.empty()) {
            body.verdict = "inconclusive";
            body.why = why;
            document.warnings.push_back(why);
        }
        document.object = to_object(body);
        const int code = body.verdict == "equal" ? 0 : body.verdict == "differs" ? 1 : 3;
        return {std::move(document), code};
    }

    inline static const std::array<std::string, 2> topics{std::string(protocol::topic::user),
                                                          std::string(protocol::topic::game)};
    const Invocation& invocation_;
    std::optional<std::string> until_;
    Store store_;
    std::optional<protocol::PlayerFold> fold_;
    std::map<std::string, std::string> next_; // cursor of each topic
    std::string trimmed_;                     // a topic whose first events are gone
    bool shown_ = false;
};

} // namespace

Answer replay_player(const Invocation& invocation)
{
    return PlayerReplay(invocation).run();
}

} // namespace harvest::cli
