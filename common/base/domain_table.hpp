// A domain's refusals as one table: what a module's errc.cpp consists of.
#pragma once

#include "common/base/errc.hpp"

#include <string>

namespace harvest {

struct Refusal {
    // `code` of the module's own enum.
    template <class Code>
    constexpr Refusal(Code its_code, std::string_view its_wire_code, Errc its_meaning, std::string_view its_message)
        : code(static_cast<int>(its_code)),
          wire_code(its_wire_code),
          meaning(its_meaning),
          message(its_message)
    {
    }
    int code;
    std::string_view wire_code; // "battle.not_your_turn"
    Errc meaning;
    std::string_view message;
};

// Make it at namespace scope: from_wire_code() must know it from the start, in every process. `rows` outlive it and
// stand in the order of their codes, from 1 without gaps.
class DomainTable final : public DomainCategory {
public:
    DomainTable(unsigned long long id, const char* name, std::span<const Refusal> rows) noexcept;

    const char* name() const noexcept override { return name_; }
    std::string message(int value) const override;
    std::string_view wire_code(int value) const noexcept override;
    boost::system::error_condition default_error_condition(int value) const noexcept override;

private:
    const Refusal* find(int value) const noexcept;

    const char* name_;
    std::span<const Refusal> rows_;
};

} // namespace harvest
