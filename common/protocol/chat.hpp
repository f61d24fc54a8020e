// chat.* ops (harvest-protocol(7)) and their events on harvest.chat.
#pragma once

#include "common/protocol/json.hpp"

namespace harvest::protocol {

// Channels: "room:<name>", "match:<match id>", "dm:<player id>" (the other one; kept as both ids in order).
struct ChatChannelRequest { // chat.join, chat.leave
    std::string channel;
};
BOOST_DESCRIBE_STRUCT(ChatChannelRequest, (), (channel))

// chat.send: acknowledged when the event log has it; then chat.message to every member, or chat.refused to the sender.
struct ChatSendRequest {
    std::string channel;
    std::string text; // 1–500 characters
};
BOOST_DESCRIBE_STRUCT(ChatSendRequest, (), (channel, text))

struct ChatSendReply {
    MessageId message;
};
BOOST_DESCRIBE_STRUCT(ChatSendReply, (), (message))

struct ChatHistoryRequest {
    std::string channel;
    std::optional<std::int64_t> before; // sequence number; newest first
    std::optional<std::int64_t> limit;  // at most 100
};
BOOST_DESCRIBE_STRUCT(ChatHistoryRequest, (), (channel, before, limit))

struct ChatEntry { // push chat.message
    MessageId message;
    std::string channel;
    std::int64_t number{}; // in its channel, from 1
    PlayerId author;
    std::string name, text, at;
};
BOOST_DESCRIBE_STRUCT(ChatEntry, (), (message, channel, number, author, name, text, at))

// In a history: with what became of it since.
struct ChatHistoryEntry : ChatEntry {
    std::optional<std::string> edited_at;
    std::optional<bool> deleted; // true: its author took it back, and the text is empty
};
BOOST_DESCRIBE_STRUCT(ChatHistoryEntry, (ChatEntry), (edited_at, deleted))

struct ChatHistoryReply {
    std::vector<ChatHistoryEntry> messages;
};
BOOST_DESCRIBE_STRUCT(ChatHistoryReply, (), (messages))

struct ChatEditRequest { // chat.edit: one's own words, while they are new
    std::string channel;
    MessageId message;
    std::string text; // as of chat.send
};
BOOST_DESCRIBE_STRUCT(ChatEditRequest, (), (channel, message, text))

struct ChatEdit : ChatEntry { // reply of chat.edit, push chat.edited
    std::string edited_at;
};
BOOST_DESCRIBE_STRUCT(ChatEdit, (ChatEntry), (edited_at))

struct ChatDeleteRequest { // chat.delete: one's own words
    std::string channel;
    MessageId message;
};
BOOST_DESCRIBE_STRUCT(ChatDeleteRequest, (), (channel, message))

struct ChatDeletion { // reply of chat.delete, push chat.deleted
    MessageId message;
    std::string channel;
    std::int64_t number{};
    std::string at;
};
BOOST_DESCRIBE_STRUCT(ChatDeletion, (), (message, channel, number, at))

struct ChatReadRequest { // chat.read
    std::string channel;
    std::int64_t number{}; // of the newest message read
};
BOOST_DESCRIBE_STRUCT(ChatReadRequest, (), (channel, number))

struct ChatMark { // reply of chat.read
    std::string channel;
    std::int64_t last{}, read{}, unread{}; // unread: last - read
};
BOOST_DESCRIBE_STRUCT(ChatMark, (), (channel, last, read, unread))

struct ChatUnreadReply { // of chat.unread: at most 100, by channel
    std::vector<ChatMark> channels;
};
BOOST_DESCRIBE_STRUCT(ChatUnreadReply, (), (channels))

struct ChatRefused { // push chat.refused
    MessageId message;
    std::string channel, code;
};
BOOST_DESCRIBE_STRUCT(ChatRefused, (), (message, channel, code))

// What the event log keeps of a message in words. It travels sealed under the author's key: in an event `sealed` is
// the box, base64url, of this in JSON (chat_seal.hpp).
struct ChatWords {
    std::string name, text;
    friend bool operator==(const ChatWords&, const ChatWords&) = default;
};
BOOST_DESCRIBE_STRUCT(ChatWords, (), (name, text))

// Event harvest.chat.message.submitted.v2 (connsrv → chat), keyed by channel.
struct ChatSubmitted {
    MessageId message;
    std::string channel;
    PlayerId author;
    std::string sealed;
    std::optional<ChatWords> clear{}; // read from an event of version 1; never written
};
BOOST_DESCRIBE_STRUCT(ChatSubmitted, (), (message, channel, author, sealed))

// Event harvest.chat.message.posted.v2 (chat → connsrv): what becomes a ChatEntry, and the players it is for if not
// for all who joined the channel.
struct ChatPosted {
    MessageId message;
    std::string channel;
    std::int64_t number{};
    PlayerId author;
    std::string sealed, at;
    std::vector<PlayerId> to;
    std::optional<ChatWords> clear{}; // as of ChatSubmitted
};
BOOST_DESCRIBE_STRUCT(ChatPosted, (), (message, channel, number, author, sealed, at, to))

// Event harvest.chat.message.edited.v2: the same with other words.
struct ChatEdited : ChatPosted {
    std::string edited_at;
};
BOOST_DESCRIBE_STRUCT(ChatEdited, (ChatPosted), (edited_at))

// Event harvest.chat.message.deleted.v1: what is pushed, and for whom, as in ChatPosted.
struct ChatDeleted : ChatDeletion {
    std::vector<PlayerId> to;
};
BOOST_DESCRIBE_STRUCT(ChatDeleted, (ChatDeletion), (to))

// Rpc chat "join", "history", "edit", "delete", "read": the same for a player that connsrv vouches for.
struct PlayerChatRequest {
    PlayerId player;
    ChatChannelRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerChatRequest, (), (player, request))

struct PlayerHistoryRequest {
    PlayerId player;
    ChatHistoryRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerHistoryRequest, (), (player, request))

struct PlayerEditRequest {
    PlayerId player;
    ChatEditRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerEditRequest, (), (player, request))

struct PlayerDeleteRequest {
    PlayerId player;
    ChatDeleteRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerDeleteRequest, (), (player, request))

struct PlayerReadRequest {
    PlayerId player;
    ChatReadRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerReadRequest, (), (player, request))

struct ChatJoinReply {
    std::string channel; // as kept: "dm:<player id>:<player id>"
};
BOOST_DESCRIBE_STRUCT(ChatJoinReply, (), (channel))

// Event harvest.chat.message.refused.v1:
struct ChatRejected {
    PlayerId author;
    ChatRefused refusal;
};
BOOST_DESCRIBE_STRUCT(ChatRejected, (), (author, refusal))

} // namespace harvest::protocol
