// What a running chat daemon does once its configuration has changed.
#include "common/protocol/chat.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/reloadable.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

// ann writes to bob; what bob hears, or why it was refused.
class Writing {
public:
    Writing(World& world, LiveClient& ann, LiveClient& bob, const Player& to)
        : world_(world),
          ann_(ann),
          bob_(bob),
          channel_("dm:" + to.id.value)
    {
    }

    void change(const std::function<void(chat::Config&)>& how)
    {
        chat::Config config = world_.options.chat;
        how(config);
        world_.chats.front()->configure(config);
    }
    Task<std::string> heard(std::string text)
    {
        const protocol::ChatSendRequest request{channel_, std::move(text)};
        std::string data = protocol::encode(request);
        const Result<std::string> sent = co_await ann_.call("chat.send", std::move(data));
        if (!sent) co_return ann_.error_text;
        const Result<Push> push = co_await bob_.push("chat.message", 500ms);
        if (push) {
            const auto entry = protocol::decode<protocol::ChatEntry>(push->data);
            last_ = entry->message;
            co_return entry->text;
        }
        const Result<Push> refused = co_await ann_.push("chat.refused", 500ms);
        co_return refused ? protocol::decode<protocol::ChatRefused>(refused->data)->code : "nothing";
    }
    // "" if the last message could be edited.
    Task<std::string> edited()
    {
        const protocol::ChatEditRequest request{channel_, last_, "edited"};
        std::string data = protocol::encode(request);
        const Result<std::string> done = co_await ann_.call("chat.edit", std::move(data));
        co_return done ? "" : ann_.error_text;
    }
    Task<void> wait(Millis length) { (void)co_await world_.clock.sleep_until(world_.clock.after(length)); }

private:
    World& world_;
    LiveClient &ann_, &bob_;
    std::string channel_;
    MessageId last_;
};

void write(const std::function<Task<void>(Writing&)>& script)
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        Writing writing(world, *first, *second, bob);
        co_await script(writing);
    });
}

} // namespace

TEST_CASE("What a reload may change of chat holds for the next message", "[chat][reload]")
{
    const auto script = [](Task<void> (*run)(Writing&)) { return [run] { write(run); }; };
    check_reload_effects<chat::Config>({{"filter", script([](Writing& chat) -> Task<void> {
                                             std::string text = co_await chat.heard("a slug");
                                             CHECK(text == "a slug");
                                             chat.change([](chat::Config& config) { config.filter = {"slug"}; });
                                             text = co_await chat.heard("a slug, dickhead");
                                             CHECK(text == "a ****, dickhead");
                                         })},
                                        {"max_characters", script([](Writing& chat) -> Task<void> {
                                             std::string text = co_await chat.heard("abcdef");
                                             CHECK(text == "abcdef");
                                             chat.change([](chat::Config& config) { config.max_characters = 5; });
                                             text = co_await chat.heard("abcdef");
                                             CHECK(text == "chat.too_long");
                                         })},
                                        {"flood_burst", script([](Writing& chat) -> Task<void> {
                                             std::string text = co_await chat.heard("one");
                                             CHECK(text == "one");
                                             co_await chat.wait(10s);
                                             chat.change([](chat::Config& config) { config.flood_burst = 1; });
                                             text = co_await chat.heard("two");
                                             CHECK(text == "two");
                                             text = co_await chat.heard("three");
                                             CHECK(text == "chat.too_fast");
                                         })},
                                        {"flood_interval", script([](Writing& chat) -> Task<void> {
                                             chat.change([](chat::Config& config) { config.flood_interval = 1h; });
                                             for (int i = 0; i < 5; ++i) {
                                                 const std::string text = co_await chat.heard("word");
                                                 CHECK(text == "word");
                                             }
                                             co_await chat.wait(10s);
                                             const std::string text = co_await chat.heard("word");
                                             CHECK(text == "chat.too_fast");
                                         })},
                                        {"edit_window", script([](Writing& chat) -> Task<void> {
                                             (void)co_await chat.heard("one");
                                             chat.change([](chat::Config& config) { config.edit_window = 1s; });
                                             co_await chat.wait(2s);
                                             std::string why = co_await chat.edited();
                                             CHECK(why == "chat.too_late");
                                             chat.change([](chat::Config& config) { config.edit_window = 1h; });
                                             why = co_await chat.edited();
                                             CHECK(why == "");
                                         })}});
}
