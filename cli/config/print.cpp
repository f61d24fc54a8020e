// config print and diff: effective values, where each comes from, and what it shadows.
#include "cli/handlers.hpp"
#include "cli/settings.hpp"
#include "common/base/suggest.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <functional>

namespace harvest::cli {
namespace {

struct LayerItem {
    std::string origin, where, value;
};
BOOST_DESCRIBE_STRUCT(LayerItem, (), (origin, where, value))

struct ValueItem {
    std::string key, value, origin, where;
    std::vector<LayerItem> shadows; // the nearest first
    bool reloadable{};
    std::string doc;
};
BOOST_DESCRIBE_STRUCT(ValueItem, (), (key, value, origin, where, shadows, reloadable, doc))

struct DifferenceItem {
    std::string key, a, b;
    bool needs_restart{};
};
BOOST_DESCRIBE_STRUCT(DifferenceItem, (), (key, a, b, needs_restart))

bool within(const std::string& key, const std::string& wanted)
{
    return wanted.empty() || key == wanted || key.starts_with(wanted + '.');
}

// What a secret is, never itself.
std::string shown(const config::Field& field, const std::string& value)
{
    if (!std::holds_alternative<config::SecretRef*>(field.target) || value == "\"\"") return value;
    const Result<std::string> secret = config::resolve_secret({value});
    return secret ? fmt::format("*** ({} bytes, {})", secret->size(), value) : fmt::format("*** (missing, {})", value);
}

ValueItem item_of(const config::Field& field, const std::vector<config::Layer>& layers)
{
    ValueItem item;
    item.key = field.path;
    item.value = shown(field, layers.back().value);
    item.origin = layers.back().kind;
    item.where = layers.back().where;
    item.reloadable = field.info.reloadable;
    item.doc = std::string(field.info.doc);
    for (std::size_t i = layers.size() - 1; i-- > 0;)
        item.shadows.push_back({layers[i].kind, layers[i].where, shown(field, layers[i].value)});
    return item;
}

std::string line_of(const ValueItem& item, std::size_t key_width)
{
    std::string out = fmt::format("{:<{}}  {:<28} {}", item.key, key_width, item.value, item.origin);
    if (!item.where.empty()) out += ' ' + item.where;
    for (const LayerItem& layer : item.shadows)
        if (layer.origin != "default") out += fmt::format("  (shadows {} at {})", layer.value, layer.where);
    return out + '\n';
}

} // namespace

Answer config_print(Invocation& invocation)
{
    LoadedSettings loaded =
        invocation.has("defaults") ? LoadedSettings{} : load_settings(invocation, config_path(invocation));
    const std::vector<config::Field> fields = fields_of(loaded.settings);
    if (invocation.has("defaults")) loaded.loaded = config::load(fields, {});
    if (!loaded.loaded.ok()) return config_failure(loaded.loaded);
    const std::string wanted = invocation.value_or("key", "");
    Document document;
    document.kind = "ConfigValueList";
    document.list = true;
    document.name_key = "key";
    document.columns = {{"KEY", "key"},
                        {"VALUE", "value"},
                        {"ORIGIN", "origin"},
                        {"WHERE", "where"},
                        {"RELOADABLE", "reloadable", Form::yes_no, true},
                        {"DOC", "doc", Form::text, true}};
    std::vector<ValueItem> items;
    std::size_t width = 0;
    std::vector<std::string> known;
    for (const config::Field& field : fields) {
        known.push_back(field.path);
        if (!within(field.path, wanted)) continue;
        items.push_back(item_of(field, loaded.loaded.layers.at(field.path)));
        width = std::max(width, field.path.size());
    }
    if (items.empty()) {
        const auto near = suggest(wanted, known);
        return usage_failure(fmt::format("no configuration key '{}'", wanted),
                             "keys and sections are dotted, like gateway.port",
                             near ? fmt::format("did you mean: --key {}", *near) : "type: harvestctl config print");
    }
    std::string text;
    for (const ValueItem& item : items) text += line_of(item, width);
    document.items = to_array(items);
    if (invocation.value_or("output", "table") == "table") document.text = text;
    return document;
}

Answer config_diff(Invocation& invocation)
{
    LoadedSettings a, b;
    const std::vector<config::Field> fields_a = fields_of(a.settings), fields_b = fields_of(b.settings);
    a.loaded = config::load(fields_a, {invocation.argument(0), {}, {}});
    b.loaded = config::load(fields_b, {invocation.argument(1), {}, {}});
    if (!a.loaded.ok()) return config_failure(a.loaded);
    if (!b.loaded.ok()) return config_failure(b.loaded);
    Document document;
    document.kind = "ConfigDifferenceList";
    document.list = true;
    document.name_key = "key";
    document.columns = {{"KEY", "key"}, {"A", "a"}, {"B", "b"}, {"NEEDS RESTART", "needs_restart", Form::yes_no}};
    for (std::size_t i = 0; i < fields_a.size(); ++i) {
        const DifferenceItem item{fields_a[i].path, config::value_text(fields_a[i]), config::value_text(fields_b[i]),
                                  !fields_a[i].info.reloadable};
        if (item.a != item.b) document.items.push_back(to_object(item));
    }
    const int exit = document.items.empty() ? 0 : 1;
    return {std::move(document), exit};
}

} // namespace harvest::cli
