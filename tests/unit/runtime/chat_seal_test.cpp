#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/ports/records/account.hpp"
#include "common/runtime/chat_seal.hpp"
#include "common/runtime/task_group.hpp"
#include "tests/support/catch_result.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <set>

using namespace harvest;

namespace {

const PlayerId ann{"p_ann"}, bob{"p_bob"};
const MessageId first{"c_1"}, second{"c_2"};

// Keys in memory, that counts how often it was asked.
class CountedKeys final : public PlayerKeys {
public:
    explicit CountedKeys(Entropy& entropy) : entropy_(entropy), sealer_(crypto::AesKey{}, entropy) {}

    AsyncResult<std::shared_ptr<Sealer>> get(PlayerId player, Deadline) override
    {
        ++asked;
        if (away) co_return Errc::unavailable;
        if (gone.contains(player)) co_return Errc::not_found;
        const auto [found, fresh] = keys_.try_emplace(player);
        if (fresh) found->second = entropy_.bytes<32>();
        std::shared_ptr<Sealer> sealer = sealer_.under(found->second);
        if (meanwhile) meanwhile();
        co_return sealer;
    }

    int asked = 0;
    bool away = false;
    std::set<PlayerId> gone;
    std::function<void()> meanwhile;

private:
    Entropy& entropy_;
    crypto::AesSealer sealer_;
    std::map<PlayerId, SealKey> keys_;
};

struct SealWorld {
    template <class T>
    Result<T> wait(AsyncResult<T> call)
    {
        std::optional<Result<T>> outcome;
        auto waiting = std::make_shared<AsyncResult<T>>(std::move(call));
        TaskGroup tasks(loop.get_executor());
        tasks.spawn([&outcome, waiting]() -> Task<void> { outcome.emplace(co_await std::move(*waiting)); });
        loop.restart();
        loop.run();
        return std::move(*outcome);
    }
    Result<std::string> close(const PlayerId& author, const MessageId& message, const std::string& text)
    {
        return wait(seal.close(author, message, {"ann", text}, clock.after(1s)));
    }
    Result<protocol::ChatWords> open(const PlayerId& author, const MessageId& message, const std::string& sealed)
    {
        return wait(seal.open(author, message, sealed, clock.after(1s)));
    }

    asio::io_context loop;
    memory::ManualClock clock;
    memory::SeededEntropy entropy{1};
    CountedKeys keys{entropy};
    ChatSeal seal{keys, clock, 2, 5min};
};

} // namespace

TEST_CASE("Words open for their author and message alone", "[chat_seal]")
{
    SealWorld world;
    const std::string sealed = *world.close(ann, first, "good \"game\" ö");
    CHECK(sealed.find("good") == std::string::npos);
    CHECK(sealed != *world.close(ann, first, "good \"game\" ö")); // another nonce
    CHECK(world.open(ann, first, sealed) == protocol::ChatWords{"ann", "good \"game\" ö"});
    const protocol::ChatWords nobody{erased_name(ann), ""};
    CHECK(world.open(ann, second, sealed) == nobody);
    CHECK(world.open(ann, first, "") == nobody);
    CHECK(world.open(ann, first, "not base64url!") == nobody);
    CHECK(world.open(ann, first, sealed.substr(0, sealed.size() - 4)) == nobody);
    CHECK(world.open(bob, first, sealed) == protocol::ChatWords{erased_name(bob), ""});
}

TEST_CASE("Words whose key is gone are erased, and a store that is away is told as such", "[chat_seal]")
{
    SealWorld world;
    const std::string sealed = *world.close(ann, first, "good game");
    world.keys.gone.insert(ann);
    CHECK(world.open(ann, first, sealed)->text == "good game"); // at hand, until the deletion is told
    world.seal.forget(ann);
    CHECK(world.open(ann, first, sealed) == protocol::ChatWords{erased_name(ann), ""});
    CHECK(world.close(ann, first, "once more").error() == Errc::not_found);
    world.keys.away = true;
    CHECK(world.open(bob, first, sealed).error() == Errc::unavailable);
    CHECK(world.close(bob, first, "good game").error() == Errc::unavailable);
}

TEST_CASE("A key is asked for once, kept for its time, and the one used last", "[chat_seal]")
{
    SealWorld world;
    for (int i = 0; i < 10; ++i) CHECK(world.open(ann, first, *world.close(ann, first, "x"))->text == "x");
    CHECK(world.keys.asked == 1);
    world.clock.advance(5min);
    CHECK(world.close(ann, first, "x"));
    CHECK(world.keys.asked == 2);
    CHECK(world.close(bob, first, "x"));
    CHECK(world.close(ann, first, "x"));               // used after bob's
    CHECK(world.close(PlayerId{"p_eve"}, first, "x")); // bob's has to go
    CHECK(world.seal.at_hand() == 2);
    CHECK(world.keys.asked == 4);
    CHECK(world.close(ann, first, "x"));
    CHECK(world.keys.asked == 4);
    CHECK(world.close(bob, first, "x"));
    CHECK(world.keys.asked == 5);
}

TEST_CASE("A key that is on its way when its player is deleted is not kept at hand", "[chat_seal]")
{
    SealWorld world;
    world.keys.meanwhile = [&] { world.seal.forget(ann); };
    CHECK(world.close(ann, first, "x"));
    CHECK(world.seal.at_hand() == 0);
}
