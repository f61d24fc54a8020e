#include "common/protocol/chat_events.hpp"

#include "common/protocol/events.hpp"

namespace harvest::protocol {
namespace {

template <class Payload>
Result<Payload> read_payload(std::string_view data)
{
    return decode<Payload>(data, nullptr, Unknown::ignore);
}

void bring_up(ChatEntry& old, std::vector<PlayerId>& to, ChatPosted& now)
{
    now.message = std::move(old.message);
    now.channel = std::move(old.channel);
    now.number = old.number;
    now.author = std::move(old.author);
    now.at = std::move(old.at);
    now.to = std::move(to);
    now.clear = ChatWords{std::move(old.name), std::move(old.text)};
}

} // namespace

bool is_chat_submitted(std::string_view type)
{
    return type == event_type::chat_submitted || type == event_type::chat_submitted_v1;
}

bool is_chat_posted(std::string_view type)
{
    return type == event_type::chat_posted || type == event_type::chat_posted_v1;
}

bool is_chat_edited(std::string_view type)
{
    return type == event_type::chat_edited || type == event_type::chat_edited_v1;
}

Result<ChatSubmitted> read_chat_submitted(std::string_view type, std::string_view data)
{
    if (type != event_type::chat_submitted_v1) return read_payload<ChatSubmitted>(data);
    Result<ChatSubmittedV1> old = read_payload<ChatSubmittedV1>(data);
    if (!old) return old.error();
    return ChatSubmitted{std::move(old->message), std::move(old->channel), std::move(old->author), "",
                         ChatWords{std::move(old->name), std::move(old->text)}};
}

Result<ChatPosted> read_chat_posted(std::string_view type, std::string_view data)
{
    if (type != event_type::chat_posted_v1) return read_payload<ChatPosted>(data);
    Result<ChatPostedV1> old = read_payload<ChatPostedV1>(data);
    if (!old) return old.error();
    ChatPosted now;
    bring_up(*old, old->to, now);
    return now;
}

Result<ChatEdited> read_chat_edited(std::string_view type, std::string_view data)
{
    if (type != event_type::chat_edited_v1) return read_payload<ChatEdited>(data);
    Result<ChatEditedV1> old = read_payload<ChatEditedV1>(data);
    if (!old) return old.error();
    ChatEdited now;
    bring_up(*old, old->to, now);
    now.edited_at = std::move(old->edited_at);
    return now;
}

} // namespace harvest::protocol
