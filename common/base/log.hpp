// Structured logging: one message in plain words and labels. common/telemetry installs the sink that writes ECS JSON.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace harvest::log {

enum class Level { debug, info, warn, error };

using Value = std::variant<std::string, std::int64_t, double, bool>;

// A name of an ECS field ("event.action", "trace.id") or a bare one, which is written below `labels.`.
struct Field {
    Field(std::string_view field_name, std::string_view text) : name(field_name), value(std::string(text)) {}
    Field(std::string_view field_name, const char* text) : name(field_name), value(std::string(text)) {}
    Field(std::string_view field_name, const std::string& text) : name(field_name), value(text) {}
    Field(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
    Field(std::string_view field_name, double number) : name(field_name), value(number) {}
    template <std::integral Integer>
    Field(std::string_view field_name, Integer number) : name(field_name),
                                                         value(static_cast<std::int64_t>(number))
    {
    }
    std::string_view name;
    Value value;
};

using Fields = std::initializer_list<Field>;
using Sink = void (*)(Level level, std::string_view message, const Fields& fields);

// Installs the process's sink; called once, before any thread starts. Without one, warnings and errors go to stderr.
void set_sink(Sink sink, Level threshold);
bool enabled(Level level);
void write(Level level, std::string_view message, const Fields& fields);

inline void debug(std::string_view message, Fields fields = {})
{
    write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {})
{
    write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {})
{
    write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {})
{
    write(Level::error, message, fields);
}

} // namespace harvest::log
