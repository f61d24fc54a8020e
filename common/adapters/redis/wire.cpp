#include "common/adapters/redis/wire.hpp"

#include <hiredis/hiredis.h>

#include <new>

namespace harvest::redis {
namespace {

struct ReplyFree {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

Reply copy(const redisReply& from)
{
    Reply reply;
    switch (from.type) {
    case REDIS_REPLY_INTEGER:
        reply.kind = Reply::Kind::integer;
        reply.integer = from.integer;
        break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        reply.kind = Reply::Kind::text;
        reply.text.assign(from.str, from.len);
        break;
    case REDIS_REPLY_ERROR:
        reply.kind = Reply::Kind::error;
        reply.text.assign(from.str, from.len);
        break;
    case REDIS_REPLY_ARRAY:
        reply.kind = Reply::Kind::list;
        reply.items.reserve(from.elements);
        for (std::size_t i = 0; i < from.elements; ++i) reply.items.push_back(copy(*from.element[i]));
        break;
    default:
        break;
    }
    return reply;
}

} // namespace

std::string encode(std::span<const std::string> words)
{
    std::vector<const char*> starts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
        starts.push_back(word.data());
        sizes.push_back(word.size());
    }
    char* bytes = nullptr;
    const int size = redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), starts.data(), sizes.data());
    if (size < 0) throw std::bad_alloc();
    std::string wire(bytes, static_cast<std::size_t>(size));
    redisFreeCommand(bytes);
    return wire;
}

struct ReplyReader::State {
    struct ReaderFree {
        void operator()(redisReader* owned) const { redisReaderFree(owned); }
    };
    std::unique_ptr<redisReader, ReaderFree> reader{redisReaderCreate()};
};

ReplyReader::ReplyReader() : state_(std::make_unique<State>())
{
    if (!state_->reader) throw std::bad_alloc();
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes)
{
    redisReaderFeed(state_->reader.get(), bytes.data(), bytes.size());
}

Result<bool> ReplyReader::next(Reply& reply)
{
    void* made = nullptr;
    if (redisReaderGetReply(state_->reader.get(), &made) != REDIS_OK) return Errc::data_loss;
    if (!made) return false;
    const std::unique_ptr<redisReply, ReplyFree> owned(static_cast<redisReply*>(made));
    reply = copy(*owned);
    return true;
}

} // namespace harvest::redis
