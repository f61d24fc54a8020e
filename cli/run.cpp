#include "cli/run.hpp"

#include "cli/parse.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <charconv>
#include <exception>

namespace harvest::cli {
namespace {

std::vector<std::string> split_list(const std::vector<std::string>& values)
{
    std::vector<std::string> out;
    for (const std::string& value : values)
        for (std::size_t at = 0; at <= value.size();) {
            const std::size_t comma = std::min(value.find(',', at), value.size());
            if (comma > at) out.push_back(value.substr(at, comma - at));
            at = comma + 1;
        }
    return out;
}

int fail(const Failure& failure, bool as_json)
{
    write_stderr(as_json ? to_json(failure) : to_text(failure));
    return failure.exit;
}

void warn_of_cut(const Invocation& invocation, const Document& document)
{
    if (!document.next_cursor || invocation.has("quiet")) return;
    std::string again = fmt::format("harvestctl {}", invocation.command->path);
    for (const std::string& argument : invocation.arguments) again += ' ' + argument;
    for (const auto& [flag, values] : invocation.flags)
        for (const std::string& value : values)
            if (flag != "cursor")
                again += value.empty() ? fmt::format(" --{}", flag) : fmt::format(" --{} '{}'", flag, value);
    write_stderr(fmt::format("more: {} --cursor {}\n", again, *document.next_cursor));
}

int answer(Invocation& invocation, bool as_json)
{
    Answer got = invocation.command->handler(invocation);
    if (got.document) {
        OutputOptions options = output_options(invocation);
        for (const std::string& warning : got.document->warnings)
            if (!invocation.has("quiet")) write_stderr("warning: " + warning + '\n');
        warn_of_cut(invocation, *got.document);
        const auto rendered = render(std::move(*got.document), options);
        if (const Failure* failed = std::get_if<Failure>(&rendered)) return fail(*failed, as_json);
        if (!write_stdout(std::get<std::string>(rendered))) return 74;
    }
    if (got.failure) return fail(*got.failure, as_json);
    return got.exit;
}

} // namespace

OutputOptions output_options(const Invocation& invocation)
{
    OutputOptions options;
    options.format = invocation.value_or("output", "table");
    options.columns = split_list(invocation.values("columns"));
    options.filters = invocation.values("filter");
    options.sort = invocation.value_or("sort", "");
    options.headers = !invocation.has("no-headers");
    if (const auto limit = invocation.value("limit")) {
        std::size_t count{};
        std::from_chars(limit->data(), limit->data() + limit->size(), count);
        options.limit = count;
    }
    return options;
}

int run(std::span<const std::string> words)
{
    const bool as_json = wants_json(words);
    try {
        for (const std::string& word : words)
            if (!is_utf8(word)) return fail(usage_failure(fmt::format("'{}' is not UTF-8", word), "", ""), as_json);
        auto parsed = parse(words);
        if (const Failure* failed = std::get_if<Failure>(&parsed)) return fail(*failed, as_json);
        if (const HelpWanted* help = std::get_if<HelpWanted>(&parsed)) return write_stdout(help->text) ? 0 : 74;
        Invocation& invocation = std::get<Invocation>(parsed);
        invocation.terminal = asks_allowed() && !invocation.has("no-input");
        return answer(invocation, as_json);
    }
    catch (const boost::system::system_error& e) {
        const Error code = e.code();
        Failure failure = failure_of(code, message_of(e));
        failure.why = std::string(errc_row(classify(code)).message);
        return fail(failure, as_json);
    }
    catch (const std::exception& e) {
        return fail({70,
                     "internal",
                     e.what(),
                     "this is a fault of the program",
                     "please report it with the command",
                     false,
                     {}},
                    as_json);
    }
}

} // namespace harvest::cli
