#include "common/base/errc.hpp"

#include "common/base/assert.hpp"

#include <array>
#include <atomic>

namespace harvest {
namespace {

constexpr std::array rows{
    ErrcRow{Errc::invalid_argument, "invalid_argument", 400, 65, false, "the request is not valid"},
    ErrcRow{Errc::unauthenticated, "unauthenticated", 401, 77, false, "sign in first"},
    ErrcRow{Errc::permission_denied, "permission_denied", 403, 77, false, "not permitted"},
    ErrcRow{Errc::not_found, "not_found", 404, 66, false, "no such thing"},
    ErrcRow{Errc::already_exists, "already_exists", 409, 73, false, "it exists already"},
    ErrcRow{Errc::conflict, "conflict", 409, 75, true, "somebody else changed it first"},
    ErrcRow{Errc::failed_precondition, "failed_precondition", 409, 65, false, "not possible in this state"},
    ErrcRow{Errc::resource_exhausted, "resource_exhausted", 429, 75, true, "too much or too often"},
    ErrcRow{Errc::unavailable, "unavailable", 503, 69, true, "a dependency does not answer"},
    ErrcRow{Errc::timed_out, "timed_out", 504, 124, true, "the deadline passed"},
    ErrcRow{Errc::in_doubt, "in_doubt", 503, 75, true, "done or not: read it back with the same key"},
    ErrcRow{Errc::canceled, "canceled", 503, 75, true, "given up before it was done"},
    ErrcRow{Errc::feature_disabled, "feature_disabled", 501, 69, false, "this feature is switched off here"},
    ErrcRow{Errc::data_loss, "data_loss", 500, 74, false, "stored data is damaged"},
    ErrcRow{Errc::internal, "internal", 500, 70, false, "an error on our side"},
};

class ErrcCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "harvest"; }
    std::string message(int value) const override { return std::string(errc_row(static_cast<Errc>(value)).message); }
};

constexpr std::size_t max_domains = 64;
constexpr int max_domain_values = 1'000;

// Filled by constructors that may run before main() and on any thread; entries are never removed.
struct Domains {
    std::array<std::atomic<const DomainCategory*>, max_domains> all{};
    std::atomic<std::size_t> count{0};
};

Domains& domains()
{
    static Domains registry;
    return registry;
}

void register_domain(const DomainCategory* category) noexcept
{
    const std::size_t index = domains().count.fetch_add(1);
    HARVEST_ASSERT(index < max_domains);
    domains().all[index].store(category);
}

} // namespace

DomainCategory::DomainCategory() noexcept
{
    register_domain(this);
}

DomainCategory::DomainCategory(unsigned long long id) noexcept : error_category(id)
{
    register_domain(this);
}

boost::system::error_code from_wire_code(std::string_view code)
{
    for (const ErrcRow& row : rows)
        if (row.code == code) return make_error_code(row.errc);
    for (const auto& entry : domains().all) {
        const DomainCategory* category = entry.load();
        if (!category) break;
        for (int value = 1; value < max_domain_values; ++value) {
            const std::string_view own = category->wire_code(value);
            if (own.empty()) break;
            if (own == code) return {value, *category};
        }
    }
    return make_error_code(Errc::internal);
}

std::span<const ErrcRow> errc_table()
{
    return rows;
}

const ErrcRow& errc_row(Errc errc)
{
    const auto index = static_cast<std::size_t>(errc) - 1;
    HARVEST_ASSERT(index < rows.size() && rows[index].errc == errc);
    return rows[index];
}

const boost::system::error_category& errc_category()
{
    static const ErrcCategory category;
    return category;
}

boost::system::error_code make_error_code(Errc errc)
{
    return {static_cast<int>(errc), errc_category()};
}

Errc classify(const boost::system::error_code& code)
{
    if (code.category() == errc_category()) return static_cast<Errc>(code.value());
    const auto condition = code.default_error_condition();
    if (condition.category() == errc_category()) return static_cast<Errc>(condition.value());
    return Errc::internal;
}

std::string_view wire_code(const boost::system::error_code& code)
{
    if (const auto* domain = dynamic_cast<const DomainCategory*>(&code.category()))
        return domain->wire_code(code.value());
    return errc_row(classify(code)).code;
}

} // namespace harvest
