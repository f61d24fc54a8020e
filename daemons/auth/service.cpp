#include "daemons/auth/service.hpp"

#include "common/base/encoding.hpp"
#include "common/game/battle/deck.hpp"
#include "common/protocol/account_errc.hpp"

#include <algorithm>
#include <charconv>

namespace harvest::auth {

using protocol::AuthErrc;

namespace {

constexpr std::size_t min_name = 3, max_name = 20, min_password = 8, max_password = 128;
constexpr std::int64_t starter_coins = 100, starter_seeds = 20;

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// As the match daemon calls its bots.
bool is_house_name(std::string_view name)
{
    constexpr std::string_view prefix = "bot-";
    return name.size() == prefix.size() + 4 && name_key(name).starts_with(prefix) &&
           std::all_of(name.begin() + prefix.size(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Transfer grant(const PlayerId& player, std::string asset, std::int64_t amount)
{
    Transfer transfer;
    transfer.asset = std::move(asset);
    transfer.debit = "mint";
    transfer.credit = player_account(player);
    transfer.amount = amount;
    transfer.reason = "starter";
    return transfer;
}

} // namespace

bool plausible_name(std::string_view name)
{
    if (name.size() < min_name || name.size() > max_name || !is_letter_or_digit(name.front())) return false;
    const bool good = std::all_of(name.begin(), name.end(),
                                  [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.'; });
    return good && !name_key(name).starts_with(erased_prefix);
}

Result<void> check_name(std::string_view name)
{
    if (!plausible_name(name) || is_house_name(name)) return AuthErrc::bad_name;
    return {};
}

bool plausible_password(std::string_view password)
{
    if (password.size() < min_password || password.size() > max_password) return false;
    return std::none_of(password.begin(), password.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
}

Result<void> check_password(std::string_view name, std::string_view password)
{
    if (!plausible_password(password) || name_key(password) == name_key(name)) return AuthErrc::bad_password;
    return {};
}

std::string name_key(std::string_view name)
{
    std::string key(name);
    std::transform(key.begin(), key.end(), key.begin(), lower);
    return key;
}

std::string generated_name(const PlayerId& player)
{
    return "farmer-" + name_key(std::string_view(player.value).substr(player.value.size() - 8));
}

Result<void> check_email(std::string_view email)
{
    constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~.";
    const std::size_t at = email.find('@');
    if (email.size() > 254 || at == std::string_view::npos || at == 0 || at > 64)
        return protocol::AccountErrc::bad_email;
    const std::string_view local = email.substr(0, at), domain = email.substr(at + 1);
    const bool good_local = std::all_of(local.begin(), local.end(), [&](char c) {
        return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
    });
    const bool good_domain =
        std::all_of(domain.begin(), domain.end(), [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
    const bool dotted = domain.find("..") == std::string_view::npos && domain.find('.') != std::string_view::npos &&
                        is_letter_or_digit(domain.front()) && is_letter_or_digit(domain.back());
    if (!good_local || !good_domain || !dotted) return protocol::AccountErrc::bad_email;
    return {};
}

Result<void> check_device_secret(std::string_view secret)
{
    const Result<Bytes> bytes = from_base64url(secret);
    if (!bytes || bytes->size() != 32) return AuthErrc::bad_device_secret;
    return {};
}

RefreshDecision decide_refresh(const Session& session, const TokenHash& presented, Millis now, Millis grace)
{
    if (session.revoked || now >= session.expires_at) return RefreshDecision::refuse;
    if (presented == session.current) return RefreshDecision::rotate;
    const bool in_grace = presented == session.previous && now < session.rotated_at + grace;
    return in_grace ? RefreshDecision::repeat : RefreshDecision::revoke_family;
}

std::optional<RefreshName> read_refresh_token(std::string_view token)
{
    constexpr std::string_view prefix = "hr.";
    constexpr std::size_t id_size = 28, proof_size = 43;
    if (token.size() > 128 || !token.starts_with(prefix)) return std::nullopt;
    token.remove_prefix(prefix.size());
    if (token.size() < id_size + proof_size + 3 || token[id_size] != '.') return std::nullopt;
    Result<SessionId> session = parse_id<SessionId>(token.substr(0, id_size));
    if (!session) return std::nullopt;
    const std::string_view digits = token.substr(id_size + 1, token.size() - id_size - proof_size - 2);
    RefreshName name{std::move(*session), 0};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), name.generation);
    if (error != std::errc{} || end != digits.data() + digits.size() || *end != '.' || name.generation < 0)
        return std::nullopt;
    return name;
}

bool is_banned(std::span<const Sanction> in_force)
{
    return std::ranges::any_of(in_force, &Sanction::bans_from_everything);
}

NewAccount starter_account(Account account, const game::battle::Content& content)
{
    NewAccount fresh;
    const PlayerId player = account.id;
    fresh.account = std::move(account);
    fresh.grants.push_back(grant(player, "coin", starter_coins));
    fresh.grants.push_back(grant(player, "seed.wheat", starter_seeds));
    for (const auto& [card, copies] : game::battle::starter_collection(content))
        fresh.grants.push_back(grant(player, "card." + card, copies));
    for (const game::battle::StarterDeck& starter : content.starters()) {
        Deck deck;
        deck.player = player;
        deck.name = starter.name;
        deck.farmer = content.farmers()[starter.farmer].id;
        deck.cards = game::battle::card_ids(content, starter.cards);
        deck.version = 1;
        fresh.decks.push_back(std::move(deck));
    }
    return fresh;
}

} // namespace harvest::auth
