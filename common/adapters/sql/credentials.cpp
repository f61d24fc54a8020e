#include "common/adapters/sql/credentials.hpp"

#include "common/adapters/sql/sessions.hpp"

namespace harvest::sql {
namespace {

std::string email_key(std::string email)
{
    for (char& c : email)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return email;
}

std::int64_t number(MailPurpose purpose)
{
    return static_cast<std::int64_t>(purpose);
}

// A letter that was never sent must not void those that were; one to another address does, whoever reads that.
Result<void> void_tokens_before(Connection& connection, const MailToken& token)
{
    const Result<Rows> gone =
        connection.execute("DELETE FROM mail_tokens WHERE player = $1 AND purpose = $2 AND (email <> $3 OR hash NOT IN "
                           "(SELECT hash FROM mail_tokens WHERE player = $1 AND purpose = $2 AND email = $3 "
                           "ORDER BY expires_at DESC, hash LIMIT $4))",
                           {token.player.value, number(token.purpose), token.email, mail_tokens_at_most - 1});
    if (!gone) return gone.error();
    return {};
}

Result<void> insert_token(Connection& connection, const MailToken& token)
{
    const Result<Rows> account =
        connection.execute("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at = 0", {token.player.value});
    if (!account) return account.error();
    if (account->empty()) return Errc::not_found;
    const Result<void> before = void_tokens_before(connection, token);
    if (!before) return before.error();
    const Result<Rows> made = connection.execute(
        "INSERT INTO mail_tokens (hash, player, purpose, email, expires_at) VALUES ($1, $2, $3, $4, $5)",
        {ByteView(token.hash), token.player.value, number(token.purpose), token.email, token.expires_at.count()});
    if (!made) return made.error();
    return {};
}

Result<MailToken> read_token(Connection& connection, const TokenHash& hash, MailPurpose purpose, Millis now)
{
    const Result<Rows> rows = connection.execute("SELECT player, email, expires_at FROM mail_tokens "
                                                 "WHERE hash = $1 AND purpose = $2 AND expires_at > $3",
                                                 {ByteView(hash), number(purpose), now.count()});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    const Row& row = rows->front();
    return MailToken{hash, PlayerId{row.text(0)}, purpose, row.text(1), Millis{row.integer(2)}};
}

// Every other letter of the player is void from then on. Errors: not_found (unknown, too old, or used before).
Result<MailToken> take_token(Connection& connection, const TokenHash& hash, MailPurpose purpose, Millis now)
{
    Result<MailToken> token = read_token(connection, hash, purpose, now);
    if (!token) return token;
    const Result<std::int64_t> taken =
        change(connection, "DELETE FROM mail_tokens WHERE player = $1", {token->player.value});
    if (!taken) return taken.error();
    if (*taken == 0) return Errc::not_found;
    return token;
}

Result<void> apply_verify(Connection& connection, const TokenHash& hash, Millis now)
{
    const Result<MailToken> token = take_token(connection, hash, MailPurpose::verify, now);
    if (!token) return token.error();
    const std::string key = email_key(token->email);
    const Result<Rows> put =
        connection.execute("INSERT INTO account_emails (player, email, email_key, verified_at) VALUES ($1, $2, $3, $4) "
                           "ON CONFLICT (player) DO UPDATE SET email = excluded.email, email_key = excluded.email_key, "
                           "verified_at = excluded.verified_at",
                           {token->player.value, token->email, key, now.count()});
    if (!put) return put.error(); // already_exists: another player's
    return {};
}

Result<void> apply_reset(Connection& connection, const TokenHash& hash, const std::string& password_hash, Millis now,
                         const std::vector<OutboxEvent>& events)
{
    const Result<MailToken> token = take_token(connection, hash, MailPurpose::reset, now);
    if (!token) return token.error();
    return replace_password(connection, token->player, password_hash, events);
}

// What was not changed is not there, or refused.
Result<void> changed_or(Connection& connection, const Result<std::int64_t>& changed, const PlayerId& player,
                        Errc refusal)
{
    if (!changed) return changed.error();
    if (*changed == 1) return {};
    const Result<Rows> rows =
        connection.execute("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at = 0", {player.value});
    if (!rows) return rows.error();
    return rows->empty() ? Errc::not_found : refusal;
}

} // namespace

Result<void> replace_password(Connection& connection, const PlayerId& player, const std::string& password_hash,
                              const std::vector<OutboxEvent>& events)
{
    const Result<std::int64_t> changed =
        change(connection, "UPDATE accounts SET password_hash = $2 WHERE id = $1 AND deleted_at = 0",
               {player.value, password_hash});
    if (!changed) return changed.error();
    if (*changed == 0) return Errc::not_found;
    const Result<Rows> voided = connection.execute("DELETE FROM mail_tokens WHERE player = $1", {player.value});
    if (!voided) return voided.error();
    const auto ended = revoke_sessions(connection, player, events);
    if (!ended) return ended.error();
    return {};
}

AsyncResult<std::string> SqlCredentials::email(PlayerId player, Deadline by)
{
    return read<std::string>(
        database_,
        [player = std::move(player)](Connection& connection) -> Result<std::string> {
            const Result<Rows> rows =
                connection.execute("SELECT email FROM account_emails WHERE player = $1", {player.value});
            if (!rows) return rows.error();
            if (rows->empty()) return Errc::not_found;
            return rows->front().text(0);
        },
        by);
}

AsyncResult<PlayerId> SqlCredentials::find_by_email(std::string email, Deadline by)
{
    return read<PlayerId>(
        database_,
        [key = email_key(std::move(email))](Connection& connection) -> Result<PlayerId> {
            const Result<Rows> rows =
                connection.execute("SELECT player FROM account_emails WHERE email_key = $1", {key});
            if (!rows) return rows.error();
            if (rows->empty()) return Errc::not_found;
            return PlayerId{rows->front().text(0)};
        },
        by);
}

AsyncResult<void> SqlCredentials::put_token(MailToken token, Deadline by)
{
    return database_.write(
        [token = std::move(token)](Connection& connection) { return insert_token(connection, token); }, by);
}

AsyncResult<MailToken> SqlCredentials::find_token(TokenHash hash, MailPurpose purpose, Millis now, Deadline by)
{
    return read<MailToken>(
        database_, [hash, purpose, now](Connection& connection) { return read_token(connection, hash, purpose, now); },
        by);
}

AsyncResult<void> SqlCredentials::verify_email(TokenHash hash, Millis now, Deadline by)
{
    return database_.write([hash, now](Connection& connection) { return apply_verify(connection, hash, now); }, by);
}

AsyncResult<void> SqlCredentials::reset_password(TokenHash hash, std::string password_hash, Millis now,
                                                 std::vector<OutboxEvent> events, Deadline by)
{
    return database_.write(
        [hash, password_hash = std::move(password_hash), now, events = std::move(events)](Connection& connection) {
            return apply_reset(connection, hash, password_hash, now, events);
        },
        by);
}

AsyncResult<void> SqlCredentials::set_device(PlayerId player, TokenHash secret, Deadline by)
{
    return database_.write(
        [player = std::move(player), secret](Connection& connection) {
            const Result<std::int64_t> changed =
                change(connection, "UPDATE accounts SET device_secret = $2 WHERE id = $1 AND deleted_at = 0",
                       {player.value, ByteView(secret)});
            return changed_or(connection, changed, player, Errc::internal);
        },
        by);
}

AsyncResult<void> SqlCredentials::add_password(PlayerId player, std::string password_hash, Deadline by)
{
    return database_.write(
        [player = std::move(player), hash = std::move(password_hash)](Connection& connection) {
            const Result<std::int64_t> changed = change(connection,
                                                        "UPDATE accounts SET password_hash = $2 "
                                                        "WHERE id = $1 AND password_hash = '' AND deleted_at = 0",
                                                        {player.value, hash});
            return changed_or(connection, changed, player, Errc::failed_precondition);
        },
        by);
}

} // namespace harvest::sql
