#include "common/config/loader.hpp"

#include "common/base/suggest.hpp"
#include "common/config/values.hpp"
#include "common/config/yaml_document.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

namespace harvest::config {
namespace {

namespace fs = std::filesystem;

class Loading {
public:
    explicit Loading(const std::vector<Field>& fields) : fields_(fields)
    {
        for (const Field& field : fields_) {
            by_path_[field.path] = &field;
            paths_.push_back(field.path);
            for (std::size_t dot = field.path.find('.'); dot != std::string::npos; dot = field.path.find('.', dot + 1))
                sections_.insert(field.path.substr(0, dot));
            loaded_.layers[field.path].push_back({"default", "", value_text(field)});
        }
    }

    void read_path(const std::string& path);
    void read_environment(const std::vector<std::pair<std::string, std::string>>& variables);
    void read_flags(const std::vector<std::pair<std::string, std::string>>& flags);
    Loaded take() { return std::move(loaded_); }

private:
    struct Place {
        std::string file;
        int line{}, column{};
    };

    void read_file(const std::string& path);
    void walk(const std::string& file, const YAML::Node& map, const std::string& prefix);
    void take_node(const Field& field, const Place& place, const YAML::Node& node);
    void set(const Field& field, const Place& place, const std::string& kind, const std::string& where,
             std::string_view text);
    void fault(const Place& place, std::string code, std::string key, std::string reason, bool warning = false);
    void unknown(const Place& place, const std::string& key, bool warning = false);

    const std::vector<Field>& fields_;
    std::map<std::string, const Field*, std::less<>> by_path_;
    std::vector<std::string> paths_;
    std::set<std::string, std::less<>> sections_;
    Loaded loaded_;
};

void Loading::fault(const Place& place, std::string code, std::string key, std::string reason, bool warning)
{
    loaded_.faults.push_back(
        {place.file, place.line, place.column, std::move(code), std::move(key), std::move(reason), {}, warning});
}

void Loading::unknown(const Place& place, const std::string& key, bool warning)
{
    fault(place, "unknown_key", key, fmt::format("unknown key '{}'", key), warning);
    std::vector<std::string> known = paths_;
    known.insert(known.end(), sections_.begin(), sections_.end());
    loaded_.faults.back().suggestion = suggest(key, known).value_or("");
}

void Loading::set(const Field& field, const Place& place, const std::string& kind, const std::string& where,
                  std::string_view text)
{
    if (auto reason = assign(field, text)) {
        const bool secret = std::holds_alternative<SecretRef*>(field.target);
        fault(place, secret ? "plain_secret" : "bad_value", field.path, *reason);
        const auto& choices = field.info.choices;
        const std::vector<std::string> known(choices.begin(), choices.end());
        loaded_.faults.back().suggestion = suggest(text, known).value_or("");
        return;
    }
    loaded_.layers[field.path].push_back({kind, where, value_text(field)});
}

void Loading::take_node(const Field& field, const Place& place, const YAML::Node& node)
{
    const std::string where = fmt::format("{}:{}:{}", place.file, place.line, place.column);
    if (node.IsScalar()) return set(field, place, "file", where, node.Scalar());
    if (node.IsNull()) return fault(place, "bad_value", field.path, "has no value");
    if (!node.IsSequence())
        return fault(place, "bad_value", field.path, fmt::format("must be {}, not a section", type_name(field)));
    std::vector<std::string> items;
    for (const YAML::Node& item : node) {
        if (!item.IsScalar()) return fault(place, "bad_value", field.path, "must be a list of plain values");
        items.push_back(item.Scalar());
    }
    if (auto reason = assign_list(field, std::move(items))) return fault(place, "bad_value", field.path, *reason);
    loaded_.layers[field.path].push_back({"file", where, value_text(field)});
}

void Loading::walk(const std::string& file, const YAML::Node& map, const std::string& prefix)
{
    std::set<std::string> seen;
    for (const auto& pair : map) {
        const YAML::Mark mark = pair.first.Mark();
        const Place place{file, mark.line + 1, mark.column + 1};
        if (!pair.first.IsScalar()) {
            fault(place, "bad_yaml", prefix, "a key must be a plain word");
            continue;
        }
        const std::string key = prefix + pair.first.Scalar();
        if (!seen.insert(key).second) {
            fault(place, "repeated_key", key, "is given twice in this file");
            continue;
        }
        const auto field = by_path_.find(key);
        if (field != by_path_.end()) {
            const YAML::Mark at = pair.second.Mark();
            take_node(*field->second, {file, at.line + 1, at.column + 1}, pair.second);
        } else if (!sections_.contains(key)) {
            unknown(place, key);
        } else if (pair.second.IsMap()) {
            walk(file, pair.second, key + ".");
        } else if (!pair.second.IsNull()) {
            fault(place, "bad_value", key, "is a section, not a value");
        }
    }
}

void Loading::read_file(const std::string& path)
{
    std::error_code error;
    const auto size = fs::file_size(path, error);
    std::ifstream stream(path, std::ios::binary);
    if (error || !stream) return fault({path}, "unreadable", "", "cannot be read");
    if (size > max_yaml_bytes) return fault({path}, "bad_yaml", "", "is larger than 1 MiB");
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    try {
        const YAML::Node document = read_yaml(text);
        if (document.IsNull()) return;
        if (!document.IsMap()) return fault({path, 1, 1}, "bad_yaml", "", "must be a mapping of keys to values");
        walk(path, document, "");
    }
    catch (const YAML::Exception& e) {
        fault({path, e.mark.line + 1, e.mark.column + 1}, "bad_yaml", "", e.msg);
    }
}

void Loading::read_path(const std::string& path)
{
    std::error_code error;
    if (!fs::is_directory(path, error)) return read_file(path);
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(path, error))
        if (entry.path().extension() == ".yaml" && entry.is_regular_file()) files.push_back(entry.path());
    if (error) return fault({path}, "unreadable", "", "cannot be read");
    std::ranges::sort(files);
    for (const std::string& file : files) read_file(file);
}

void Loading::read_environment(const std::vector<std::pair<std::string, std::string>>& variables)
{
    for (const auto& [name, value] : variables) {
        std::string key;
        for (std::size_t at = std::string_view("HARVEST_").size(); at < name.size(); ++at) {
            const bool separator = name.compare(at, 2, "__") == 0;
            key += separator ? '.' : static_cast<char>(std::tolower(static_cast<unsigned char>(name[at])));
            at += separator ? 1 : 0;
        }
        const Place place{"env " + name};
        const auto field = by_path_.find(key);
        // A single word may belong to another program; only HARVEST_A__B is surely ours.
        if (field == by_path_.end())
            unknown(place, key, key.find('.') == std::string::npos);
        else
            set(*field->second, place, "env", name, value);
    }
}

void Loading::read_flags(const std::vector<std::pair<std::string, std::string>>& flags)
{
    for (const auto& [setting, flag] : flags) {
        const Place place{"flag " + flag};
        const std::size_t equals = setting.find('=');
        const std::string key = setting.substr(0, equals);
        const auto field = by_path_.find(key);
        if (equals == std::string::npos)
            fault(place, "bad_value", key, "must be written KEY=VALUE");
        else if (field == by_path_.end())
            unknown(place, key);
        else
            set(*field->second, place, "flag", flag, std::string_view(setting).substr(equals + 1));
    }
}

} // namespace

std::string Fault::text() const
{
    std::string out = file;
    if (line > 0) out += fmt::format(":{}:{}", line, column);
    out += ": ";
    if (code != "unknown_key" && !key.empty()) out += key + ": ";
    out += reason;
    if (!suggestion.empty()) out += fmt::format(" - did you mean '{}'?", suggestion);
    return out;
}

bool Loaded::ok() const
{
    return std::ranges::all_of(faults, &Fault::warning);
}

Loaded load(const std::vector<Field>& fields, const Sources& sources)
{
    Loading loading(fields);
    if (!sources.path.empty()) loading.read_path(sources.path);
    loading.read_environment(sources.environment);
    loading.read_flags(sources.flags);
    return loading.take();
}

std::vector<std::pair<std::string, std::string>> process_environment()
{
    std::vector<std::pair<std::string, std::string>> found;
    for (char** variable = environ; variable && *variable; ++variable) {
        const std::string_view text = *variable;
        const std::size_t equals = text.find('=');
        if (!text.starts_with("HARVEST_") || equals == std::string_view::npos) continue;
        found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    std::ranges::sort(found);
    return found;
}

} // namespace harvest::config
