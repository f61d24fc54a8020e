// admin db: the schema of the store that --config names, without a daemon.
#include "cli/api/change.hpp"
#include "cli/command_audit.hpp"
#include "cli/compose.hpp"
#include "cli/handlers.hpp"
#include "cli/stored_schema.hpp"
#include "cli/terminal.hpp"
#include "common/base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli {
namespace {

bool is_fault(const StoredMigration& migration)
{
    return migration.standing != "applied" && migration.standing != "pending";
}

std::vector<const StoredMigration*> pending(const StoredSchema& schema)
{
    std::vector<const StoredMigration*> out;
    for (const StoredMigration& each : schema.migrations)
        if (each.standing == "pending") out.push_back(&each);
    return out;
}

// What is wrong with the first migration that is, and what to do; by the exit codes that a daemon's start has for it.
std::optional<Failure> fault_of(const StoredSchema& schema)
{
    const auto found = std::ranges::find_if(schema.migrations, is_fault);
    if (found == schema.migrations.end()) return std::nullopt;
    Failure failure = failure_of(make_error_code(Errc::data_loss), "");
    const std::string which = fmt::format("migration {} ({}) of {}", found->version, found->name, schema.store);
    if (found->standing == "unknown") {
        failure = failure_of(make_error_code(Errc::failed_precondition), which + " is of a newer program");
        failure.why = "this program would not understand what it reads";
        failure.hint = "use that program, or restore a backup of before";
    } else if (found->standing == "altered") {
        failure.message = which + " is not the one that was applied";
        failure.why = fmt::format("its checksum is {}, the store has {}", found->checksum, found->stored_checksum);
        failure.hint = "use the release that the store was made with, or restore a backup of this one";
    } else {
        failure.message = which + " was not applied, though a later one was";
        failure.why = "steps only go forward, one after the other";
        failure.hint = "restore a backup whose schema_migrations is whole";
    }
    return failure;
}

json::object row_of(const StoredMigration& migration)
{
    json::object row;
    row["version"] = migration.version;
    row["name"] = migration.name;
    row["state"] = migration.standing;
    row["checksum"] = migration.checksum;
    row["stored_checksum"] = migration.stored_checksum;
    row["applied_at"] = migration.applied_at.count() == 0 ? "" : to_rfc3339(migration.applied_at);
    return row;
}

Document list_of(const StoredSchema& schema)
{
    Document document;
    document.kind = "MigrationList";
    document.list = true;
    document.name_key = "version";
    document.columns = {{"VERSION", "version", Form::number},
                        {"NAME", "name"},
                        {"STATE", "state"},
                        {"APPLIED AT", "applied_at"},
                        {"CHECKSUM", "checksum"},
                        {"STORED CHECKSUM", "stored_checksum", Form::text, true}};
    for (const StoredMigration& each : schema.migrations) document.items.push_back(row_of(each));
    document.object["store"] = schema.store;
    document.object["store_kind"] = schema.dialect;
    document.object["pending"] = pending(schema).size();
    return document;
}

// Of the store and everything that is known of its schema, now or when the plan `given` was made. Errors: conflict
// (that one holds no longer), told in `why`.
Result<api::Plan> plan_of(const StoredSchema& schema, const std::optional<std::string>& given, std::string& why)
{
    std::string about = schema.store;
    for (const StoredMigration& each : schema.migrations)
        about += fmt::format("\n{} {} {} {}", each.version, each.checksum, each.stored_checksum, each.standing);
    api::Plan plan;
    plan.action = "db.migrate";
    plan.target = schema.store;
    for (const StoredMigration* each : pending(schema))
        plan.changes.push_back(fmt::format("+ {} {}", each->version, each->name));
    plan.undo = "cannot be undone";
    const auto now = std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
    const Result<void> named = api::name_plan(plan, about, given, now, why);
    if (!named) return named.error();
    return plan;
}

std::string plan_text(const api::Plan& plan)
{
    std::string out = fmt::format("migrate {}   {}\n", plan.target, plan.undo);
    for (const std::string& change : plan.changes) out += fmt::format("  {}\n", change);
    return out + fmt::format("  plan {} until {}\n", plan.id, plan.expires_at);
}

Document migration_document(const StoredSchema& schema, std::string_view kind,
                            const std::vector<const StoredMigration*>& steps, std::string text)
{
    Document document;
    document.kind = kind;
    document.name_key = "store";
    document.object["store"] = schema.store;
    document.object["store_kind"] = schema.dialect;
    json::array listed;
    for (const StoredMigration* each : steps) listed.push_back(row_of(*each));
    document.object["migrations"] = std::move(listed);
    document.text = std::move(text);
    return document;
}

Failure stale_plan(std::string why)
{
    return Failure{4, "stale_plan", std::move(why), "", "see the new one: --dry-run", false, {}};
}

std::optional<Failure> agreed_to(const Invocation& invocation, const api::Plan& plan)
{
    if (invocation.has("plan") || invocation.has("yes")) return std::nullopt;
    if (!invocation.terminal)
        return usage_failure(fmt::format("'{}' changes things and nobody can be asked", invocation.command->path),
                             "stdin or stderr is no terminal, or --no-input is set",
                             "add --yes, or --plan ID of a --dry-run");
    write_stderr(plan_text(plan));
    const std::string said = ask("do it? [y/N] ");
    if (said == "y" || said == "Y" || said == "yes") return std::nullopt;
    return Failure{4, "declined", "nothing was done", "", "", false, {}};
}

std::variant<LoadedSettings, Failure> settings_of(const Invocation& invocation)
{
    LoadedSettings loaded = load_settings(invocation, config_path(invocation));
    if (!loaded.loaded.ok()) return config_failure(loaded.loaded);
    return loaded;
}

Answer migrate(const Settings& settings, const std::vector<const StoredMigration*>& steps)
{
    auto done = migrate_schema(settings);
    if (Failure* bad = std::get_if<Failure>(&done)) return *bad;
    const StoredSchema& after = std::get<StoredSchema>(done);
    std::vector<const StoredMigration*> applied;
    for (const StoredMigration* step : steps)
        for (const StoredMigration& each : after.migrations)
            if (each.version == step->version && each.standing == "applied") applied.push_back(&each);
    return migration_document(
        after, "Migrated", applied,
        fmt::format("{}: {} migration{} applied\n", after.store, applied.size(), applied.size() == 1 ? "" : "s"));
}

} // namespace

Answer admin_db_status(Invocation& invocation)
{
    auto loaded = settings_of(invocation);
    if (Failure* bad = std::get_if<Failure>(&loaded)) return *bad;
    auto read = read_schema(std::get<LoadedSettings>(loaded).settings);
    if (Failure* bad = std::get_if<Failure>(&read)) return *bad;
    const StoredSchema& schema = std::get<StoredSchema>(read);
    Answer answer(list_of(schema), pending(schema).empty() ? 0 : 1);
    answer.failure = fault_of(schema);
    return answer;
}

Answer admin_db_migrate(Invocation& invocation)
{
    auto loaded = settings_of(invocation);
    if (Failure* bad = std::get_if<Failure>(&loaded)) return *bad;
    const Settings& settings = std::get<LoadedSettings>(loaded).settings;
    auto read = read_schema(settings);
    if (Failure* bad = std::get_if<Failure>(&read)) return *bad;
    const StoredSchema before = std::get<StoredSchema>(read);
    if (auto fault = fault_of(before)) return *fault;
    const auto steps = pending(before);
    const std::string up_to_date = fmt::format("{} is up to date\n", before.store);
    if (steps.empty() && !invocation.has("dry-run")) return migration_document(before, "Migrated", {}, up_to_date);
    std::string why;
    const Result<api::Plan> plan = plan_of(before, invocation.value("plan"), why);
    if (!plan) return stale_plan(std::move(why));
    if (invocation.has("dry-run")) {
        Document document =
            migration_document(before, "MigrationPlan", steps, steps.empty() ? up_to_date : plan_text(*plan));
        document.object["plan"] = plan->id;
        document.object["expires_at"] = plan->expires_at;
        document.object["undo"] = plan->undo;
        return document;
    }
    if (auto refused = agreed_to(invocation, *plan)) return *refused;
    const auto act = [&] { return migrate(settings, steps); };
    return audited(invocation, data_directory(settings), "db.migrate", before.store, act);
}

} // namespace harvest::cli
