#include "common/adapters/redis/redis_resume_buffers.hpp"

#include "common/adapters/redis/resume_scripts.hpp"
#include "common/crypto/aes_gcm.hpp"
#include "common/crypto/digest.hpp"
#include "common/protocol/json.hpp"

#include <algorithm>

namespace harvest::redis {
namespace {

// A change of what is kept takes another version, so that during an upgrade nobody reads what it does not know.
constexpr std::string_view version = "v1:";

struct Standing {
    std::string device_class, status;
    std::vector<std::string> channels, watching;
};
BOOST_DESCRIBE_STRUCT(Standing, (), (device_class, status, channels, watching))

crypto::AesKey key_of(const std::string& secret)
{
    return crypto::hmac_sha256(as_bytes(secret), as_bytes("harvest resume seal"));
}

std::string purpose_of(std::int64_t seq)
{
    return "push " + std::to_string(seq);
}

std::string seal(const crypto::AesKey& key, Entropy& entropy, std::string_view plain, std::string_view purpose)
{
    const Bytes box = crypto::aes_gcm_seal(key, entropy.bytes<12>(), as_bytes(plain), as_bytes(purpose));
    return {box.begin(), box.end()};
}

Result<std::string> open(const crypto::AesKey& key, std::string_view box, std::string_view purpose)
{
    const Result<Bytes> plain = crypto::aes_gcm_open(key, as_bytes(box), as_bytes(purpose));
    if (!plain) return plain.error();
    return std::string(plain->begin(), plain->end());
}

std::string encode_standing(const ResumeStanding& from)
{
    Standing standing;
    standing.device_class = from.device_class;
    standing.status = from.status;
    standing.channels = from.channels;
    for (const PlayerId& player : from.watching) standing.watching.push_back(player.value);
    return protocol::encode(standing);
}

Result<ResumeStanding> decode_standing(const std::string& text)
{
    Result<Standing> from = protocol::decode<Standing>(text, nullptr, protocol::Unknown::ignore);
    if (!from) return Errc::data_loss;
    ResumeStanding standing;
    standing.device_class = std::move(from->device_class);
    standing.status = std::move(from->status);
    standing.channels = std::move(from->channels);
    for (std::string& player : from->watching) standing.watching.push_back(PlayerId{std::move(player)});
    return standing;
}

void add_write(const ResumeWrite& write, Entropy& entropy, std::vector<std::string>& arguments)
{
    const crypto::AesKey key = key_of(write.key.secret);
    arguments.push_back(write.holder);
    arguments.push_back(write.key.fence);
    arguments.push_back(write.player.value);
    arguments.push_back(write.session.value);
    arguments.push_back(write.standing ? seal(key, entropy, encode_standing(*write.standing), "standing")
                                       : std::string());
    arguments.push_back(std::to_string(write.first_seq));
    arguments.push_back(std::to_string(write.last_seq));
    arguments.push_back(std::to_string(std::max<Millis::rep>(1, write.ttl.count())));
    arguments.push_back(std::to_string(write.pushes.size()));
    std::int64_t seq = write.from_seq();
    for (const std::string& push : write.pushes) arguments.push_back(seal(key, entropy, push, purpose_of(seq++)));
}

Result<ResumeTaken> read_taken(Reply reply, const std::string& secret, std::int64_t seen)
{
    constexpr std::size_t head = 4;
    if (reply.items.size() < head) return Errc::not_found;
    const crypto::AesKey key = key_of(secret);
    ResumeTaken taken;
    taken.holder = std::move(reply.items[0].text);
    taken.fence = std::move(reply.items[1].text);
    const Result<std::string> text = open(key, reply.items[2].text, "standing");
    if (!text) return text.error();
    Result<ResumeStanding> standing = decode_standing(*text);
    if (!standing) return standing.error();
    taken.standing = std::move(*standing);
    for (std::size_t i = head; i < reply.items.size(); ++i) {
        Result<std::string> push = open(key, reply.items[i].text, purpose_of(++seen));
        if (!push) return push.error();
        taken.pushes.push_back(std::move(*push));
    }
    taken.last_seq = seen;
    return taken;
}

} // namespace

RedisResumeBuffers::RedisResumeBuffers(RedisConnection& connection, const Clock& clock, Entropy& entropy,
                                       ResumeOptions options)
    : connection_(connection),
      clock_(clock),
      entropy_(entropy),
      options_(std::move(options))
{
}

std::string RedisResumeBuffers::name_of(const std::string& secret) const
{
    const crypto::Digest digest = crypto::hmac_sha256(as_bytes(secret), as_bytes("harvest resume name"));
    return options_.prefix + std::string(version) + to_base64url(digest);
}

AsyncResult<Reply> RedisResumeBuffers::run(const Script& script, std::vector<std::string> keys,
                                           std::vector<std::string> arguments, Deadline by)
{
    const Result<Patience> wait = patience(clock_, by, options_.timeout);
    if (!wait) co_return wait.error();
    co_return co_await connection_.eval(script, std::move(keys), std::move(arguments), *wait);
}

AsyncResult<std::vector<ResumeWritten>> RedisResumeBuffers::write(std::vector<ResumeWrite> writes, Deadline by)
{
    std::vector<std::string> keys, arguments;
    for (const ResumeWrite& write : writes) {
        keys.push_back(name_of(write.key.secret));
        add_write(write, entropy_, arguments);
    }
    const Result<Reply> reply = co_await run(write_resume_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    if (reply->items.size() != writes.size()) co_return Errc::internal;
    std::vector<ResumeWritten> outcomes;
    for (const Reply& item : reply->items)
        outcomes.push_back(item.integer == 0   ? ResumeWritten::kept
                           : item.integer == 1 ? ResumeWritten::fenced
                                               : ResumeWritten::missing);
    co_return outcomes;
}

AsyncResult<ResumeTaken> RedisResumeBuffers::take(ResumeTake take, Deadline by)
{
    std::vector<std::string> keys, arguments;
    keys.push_back(name_of(take.key.secret));
    arguments.push_back(std::move(take.holder));
    arguments.push_back(std::move(take.key.fence));
    arguments.push_back(std::move(take.player.value));
    arguments.push_back(std::move(take.session.value));
    arguments.push_back(std::to_string(take.last_seq));
    arguments.push_back(std::to_string(std::max<Millis::rep>(1, take.ttl.count())));
    Result<Reply> reply = co_await run(take_resume_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    co_return read_taken(std::move(*reply), take.key.secret, take.last_seq);
}

AsyncResult<void> RedisResumeBuffers::forget(std::vector<ResumeKey> ended, Deadline by)
{
    std::vector<std::string> keys, arguments;
    for (ResumeKey& key : ended) {
        keys.push_back(name_of(key.secret));
        arguments.push_back(std::move(key.fence));
    }
    const Result<Reply> reply = co_await run(forget_resume_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    co_return Result<void>{};
}

} // namespace harvest::redis
