// How a config struct tells of itself: each field binds a member to its name, one sentence, range and marks.
// From this come loading, `config check|print|schema`, `admin explain` and harvest.yaml(5).
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace harvest::config {

// A number of bytes, written with its unit ("64MiB").
struct ByteSize {
    std::uint64_t bytes{};
    friend auto operator<=>(const ByteSize&, const ByteSize&) = default;
};

// Where a secret is ("file:PATH", "env:NAME", "credential:NAME"), never the secret itself.
struct SecretRef {
    std::string where;
    friend bool operator==(const SecretRef&, const SecretRef&) = default;
};

using Target = std::variant<bool*, std::int64_t*, std::uint16_t*, std::string*, Millis*, ByteSize*, SecretRef*,
                            std::vector<std::string>*>;

struct FieldInfo {
    std::string_view name; // "port"
    std::string_view doc;  // one sentence
    // Of a number, a duration in ms, or a size in bytes.
    std::int64_t min = 0, max = std::numeric_limits<std::int64_t>::max();
    std::vector<std::string_view> choices = {}; // of a string; empty: any
    bool reloadable = false;
    std::string_view since = "0.1.0";
};

struct Field {
    std::string path; // "gateway.port"
    FieldInfo info;
    Target target;
};

// Collects the fields of a config struct and of those below it.
class Section {
public:
    explicit Section(std::vector<Field>& fields, std::string prefix = {}) : fields_(fields), prefix_(std::move(prefix))
    {
    }

    template <class Value>
    void field(FieldInfo info, Value& value)
    {
        std::string path = prefix_ + std::string(info.name);
        fields_.push_back({std::move(path), std::move(info), Target(&value)});
    }

    // `part` has a member `void describe(Section&)`.
    template <class Part>
    void section(std::string_view name, Part& part)
    {
        Section below(fields_, prefix_ + std::string(name) + ".");
        part.describe(below);
    }

private:
    std::vector<Field>& fields_;
    std::string prefix_;
};

} // namespace harvest::config
