#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/crypto/argon2_hasher.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/adapters/system/system_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::crypto;

namespace {

constexpr Argon2Options fast{.cost = {.memory_kib = 64, .passes = 1}, .threads = 1, .queue = 4};

void run(std::vector<std::function<Task<void>()>> tasks)
{
    asio::io_context loop;
    for (auto& task : tasks)
        asio::co_spawn(loop, task(), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    loop.run();
}

} // namespace

TEST_CASE("a password is known by its hash, and nobody has the dummy", "[passwords]")
{
    const system::SystemClock clock;
    memory::SeededEntropy entropy{1};
    Argon2Hasher hasher(fast, clock, entropy);
    run({[&]() -> Task<void> {
        const Deadline by = clock.after(10s);
        const Result<std::string> phc = co_await hasher.hash("password 1", by);
        REQUIRE(phc.has_value());
        const Result<std::string> again = co_await hasher.hash("password 1", by);
        CHECK(*again != *phc); // salted
        const Result<bool> right = co_await hasher.verify("password 1", *phc, by);
        CHECK(*right);
        const Result<bool> wrong = co_await hasher.verify("password 2", *phc, by);
        CHECK_FALSE(*wrong);
        const Result<bool> nobody = co_await hasher.verify("a password that nobody has", "", by);
        CHECK_FALSE(*nobody);
        const Result<bool> damaged = co_await hasher.verify("password 1", "rubbish", by);
        CHECK(damaged.error() == Errc::data_loss);
    }});
}

TEST_CASE("T18: more hashes than the queue holds are refused at once", "[passwords]")
{
    const system::SystemClock clock;
    memory::SeededEntropy entropy{1};
    Argon2Options slow = fast;
    slow.cost = {.memory_kib = 8'192, .passes = 2};
    Argon2Hasher hasher(slow, clock, entropy);
    int done = 0, refused = 0;
    const auto one = [&]() -> Task<void> {
        const Result<std::string> phc = co_await hasher.hash("password 1", clock.after(10s));
        if (phc)
            ++done;
        else if (phc.error() == Errc::resource_exhausted)
            ++refused;
    };
    run(std::vector<std::function<Task<void>()>>(32, one));
    CHECK(done + refused == 32);
    CHECK(done >= 4);
    CHECK(done <= 6);
}

TEST_CASE("a sealer opens what it sealed for the same purpose", "[sealer]")
{
    memory::SeededEntropy entropy{1};
    AesSealer sealer(AesKey{7}, entropy);
    const Bytes box = sealer.seal(as_bytes("seed"), "match seed m_1");
    CHECK(sealer.open(box, "match seed m_1").has_value());
    CHECK(sealer.open(box, "match seed m_2").error() == Errc::data_loss);
    CHECK(sealer.seal(as_bytes("seed"), "x") != sealer.seal(as_bytes("seed"), "x"));
}
