#include "common/runtime/chat_seal.hpp"

#include "common/base/log.hpp"
#include "common/ports/records/account.hpp"

namespace harvest {
namespace {

std::string words_purpose(const PlayerId& author, const MessageId& message)
{
    return "chat " + author.value + ' ' + message.value;
}

// Not one player's, but the installation's.
void tell_of_foreign_key(const PlayerId& player)
{
    log::error("the key of a player does not open: do all processes share keys/seal.key?", {{"player", player.value}});
}

Result<protocol::ChatWords> read_words(Sealer& sealer, std::string_view sealed, const std::string& purpose)
{
    const Result<Bytes> box = from_base64url(sealed);
    if (!box) return Errc::data_loss;
    const Result<Bytes> plain = sealer.open(*box, purpose);
    if (!plain) return plain.error();
    const std::string_view json(reinterpret_cast<const char*>(plain->data()), plain->size());
    Result<protocol::ChatWords> words = protocol::decode<protocol::ChatWords>(json, nullptr, protocol::Unknown::ignore);
    if (!words) return Errc::data_loss;
    return words;
}

} // namespace

AsyncResult<std::shared_ptr<Sealer>> ChatSeal::sealer_of(PlayerId player, Deadline by)
{
    if (const auto found = by_player_.find(player.value); found != by_player_.end()) {
        if (clock_.monotonic() < found->second->until) {
            held_.splice(held_.begin(), held_, found->second);
            co_return found->second->sealer;
        }
        forget(player);
    }
    const std::uint64_t forgotten = forgotten_;
    Result<std::shared_ptr<Sealer>> sealer = co_await keys_.get(player, by);
    // Who was forgotten meanwhile may be this one.
    if (!sealer || forgotten != forgotten_ || by_player_.contains(player.value)) co_return sealer;
    if (by_player_.size() >= capacity_) {
        by_player_.erase(held_.back().player.value);
        held_.pop_back();
    }
    held_.push_front({player, *sealer, clock_.monotonic() + kept_});
    by_player_[player.value] = held_.begin();
    co_return sealer;
}

AsyncResult<std::string> ChatSeal::close(PlayerId author, MessageId message, protocol::ChatWords words, Deadline by)
{
    const Result<std::shared_ptr<Sealer>> sealer = co_await sealer_of(author, by);
    if (!sealer && sealer.error() == Errc::failed_precondition) {
        tell_of_foreign_key(author);
        co_return Errc::unavailable;
    }
    if (!sealer) co_return sealer.error();
    const std::string plain = protocol::encode(words);
    co_return to_base64url((*sealer)->seal(as_bytes(plain), words_purpose(author, message)));
}

AsyncResult<protocol::ChatWords> ChatSeal::open(PlayerId author, MessageId message, std::string sealed, Deadline by)
{
    const Result<std::shared_ptr<Sealer>> sealer = co_await sealer_of(author, by);
    if (!sealer && sealer.error() == Errc::failed_precondition) {
        tell_of_foreign_key(author);
        co_return Errc::failed_precondition;
    }
    Error failure = sealer ? Error{} : sealer.error();
    if (sealer) {
        Result<protocol::ChatWords> words = read_words(**sealer, sealed, words_purpose(author, message));
        if (words) co_return words;
        failure = words.error();
    }
    if (failure != Errc::not_found && failure != Errc::data_loss) co_return failure;
    if (failure == Errc::data_loss)
        log::warn(sealer ? "a chat message does not open under its author's key"
                         : "a chat message is left out: its author's key is damaged",
                  {{"message.id", message.value}, {"player", author.value}});
    protocol::ChatWords erased{erased_name(author), ""};
    co_return erased;
}

void ChatSeal::forget(const PlayerId& player)
{
    ++forgotten_;
    const auto found = by_player_.find(player.value);
    if (found == by_player_.end()) return;
    held_.erase(found->second);
    by_player_.erase(found);
}

} // namespace harvest
