// Chat events as their readers take them: of version 2 as they are, of version 1 with the words that those had in
// clear.
#pragma once

#include "common/protocol/chat.hpp"

namespace harvest::protocol {

// Payloads of version 1 (harvest.chat.message.{submitted,posted,edited}.v1).
struct ChatSubmittedV1 {
    MessageId message;
    std::string channel;
    PlayerId author;
    std::string name, text;
};
BOOST_DESCRIBE_STRUCT(ChatSubmittedV1, (), (message, channel, author, name, text))

struct ChatPostedV1 : ChatEntry {
    std::vector<PlayerId> to;
};
BOOST_DESCRIBE_STRUCT(ChatPostedV1, (ChatEntry), (to))

struct ChatEditedV1 : ChatEdit {
    std::vector<PlayerId> to;
};
BOOST_DESCRIBE_STRUCT(ChatEditedV1, (ChatEdit), (to))

// Is it an event of that kind, of any version?
bool is_chat_submitted(std::string_view type);
bool is_chat_posted(std::string_view type);
bool is_chat_edited(std::string_view type);

// `type` is one of that kind. Errors: those of decode().
Result<ChatSubmitted> read_chat_submitted(std::string_view type, std::string_view data);
Result<ChatPosted> read_chat_posted(std::string_view type, std::string_view data);
Result<ChatEdited> read_chat_edited(std::string_view type, std::string_view data);

} // namespace harvest::protocol
