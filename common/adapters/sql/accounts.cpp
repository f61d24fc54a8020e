#include "common/adapters/sql/accounts.hpp"

#include "common/adapters/sql/credentials.hpp"
#include "common/adapters/sql/decks.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/sessions.hpp"
#include "common/adapters/sql/transfers.hpp"

#include <algorithm>

namespace harvest::sql {
namespace {

#define ACCOUNT_COLUMNS "id, name, password_hash, device_secret, created_at, bot, renamed_at, deleted_at"

std::string name_key(std::string name)
{
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return name;
}

Account to_account(const Row& row)
{
    Account account;
    account.id.value = row.text(0);
    account.name = row.text(1);
    account.password_hash = row.text(2);
    if (const Bytes& secret = row.blob(3); secret.size() == std::tuple_size_v<TokenHash>) {
        account.device_secret.emplace();
        std::copy(secret.begin(), secret.end(), account.device_secret->begin());
    }
    account.created_at = Millis{row.integer(4)};
    account.bot = row.integer(5) != 0;
    account.renamed_at = Millis{row.integer(6)};
    account.deleted_at = Millis{row.integer(7)};
    return account;
}

Result<Account> one(const Result<Rows>& rows)
{
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    return to_account(rows->front());
}

Result<void> insert_account(Connection& connection, const Account& account)
{
    if (account.id.empty() || account.name.empty()) return Errc::invalid_argument;
    Param secret = nullptr;
    if (account.device_secret) secret = ByteView(*account.device_secret);
    const std::string key = name_key(account.name);
    const Result<Rows> made =
        connection.execute("INSERT INTO accounts (id, name, name_key, password_hash, device_secret, created_at, bot) "
                           "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                           {account.id.value, account.name, key, account.password_hash, secret,
                            account.created_at.count(), std::int64_t{account.bot}});
    if (!made) return made.error(); // already_exists: id, name or device
    return {};
}

Result<void> create_account(Connection& connection, const NewAccount& fresh)
{
    Result<void> step = insert_account(connection, fresh.account);
    if (!step) return step.error();
    for (const Deck& deck : fresh.decks) {
        step = put_deck(connection, deck);
        if (!step) return step.error();
    }
    step = apply_transfers(connection, fresh.grants, fresh.account.created_at);
    if (!step) return step.error();
    return append_events(connection, fresh.events);
}

Result<std::vector<Account>> list_accounts(Connection& connection, const AccountFilter& filter)
{
    const std::string prefix = name_key(filter.name_prefix);
    // substr() counts characters, so the prefix is compared as a range of bytes: no name holds U+10FFFF.
    const std::string beyond = prefix + "\xf4\x8f\xbf\xbf";
    const Result<Rows> rows = connection.execute(
        "SELECT " ACCOUNT_COLUMNS " FROM accounts "
        "WHERE id > $1 AND name_key >= $2 AND name_key < $3 AND bot <= $4 ORDER BY id LIMIT $5",
        {filter.after, prefix, beyond, std::int64_t{filter.bots}, static_cast<std::int64_t>(filter.limit)});
    if (!rows) return rows.error();
    std::vector<Account> accounts;
    for (const Row& row : *rows) accounts.push_back(to_account(row));
    return accounts;
}

Result<void> rename_account(Connection& connection, const Renaming& renaming)
{
    if (renaming.name.empty()) return Errc::invalid_argument;
    const std::string key = name_key(renaming.name);
    const Result<std::int64_t> changed =
        change(connection,
               "UPDATE accounts SET name = $2, name_key = $3, renamed_at = $4 "
               "WHERE id = $1 AND renamed_at <= $5 AND deleted_at = 0",
               {renaming.player.value, renaming.name, key, renaming.at.count(), renaming.not_since.count()});
    if (!changed) return changed.error(); // already_exists: the name
    if (*changed == 1) return {};
    const Result<Rows> rows =
        connection.execute("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at = 0", {renaming.player.value});
    if (!rows) return rows.error();
    return rows->empty() ? Errc::not_found : Errc::conflict;
}

// Holds the row to the end of the transaction: of two changes of one player's the second sees what the first has done.
Result<void> take_account(Connection& connection, const PlayerId& player)
{
    const Result<std::int64_t> taken =
        change(connection, "UPDATE accounts SET renamed_at = renamed_at WHERE id = $1", {player.value});
    if (!taken) return taken.error();
    return *taken == 1 ? Result<void>{} : Errc::not_found;
}

// None begins later than it is put; the clock of whoever put it may be ahead of `now`.
Result<std::vector<AuditId>> in_force(Connection& connection, const PlayerId& player, const std::string& kind,
                                      Millis now)
{
    const Result<Rows> rows =
        connection.execute("SELECT audit FROM sanctions "
                           "WHERE player = $1 AND kind = $2 AND lifted = 0 AND until_at > $3 ORDER BY audit",
                           {player.value, kind, now.count()});
    if (!rows) return rows.error();
    std::vector<AuditId> audits;
    for (const Row& row : *rows) audits.push_back(AuditId{row.text(0)});
    std::ranges::sort(audits);
    return audits;
}

Result<void> put_sanction(Connection& connection, const Imposing& imposing)
{
    const Sanction& sanction = imposing.sanction;
    if (sanction.audit.empty() || sanction.player.empty() || sanction.kind.empty()) return Errc::invalid_argument;
    const Result<void> taken = take_account(connection, sanction.player);
    if (!taken) return taken.error();
    if (imposing.if_alone) {
        const auto others = in_force(connection, sanction.player, sanction.kind, sanction.since);
        if (!others) return others.error();
        if (!others->empty()) return Errc::conflict;
    }
    const Result<Rows> made = connection.execute(
        "INSERT INTO sanctions (audit, player, kind, scope, reason, since, until_at, by_whom, lifted) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
        {sanction.audit.value, sanction.player.value, sanction.kind, sanction.scope, sanction.reason,
         sanction.since.count(), sanction.until.count(), sanction.by});
    if (!made) return made.error();
    return {};
}

Result<void> lift_sanctions(Connection& connection, const Lifting& lifting)
{
    const Result<void> taken = take_account(connection, lifting.player);
    if (!taken) return taken.error();
    if (!lifting.seen.empty()) {
        std::vector<AuditId> seen = lifting.seen;
        std::ranges::sort(seen);
        const auto there = in_force(connection, lifting.player, lifting.kind, lifting.now);
        if (!there) return there.error();
        if (*there != seen) return Errc::conflict;
    }
    const Result<std::int64_t> lifted =
        change(connection, "UPDATE sanctions SET lifted = 1 WHERE player = $1 AND kind = $2 AND lifted = 0",
               {lifting.player.value, lifting.kind});
    if (!lifted) return lifted.error();
    return *lifted == 0 ? Errc::not_found : Result<void>{};
}

} // namespace

AsyncResult<void> SqlAccounts::create(NewAccount account, Deadline by)
{
    return database_.write(
        [account = std::move(account)](Connection& connection) { return create_account(connection, account); }, by);
}

AsyncResult<Account> SqlAccounts::get(PlayerId player, Deadline by)
{
    return read<Account>(
        database_,
        [player = std::move(player)](Connection& connection) {
            return one(connection.execute("SELECT " ACCOUNT_COLUMNS " FROM accounts WHERE id = $1", {player.value}));
        },
        by);
}

AsyncResult<Account> SqlAccounts::find_by_name(std::string name, Deadline by)
{
    return read<Account>(
        database_,
        [key = name_key(std::move(name))](Connection& connection) {
            return one(connection.execute("SELECT " ACCOUNT_COLUMNS " FROM accounts WHERE name_key = $1", {key}));
        },
        by);
}

AsyncResult<Account> SqlAccounts::find_by_device(TokenHash secret, Deadline by)
{
    return read<Account>(
        database_,
        [secret](Connection& connection) {
            return one(connection.execute("SELECT " ACCOUNT_COLUMNS " FROM accounts WHERE device_secret = $1",
                                          {ByteView(secret)}));
        },
        by);
}

AsyncResult<std::vector<Account>> SqlAccounts::list(AccountFilter filter, Deadline by)
{
    return read<std::vector<Account>>(
        database_, [filter = std::move(filter)](Connection& connection) { return list_accounts(connection, filter); },
        by);
}

AsyncResult<void> SqlAccounts::set_password(NewPassword password, std::vector<OutboxEvent> events, Deadline by)
{
    return database_.write(
        [password = std::move(password), events = std::move(events)](Connection& connection) -> Result<void> {
            const Result<void> taken = take_account(connection, password.player);
            if (!taken) return taken.error();
            const Result<Rows> kept = connection.execute(
                "SELECT password_hash FROM accounts WHERE id = $1 AND deleted_at = 0", {password.player.value});
            if (!kept) return kept.error();
            if (kept->empty()) return Errc::not_found;
            if (kept->front().text(0) != password.before) return Errc::conflict;
            return replace_password(connection, password.player, password.now, events);
        },
        by);
}

AsyncResult<void> SqlAccounts::rename(Renaming renaming, std::vector<OutboxEvent> events, Deadline by)
{
    return database_.write(
        [renaming = std::move(renaming), events = std::move(events)](Connection& connection) -> Result<void> {
            const Result<void> renamed = rename_account(connection, renaming);
            if (!renamed) return renamed.error();
            return append_events(connection, events);
        },
        by);
}

AsyncResult<void> SqlAccounts::sanction(Imposing imposing, std::vector<OutboxEvent> events, Deadline by)
{
    return database_.write(
        [imposing = std::move(imposing), events = std::move(events)](Connection& connection) -> Result<void> {
            const Result<void> put = put_sanction(connection, imposing);
            if (!put) return put.error();
            if (!imposing.ends_sessions) return append_events(connection, events);
            const auto ended = revoke_sessions(connection, imposing.sanction.player, events);
            if (!ended) return ended.error();
            return {};
        },
        by);
}

AsyncResult<void> SqlAccounts::lift(Lifting lifting, std::vector<OutboxEvent> events, Deadline by)
{
    return database_.write(
        [lifting = std::move(lifting), events = std::move(events)](Connection& connection) -> Result<void> {
            const Result<void> lifted = lift_sanctions(connection, lifting);
            if (!lifted) return lifted.error();
            return append_events(connection, events);
        },
        by);
}

AsyncResult<std::vector<Sanction>> SqlAccounts::sanctions(PlayerId player, Millis now, Deadline by)
{
    return read<std::vector<Sanction>>(
        database_,
        [player = std::move(player), now](Connection& connection) -> Result<std::vector<Sanction>> {
            const Result<Rows> rows = connection.execute(
                "SELECT player, kind, scope, reason, since, until_at, by_whom, audit FROM sanctions "
                "WHERE player = $1 AND lifted = 0 AND since <= $2 AND until_at > $2 ORDER BY since, audit",
                {player.value, now.count()});
            if (!rows) return rows.error();
            std::vector<Sanction> list;
            for (const Row& row : *rows)
                list.push_back({PlayerId{row.text(0)}, row.text(1), row.text(2), row.text(3), Millis{row.integer(4)},
                                Millis{row.integer(5)}, row.text(6), AuditId{row.text(7)}});
            return list;
        },
        by);
}

} // namespace harvest::sql
