// H12: whatever stands in a configuration or content file, reading ends with values or with faults that name a place.
#include "common/config/game/content_loader.hpp"
#include "common/config/loader.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

struct Sample {
    bool flag{};
    std::int64_t number{5};
    std::uint16_t port{80};
    std::string word{"a"};
    harvest::Millis wait{1000};
    harvest::config::ByteSize size{1024};
    harvest::config::SecretRef secret;
    std::vector<std::string> list;

    void describe(harvest::config::Section& section)
    {
        section.field({.name = "flag", .doc = "."}, flag);
        section.field({.name = "number", .doc = ".", .min = 1, .max = 9}, number);
        section.field({.name = "port", .doc = "."}, port);
        section.field({.name = "word", .doc = ".", .choices = {"a", "b"}}, word);
        section.field({.name = "wait", .doc = "."}, wait);
        section.field({.name = "size", .doc = "."}, size);
        section.field({.name = "secret", .doc = "."}, secret);
        section.field({.name = "list", .doc = "."}, list);
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace harvest;
    static const int file = memfd_create("config", 0);
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
    Sample sample;
    std::vector<config::Field> fields;
    config::Section section(fields, "sample.");
    sample.describe(section);
    config::Sources sources;
    sources.path = "/proc/self/fd/" + std::to_string(file);
    const config::Loaded loaded = config::load(fields, sources);
    for (const config::Fault& fault : loaded.faults)
        if (fault.text().empty()) std::abort();
    if (loaded.ok() && (sample.number < 1 || sample.number > 9)) std::abort();
    const std::string text(reinterpret_cast<const char*>(data), size);
    const config::LoadedContent content = config::parse_content({"battle.yaml", text}, {"cards.yaml", text});
    if (!content.content && content.faults.empty()) std::abort();
    return 0;
}
