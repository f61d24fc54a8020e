#include "common/telemetry/ecs_log.hpp"

#include "common/base/end_process.hpp"

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <thread>

namespace harvest::telemetry {
namespace {

constexpr std::size_t queue_lines = 8192;
constexpr Millis longest_flush{1'000}, flush_step{2};
constexpr std::string_view ecs_version = "8.11.0";

LogSetup current;
std::shared_ptr<spdlog::details::thread_pool> pool;
std::shared_ptr<spdlog::logger> logger;

std::string_view name_of(log::Level level)
{
    constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
    return names[static_cast<std::size_t>(level)];
}

// Valid UTF-8 of one character at the front, or 0.
std::size_t utf8_length(std::string_view text)
{
    const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) >= 0xA0) return 0; // a surrogate
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) >= 0x90) return 0;
    return length;
}

void put_string(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto byte = static_cast<unsigned char>(text[0]);
        if (length == 0)
            out += "\\ufffd";
        else if (text[0] == '"' || text[0] == '\\')
            (out += '\\') += text[0];
        else if (text[0] == '\n')
            out += "\\n";
        else if (byte < 0x20 || byte == 0x7F)
            out += fmt::format("\\u{:04x}", byte);
        else
            out += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void put_value(std::string& out, const log::Value& value)
{
    if (const auto* text = std::get_if<std::string>(&value)) return put_string(out, *text);
    if (const auto* number = std::get_if<std::int64_t>(&value))
        out += std::to_string(*number);
    else if (const auto* flag = std::get_if<bool>(&value))
        out += *flag ? "true" : "false";
    else if (const double real = std::get<double>(value); std::isfinite(real))
        out += fmt::format("{}", real);
    else
        out += "null";
}

Millis wall_now()
{
    return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
}

void sink(log::Level level, std::string_view message, const log::Fields& fields)
{
    if (!logger) return;
    const std::string line = current.json ? ecs_line(current, wall_now(), level, message, fields)
                                          : text_line(wall_now(), level, message, fields);
    logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

} // namespace

std::string ecs_line(const LogSetup& setup, Millis at, log::Level level, std::string_view message,
                     const log::Fields& fields)
{
    std::string out =
        fmt::format("{{\"@timestamp\":\"{}\",\"log.level\":\"{}\",\"message\":", to_rfc3339(at), name_of(level));
    put_string(out, message);
    out += fmt::format(",\"ecs.version\":\"{}\"", ecs_version);
    const auto put = [&out](std::string_view name, const log::Value& value) {
        out += ',';
        put_string(out, name);
        out += ':';
        put_value(out, value);
    };
    put("service.name", setup.service_name);
    if (!setup.service_version.empty()) put("service.version", setup.service_version);
    if (!setup.node.empty()) put("service.node.name", setup.node);
    for (const log::Field& field : fields) {
        const bool named = field.name.find('.') != std::string_view::npos;
        put(named ? std::string(field.name) : "labels." + std::string(field.name), field.value);
    }
    return out + '}';
}

std::string text_line(Millis at, log::Level level, std::string_view message, const log::Fields& fields)
{
    std::string out = fmt::format("{} {:<5} ", to_rfc3339(at).substr(11, 12), name_of(level));
    for (const char c : message) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    for (const log::Field& field : fields) {
        out += fmt::format("  {}=", field.name);
        put_value(out, field.value);
    }
    return out;
}

void start_log(LogSetup setup)
{
    current = std::move(setup);
    pool = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
    auto stream = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    stream->set_pattern("%v");
    logger = std::make_shared<spdlog::async_logger>("harvest", std::move(stream), pool,
                                                    spdlog::async_overflow_policy::overrun_oldest);
    log::set_sink(&sink, current.level);
    before_end(&flush_log);
}

void set_log_level(log::Level level)
{
    log::set_sink(&sink, level);
}

void flush_log()
{
    if (!logger) return;
    logger->flush(); // asks; what stands before it in the queue is written once that is empty
    for (Millis waited{}; pool->queue_size() > 0 && waited < longest_flush; waited += flush_step)
        std::this_thread::sleep_for(flush_step);
}

void stop_log()
{
    flush_log();
    logger.reset();
    pool.reset(); // joins its thread when the queue is empty
}

std::uint64_t log_dropped()
{
    return pool ? pool->overrun_counter() : 0;
}

} // namespace harvest::telemetry
