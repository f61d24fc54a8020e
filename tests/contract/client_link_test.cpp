#include "common/ports/client_link.hpp"
#include "common/ports/server_link.hpp"
#include "tests/contract/support/live_links.hpp"

#include <set>

using namespace harvest;
using namespace harvest::test;

namespace {

constexpr std::size_t longest_frame = 16 * 1024;

std::string frame(std::size_t size, std::size_t number)
{
    std::string text = std::to_string(number) + ' ';
    text.resize(std::max(size, text.size()), static_cast<char>('a' + number % 26));
    return text;
}

} // namespace

TEMPLATE_TEST_CASE("A client is announced with its transport and address, before what it says", "[link]", InMemory, Wss,
                   Enet)
{
    LinkBed<TestType> bed;
    LinkId id{};
    const auto client = bed.connected(id);
    CHECK(id != 0);
    CHECK(bed.told.infos.at(id).transport == bed.listener().transport());
    CHECK(bed.told.infos.at(id).address == "127.0.0.1");
    CHECK(bed.answers(*client));
    CHECK(bed.told.messages.at(id) == std::vector<std::string>{"hello"});
    CHECK(bed.told.closed_with.empty());
}

TEMPLATE_TEST_CASE("Frames come whole and in order, both ways", "[link]", InMemory, Wss, Enet)
{
    LinkBed<TestType> bed;
    LinkId id{};
    const auto client = bed.connected(id);
    std::vector<std::string> sent;
    for (std::size_t round = 0; round < 8; ++round) {
        const std::size_t first = sent.size();
        for (std::size_t i = 0; i < 16; ++i) {
            sent.push_back(frame(i % 4 == 3 ? 3'000 + 131 * i : 1 + 7 * i, first + i));
            REQUIRE(client->send(sent.back()));
        }
        for (std::size_t i = first; i < sent.size(); ++i) {
            const Result<std::string> back = bed.receive(*client);
            REQUIRE(back);
            CHECK(*back == sent[i]);
        }
    }
    CHECK(bed.told.messages.at(id) == sent);
    const Result<std::string> nothing = bed.receive(*client, 30ms);
    CHECK(nothing.error() == Errc::timed_out); // and the link lives on
    CHECK(bed.answers(*client));
}

TEMPLATE_TEST_CASE("A frame of 16 KiB goes through, a longer one never reaches the daemon", "[link]", InMemory, Wss,
                   Enet)
{
    LinkBed<TestType> bed;
    LinkId id{}, other{};
    const auto client = bed.connected(id);
    const auto bystander = bed.connected(other);
    const std::string largest = frame(longest_frame, 1);
    CHECK(bed.answers(*client, largest));
    CHECK(bed.told.messages.at(id) == std::vector<std::string>{largest});

    // Our own client may refuse to send it, and lives on; whoever sends it is closed.
    if (client->send(largest + 'x')) {
        REQUIRE(bed.until([&] { return bed.told.closed_with.contains(id); }));
        CHECK(bed.told.closed_with.at(id) == CloseReason::too_big);
        CHECK(bed.receive(*client).error() == Errc::canceled);
    } else {
        CHECK(bed.answers(*client));
    }
    for (const std::string& message : bed.told.messages.at(id)) CHECK(message.size() <= longest_frame);
    CHECK(bed.answers(*bystander));
}

TEMPLATE_TEST_CASE("A close tells the client why, behind what was sent before, and the daemon once", "[link]", InMemory,
                   Wss, Enet)
{
    LinkBed<TestType> bed;
    for (const CloseReason reason : {CloseReason::normal, CloseReason::policy, CloseReason::replaced,
                                     CloseReason::revoked, CloseReason::going_away}) {
        INFO(to_string(reason));
        LinkId id{};
        const auto client = bed.connected(id);
        for (std::size_t i = 0; i < 5; ++i) CHECK(bed.listener().send(id, frame(4'000, i)));
        bed.listener().close(id, reason, "because");
        CHECK_FALSE(bed.listener().send(id, "too late"));
        bed.listener().close(id, CloseReason::policy, "twice");
        for (std::size_t i = 0; i < 5; ++i) {
            const Result<std::string> last = bed.receive(*client);
            REQUIRE(last);
            CHECK(*last == frame(4'000, i));
        }
        CHECK(bed.receive(*client).error() == Errc::canceled);
        INFO(client->close_reason());
        CHECK(client->close_reason().starts_with(TestType::reason(reason)));
        REQUIRE(bed.until([&] { return bed.told.closed_with.contains(id); }));
        CHECK(bed.told.closed_with.at(id) == reason);
    }
}

TEMPLATE_TEST_CASE("A client's good-bye is heard as normal, behind what it said", "[link]", InMemory, Wss, Enet)
{
    LinkBed<TestType> bed;
    LinkId id{};
    const auto client = bed.connected(id);
    REQUIRE(bed.answers(*client));
    CHECK(client->send("bye"));
    client->close();
    REQUIRE(bed.until([&] { return bed.told.closed_with.contains(id); }));
    CHECK(bed.told.closed_with.at(id) == CloseReason::normal);
    CHECK(bed.told.messages.at(id) == std::vector<std::string>{"hello", "bye"});
    CHECK_FALSE(bed.listener().send(id, "too late"));
}

TEMPLATE_TEST_CASE("Nothing is sent over what is gone, and trying harms nobody", "[link]", InMemory, Wss, Enet)
{
    LinkBed<TestType> bed;
    LinkId id{}, other{};
    const auto client = bed.connected(id);
    const auto bystander = bed.connected(other);
    client->close();
    CHECK(client->send("too late").error() == Errc::canceled);
    CHECK(bed.receive(*client).error() == Errc::canceled);
    client->close();
    REQUIRE(bed.until([&] { return bed.told.closed_with.contains(id); }));
    for (const LinkId gone : {id, LinkId{0}, LinkId{~0ULL}}) {
        CHECK_FALSE(bed.listener().send(gone, "too late"));
        bed.listener().close(gone, CloseReason::policy, "too late");
    }
    CHECK(bed.answers(*bystander));
    LinkId again{};
    REQUIRE(bed.connect(*client)); // the same client may come again: as another link
    REQUIRE(bed.until([&] { return bed.told.order.size() == 3; }));
    again = bed.told.order.back();
    CHECK(again != id);
    CHECK(bed.answers(*client));
    CHECK(bed.told.closed_with.size() == 1);
}

TEMPLATE_TEST_CASE("A daemon may close a link while it is told of it", "[link]", InMemory, Wss, Enet)
{
    struct Closing final : LinkEvents {
        void opened(const LinkInfo& link) override { id = link.id; }
        void message(LinkId link, std::string_view) override
        {
            ++messages;
            to->send(link, "enough");
            to->close(link, CloseReason::policy, "enough");
        }
        void closed(LinkId, CloseReason reason) override { ended.push_back(reason); }
        ClientLink* to{};
        LinkId id{};
        int messages{};
        std::vector<CloseReason> ended;
    } closing;
    LinkBed<TestType> bed;
    bed.stop();
    TestType second(bed.server(), bed.clients(), bed.clock);
    closing.to = &second.listener();
    REQUIRE(second.listener().listen(closing));
    const auto client = second.client();
    Endpoint to = bed.endpoint();
    to.port = second.listener().port();
    REQUIRE(bed.run(client->connect(std::move(to), bed.clock.after(5s))));
    for (int i = 0; i < 3; ++i) CHECK(client->send("hello"));
    const Result<std::string> last = bed.receive(*client);
    REQUIRE(last);
    CHECK(*last == "enough");
    CHECK(bed.receive(*client).error() == Errc::canceled);
    REQUIRE(bed.until([&] { return !closing.ended.empty(); }));
    CHECK(closing.ended == std::vector<CloseReason>{CloseReason::policy});
    CHECK(closing.messages == 1);
    bed.stop(second.listener());
}

TEMPLATE_TEST_CASE("A listener that stops accepting keeps those who are in", "[link]", InMemory, Wss, Enet)
{
    LinkBed<TestType> bed;
    LinkId id{};
    const auto client = bed.connected(id);
    bed.listener().stop_accepting();
    CHECK(bed.answers(*client));
    const auto late = bed.transport.client();
    CHECK_FALSE(bed.run(late->connect(bed.endpoint(), bed.clock.after(500ms))));
    CHECK(bed.answers(*client));
    CHECK(bed.told.order.size() == 1);
}

TEMPLATE_TEST_CASE("A listener that stops tells everybody, and waits until all are gone", "[link]", InMemory, Wss, Enet)
{
    LinkBed<TestType> bed;
    LinkId first{}, second{};
    const auto one = bed.connected(first);
    const auto two = bed.connected(second);
    bed.stop();
    CHECK(bed.told.closed_with ==
          std::map<LinkId, CloseReason>{{first, CloseReason::going_away}, {second, CloseReason::going_away}});
    for (ServerLink* each : {one.get(), two.get()}) {
        CHECK(bed.receive(*each).error() == Errc::canceled);
        CHECK(each->close_reason().starts_with(TestType::reason(CloseReason::going_away)));
    }
    CHECK_FALSE(bed.listener().send(first, "too late"));
}

TEMPLATE_TEST_CASE("T32: who takes nothing is closed as slow_consumer, within bounds, and nobody else", "[link]",
                   InMemory, Wss, Enet)
{
    // Beyond the 64 messages or 256 KiB of the port there is what the kernel's buffers hold.
    const std::size_t size = GENERATE(std::size_t{100}, std::size_t{8'000});
    constexpr std::size_t kernel_bytes = 4 * 1024 * 1024;
    LinkBed<TestType> bed;
    LinkId id{}, other{};
    const auto deaf = bed.connected(id);
    const auto bystander = bed.connected(other);
    REQUIRE(bed.answers(*deaf));
    bed.clients_stand_still = true;
    std::size_t taken = 0;
    while (bed.listener().send(id, frame(size, taken)) && taken * size < 2 * kernel_bytes) {
        ++taken;
        if (taken % 16 == 0) bed.until([] { return false; }, 2ms);
    }
    CHECK(taken >= std::min<std::size_t>(60, 200 * 1024 / size));
    CHECK(taken * size < kernel_bytes);
    REQUIRE(bed.until([&] { return bed.told.closed_with.contains(id); }, 10s));
    CHECK(bed.told.closed_with.at(id) == CloseReason::slow_consumer);
    CHECK_FALSE(bed.listener().send(id, "more"));
    bed.clients_stand_still = false;
    CHECK(bed.answers(*bystander));
    CHECK_FALSE(bed.told.closed_with.contains(other));
}

TEMPLATE_TEST_CASE("A hundred clients are a hundred links, each with its own frames", "[link]", InMemory, Wss, Enet)
{
    constexpr std::size_t count = 100;
    LinkBed<TestType> bed;
    std::vector<std::unique_ptr<ServerLink>> clients;
    std::set<LinkId> ids;
    for (std::size_t i = 0; i < count; ++i) {
        LinkId id{};
        clients.push_back(bed.connected(id));
        CHECK(ids.insert(id).second);
    }
    for (std::size_t round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < count; ++i) CHECK(clients[i]->send(frame(50, 1'000 * round + i)));
        for (std::size_t i = 0; i < count; ++i) {
            const Result<std::string> back = bed.receive(*clients[i]);
            REQUIRE(back);
            CHECK(*back == frame(50, 1'000 * round + i));
        }
    }
    for (std::size_t i = 0; i < count; i += 2) clients[i]->close();
    REQUIRE(bed.until([&] { return bed.told.closed_with.size() == count / 2; }));
    for (std::size_t i = 1; i < count; i += 2) CHECK(bed.answers(*clients[i]));
    CHECK(bed.told.closed_with.size() == count / 2);
}

TEMPLATE_TEST_CASE("A port in use is unavailable", "[link]", Wss, Enet)
{
    LinkBed<TestType> bed;
    CHECK(bed.listener().port() != 0);
    const auto second = TestType::another(bed.server(), bed.clock, bed.listener().port());
    HeardOfLinks told;
    CHECK(second->listen(told).error() == Errc::unavailable);
    LinkId id{};
    const auto client = bed.connected(id);
    CHECK(bed.answers(*client));
}
