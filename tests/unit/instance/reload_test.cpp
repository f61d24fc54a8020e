// What a running instance does once its configuration has changed.
#include "tests/support/reloadable.hpp"
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

namespace {

// A table at an instance whose configuration changes.
class Sitting {
public:
    Sitting()
        : instance_(world_.start()),
          match_(world_.make_match("casual")),
          clients_(begin(world_, instance_, match_))
    {
    }

    void change(const std::function<void(Config&)>& how)
    {
        Config config = World::quick();
        how(config);
        instance_.daemon->configure(config);
    }
    std::string say(const std::string& op, const std::string& data = "{}")
    {
        Client& client = *clients_[0];
        const std::int64_t id = client.ask(op, data);
        world_.settle_down();
        client.read();
        return client.error_of(id);
    }
    std::string emote() { return say("battle.emote", R"({"emote":"hurry"})"); }
    // The code that a good request of so many bytes is refused with.
    std::string refused(std::size_t bytes)
    {
        Client& client = *clients_[0];
        const std::int64_t id = client.next_id++;
        std::string text = R"({"op":"battle.state","id":)" + std::to_string(id) + R"(,"data":{})";
        text.resize(bytes - 1, ' ');
        instance_.link->say(client.id, text + '}');
        world_.settle_down();
        client.read();
        return client.error_of(client.replies.contains(id) ? id : 0);
    }
    // Bad messages that a new link may send, with a pause after the first so many.
    int borne(int first = 100, Millis pause = {})
    {
        const LinkId stranger = instance_.link->open();
        int said = 0;
        for (; said < 100 && instance_.link->peers[stranger].open; ++said) {
            if (said == first) world_.pass(pause);
            instance_.link->say(stranger, "nonsense");
            world_.settle_down();
        }
        return said;
    }
    // Whether a link that joins the table is told that there were too many of its address.
    bool join_refused()
    {
        const LinkId link = instance_.link->open();
        instance_.link->say(link, R"({"op":"battle.join","id":1,"data":{"ticket":"none"}})");
        world_.settle_down();
        const auto& sent = instance_.link->peers[link].sent;
        return !sent.empty() && sent.back().find("resource_exhausted") != std::string::npos;
    }
    void wait(Millis length) { world_.pass(length); }

private:
    World world_;
    Running& instance_;
    Match match_;
    Clients clients_;
};

const std::string too_often = "resource_exhausted";

void changes_command_burst()
{
    Sitting seat;
    CHECK(seat.say("battle.state").empty());
    CHECK(seat.say("battle.state").empty());
    seat.change([](Config& config) { config.command_burst = 1, config.command_interval = 1s; });
    seat.wait(1s);
    CHECK(seat.say("battle.state").empty());
    CHECK(seat.say("battle.state") == too_often);
}

void changes_command_interval()
{
    Sitting seat;
    seat.change([](Config& config) { config.command_burst = 1, config.command_interval = 20s; });
    CHECK(seat.say("battle.state").empty());
    CHECK(seat.say("battle.state") == too_often);
    seat.change([](Config& config) { config.command_burst = 1, config.command_interval = 1s; });
    (void)seat.say("battle.state");
    seat.wait(1s);
    CHECK(seat.say("battle.state").empty());
}

void changes_emote_burst()
{
    Sitting seat;
    CHECK(seat.emote().empty());
    CHECK(seat.emote().empty());
    seat.change([](Config& config) { config.emote_burst = 1, config.emote_interval = 1s; });
    (void)seat.emote();
    seat.wait(1s);
    CHECK(seat.emote().empty());
    CHECK(seat.emote() == too_often);
}

void changes_emote_interval()
{
    Sitting seat;
    seat.change([](Config& config) { config.emote_burst = 1, config.emote_interval = 20s; });
    CHECK(seat.emote().empty());
    CHECK(seat.emote() == too_often);
    seat.change([](Config& config) { config.emote_burst = 1, config.emote_interval = 1s; });
    (void)seat.emote();
    seat.wait(1s);
    CHECK(seat.emote().empty());
}

void changes_max_message()
{
    Sitting seat;
    CHECK(seat.refused(8 * 1024).empty());
    CHECK(seat.refused(8 * 1024 + 1) == "live.too_big");
    seat.change([](Config& config) { config.max_message.bytes = 300; });
    CHECK(seat.refused(300).empty());
    CHECK(seat.refused(301) == "live.too_big");
}

void changes_faults()
{
    Sitting seat;
    CHECK(seat.borne() == 10);
    seat.change([](Config& config) { config.faults = 3; });
    CHECK(seat.borne() == 3);
}

void changes_forgive_every()
{
    Sitting seat;
    seat.change([](Config& config) { config.forgive_every = 1h; });
    CHECK(seat.borne(9, 3s) == 10);
    seat.change([](Config& config) { config.forgive_every = 1s; });
    CHECK(seat.borne(9, 3s) > 10);
}

void changes_address_burst()
{
    Sitting seat;
    CHECK_FALSE(seat.join_refused());
    seat.change([](Config& config) { config.address_burst = 1, config.address_interval = 1s; });
    seat.wait(1s);
    CHECK_FALSE(seat.join_refused());
    CHECK(seat.join_refused());
}

void changes_address_interval()
{
    Sitting seat;
    seat.wait(1s);
    seat.change([](Config& config) { config.address_burst = 1, config.address_interval = 20s; });
    CHECK_FALSE(seat.join_refused());
    CHECK(seat.join_refused());
    seat.change([](Config& config) { config.address_burst = 1, config.address_interval = 1s; });
    (void)seat.join_refused();
    seat.wait(1s);
    CHECK_FALSE(seat.join_refused());
}

} // namespace

TEST_CASE("What a reload may change of an instance holds at open tables too", "[instance][reload]")
{
    harvest::test::check_reload_effects<Config>({{"command_burst", changes_command_burst},
                                                 {"command_interval", changes_command_interval},
                                                 {"emote_burst", changes_emote_burst},
                                                 {"emote_interval", changes_emote_interval},
                                                 {"max_message", changes_max_message},
                                                 {"faults", changes_faults},
                                                 {"forgive_every", changes_forgive_every},
                                                 {"address_burst", changes_address_burst},
                                                 {"address_interval", changes_address_interval}});
}
