// admin kafka: the event log, the same on Kafka and on the embedded one.
#include "cli/handlers.hpp"
#include "cli/tables.hpp"

namespace harvest::cli {
namespace {

const Argument topic{"TOPIC", "like harvest.game"};
const Argument group{"GROUP", "a consumer group, like chat"};

Command reading(std::string_view path, std::string_view summary, Handler handler, std::vector<Example> examples)
{
    Command row{path, summary};
    row.returns = Returns::list;
    row.handler = handler;
    row.examples = std::move(examples);
    row.scope = "viewer";
    row.exits = {0, 66, 69, 77, 124};
    row.offline = false;
    return row;
}

Command changing(std::string_view path, std::string_view summary, Handler handler, std::vector<Example> examples)
{
    Command row{path, summary};
    row.danger = Danger::moderate;
    row.scope = "operator";
    row.returns = Returns::object;
    row.handler = handler;
    row.examples = std::move(examples);
    row.exits = {0, 4, 66, 69, 75, 77, 124};
    row.offline = false;
    return row;
}

void add_looking(std::vector<Command>& rows)
{
    rows.push_back(reading("admin kafka topics", "list topics and partitions of the event log", admin_kafka_topics,
                           {{"harvestctl admin kafka topics", "all"},
                            {"harvestctl admin kafka topics --filter topic=harvest.game", "one"}}));
    Command describe = reading("admin kafka describe", "show the partitions of a topic: leader, replicas, retention",
                               admin_kafka_describe,
                               {{"harvestctl admin kafka describe harvest.game", "one topic"},
                                {"harvestctl admin kafka describe harvest.user -o json", "for programs"}});
    describe.arguments = {topic};
    rows.push_back(describe);
    rows.push_back(reading("admin kafka groups", "list consumer groups: who reads, and how far it is behind",
                           admin_kafka_groups,
                           {{"harvestctl admin kafka groups", "all"},
                            {"harvestctl admin kafka groups --filter state=empty -o name", "that nobody reads for"}}));
    Command lag =
        reading("admin kafka lag", "show how far each group is behind, its rates and the time to none", admin_kafka_lag,
                {{"harvestctl admin kafka lag", "all groups"},
                 {"harvestctl admin kafka lag --stuck-only -o jsonl", "only what does not catch up"}});
    lag.description =
        "Looks twice, --interval apart: what came in, what was committed, and when at this rate nothing is "
        "left; never, if as much comes in as goes out.";
    lag.flags = {{"interval", "DURATION", "measure rates over so long (1s)"},
                 {"stuck-only", "", "only partitions that never catch up at this rate"}};
    rows.push_back(lag);
}

void add_consume(std::vector<Command>& rows)
{
    Command consume = reading(
        "admin kafka consume", "print events of a topic, decoded", admin_kafka_consume,
        {{"harvestctl admin kafka consume harvest.game --from -10", "the last ten of each partition"},
         {"harvestctl admin kafka consume harvest.user --from @-1h --max 5 -o jsonl", "of an hour"},
         {"harvestctl admin kafka consume harvest.game --where 'data.mode=ranked' --exit-at-end", "all ranked matches"},
         {"harvestctl admin kafka consume harvest.game --from @-5m --max 1 --format '%d %p:%o %k %v\\n'",
          "in a form of one's own"}});
    consume.arguments = {topic};
    consume.flags = {{"from", "WHERE", "start, end, -N, OFFSET, @-5m or @TIME (start)"},
                     {"to", "WHERE", "end, OFFSET, @-5m or @TIME; what stands there is left out (end)"},
                     {"max", "N", "at most so many (100; with --follow or --exit-at-end: all)"},
                     {"exit-at-end", "", "everything up to the end as it is now"},
                     {"key", "KEY", "of this player, match or channel"},
                     {"type", "TYPE", "of this type; game.match.* for all that begin so"},
                     {"where", "K=V", "with this value of a field (!= for another); of a list any element", 0, true},
                     {"format", "FMT", "write each so: %d %t %p %o %k %y %i %s %v, \\n (see harvest-events(7))"},
                     {"follow", "", "go on as they come", 'f'}};
    rows.push_back(consume);
}

void add_offsets(std::vector<Command>& rows)
{
    Command show =
        reading("admin kafka offsets show", "show what a consumer group has committed", admin_kafka_offsets_show,
                {{"harvestctl admin kafka offsets show chat", "in all its topics"},
                 {"harvestctl admin kafka offsets show chat --topic harvest.chat -o json", "in one"},
                 {"harvestctl admin kafka offsets show chat --export offsets.jsonl", "to come back to"}});
    show.arguments = {group};
    show.flags = {{"topic", "TOPIC", "only in this topic"},
                  {"export", "FILE", "write them into this file too, one line of JSON a partition"}};
    show.exits = {0, 66, 69, 73, 77, 124};
    rows.push_back(show);

    Command reset = changing(
        "admin kafka offsets reset", "move a consumer group, so that it reads again or leaves out",
        admin_kafka_offsets_reset,
        {{"harvestctl admin kafka offsets reset chat --topic harvest.chat --to @-5m --dry-run", "what it would do"},
         {"harvestctl admin kafka offsets reset chat --topic harvest.chat --to end --reason stuck --yes",
          "leave all out"},
         {"harvestctl admin kafka offsets reset chat --topic harvest.chat --shift -10 --dry-run", "the last ten again"},
         {"harvestctl admin kafka offsets reset chat --import offsets.jsonl --dry-run", "as it was exported"}});
    reset.description =
        "The plan shows old and new offset and the difference for each partition; none goes beyond what the partition "
        "has. Refused (exit 4) while somebody reads for the group.";
    reset.arguments = {group};
    reset.flags = {{"topic", "TOPIC", "in this topic"},
                   {"to", "WHERE", "start, end, OFFSET, @-5m or @TIME"},
                   {"to-time", "TIME", "to the first event of this time or later: -5m, @TIME"},
                   {"shift", "SHIFT", "by so many events from what is committed: -10 again, 10 left out"},
                   {"import", "FILE", "to what `offsets show --export FILE` wrote; - for stdin"},
                   {"partition", "N", "only this partition"}};
    reset.exits = {0, 4, 65, 66, 69, 75, 77, 124};
    reset.reach = "partitions";
    rows.push_back(reset);
}

void add_parked(std::vector<Command>& rows)
{
    Command list =
        reading("admin kafka parked list", "list records that were set aside, and why", admin_kafka_parked_list,
                {{"harvestctl admin kafka parked list", "all"},
                 {"harvestctl admin kafka parked list --topic harvest.game -o jsonl", "of one topic"}});
    list.flags = {
        {"topic", "TOPIC", "of this topic"},
        {"reason-like", "TEXT", "whose reason holds this text"},
        {"state", "STATE", "what became of them (parked)", 0, false, {"parked", "dropped", "redriven", "all"}}};
    rows.push_back(list);
    Command show = reading(
        "admin kafka parked show", "show one record that was set aside, with its bytes", admin_kafka_parked_show,
        {{"harvestctl admin kafka parked show parked:harvest.game:2:88119", "one, by its id"},
         {"harvestctl admin kafka parked show parked:harvest.game:2:88119 -o json", "for programs"}});
    show.arguments = {{"ID", "as parked list gives it"}};
    show.returns = Returns::object;
    rows.push_back(show);
}

// What redrive and drop have in common.
void choose_parked(Command& command)
{
    command.arguments = {{"ID", "as parked list gives it; - for stdin", false, true}};
    command.flags = {{"topic", "TOPIC", "all that are parked of this topic"},
                     {"reason-like", "TEXT", "all whose reason holds this text"},
                     {"all", "", "all that are parked"},
                     {"max-affected", "N", "refuse more records than so many (50)"}};
}

void add_settling(std::vector<Command>& rows)
{
    Command redrive = changing(
        "admin kafka parked redrive", "put records that were set aside back on their topic", admin_kafka_parked_redrive,
        {{"harvestctl admin kafka parked redrive parked:harvest.chat:2:88119 --dry-run", "what it would do"},
         {"harvestctl admin kafka parked redrive --topic harvest.chat --rate 5 --reason fixed --yes",
          "all of a topic, slowly"}});
    redrive.description =
        "An event comes back under its id with ~1, ~2 … behind it: who has handled it leaves it out, so that it has "
        "its effect once. A record that was no event becomes one. What fits no schema, or came back --max-replays "
        "times, is left out (exit 2).";
    choose_parked(redrive);
    redrive.flags.push_back({"type", "TYPE", "of records that tell no type of event"});
    redrive.flags.push_back({"rate", "N", "at most so many a second"});
    redrive.flags.push_back({"max-replays", "N", "leave out what was redriven so often (3)"});
    redrive.exits = {0, 2, 4, 66, 69, 75, 77, 124};
    rows.push_back(redrive);
    Command drop =
        changing("admin kafka parked drop", "take records that were set aside off the list", admin_kafka_parked_drop,
                 {{"harvestctl admin kafka parked drop parked:harvest.game:2:88119 --dry-run", "what it would do"},
                  {"harvestctl admin kafka parked drop --reason-like ce_id --reason broken --yes", "all of a kind"}});
    drop.description = "They stay in TOPIC.parked as long as that is kept, so that they can still be redriven.";
    choose_parked(drop);
    rows.push_back(drop);
}

void add_produce(std::vector<Command>& rows)
{
    Command produce =
        changing("admin kafka produce", "append events, as consume -o jsonl printed them", admin_kafka_produce,
                 {{"harvestctl admin kafka produce harvest.chat --from-file events.jsonl --dry-run", "would they fit?"},
                  {"harvestctl admin kafka produce harvest.chat --from-file events.jsonl --reason restored --yes",
                   "append them"},
                  {"harvestctl admin kafka produce harvest.chat --from-file events.jsonl --rate 50 --yes",
                   "fifty a second at most"}});
    produce.description = "Each line is one event: type, key and data, and where they are known id, source, time and "
                          "traceparent. All lines are checked against the schemas before one is appended; an id that "
                          "the store has already is not appended again.";
    produce.arguments = {topic};
    produce.flags = {{"from-file", "PATH", "from this file; else from stdin"},
                     {"rate", "N", "at most so many a second"}};
    produce.exits = {0, 4, 65, 66, 69, 75, 77, 124};
    produce.reach = "events";
    rows.push_back(produce);
}

} // namespace

std::vector<Command> eventlog_commands()
{
    std::vector<Command> rows;
    add_looking(rows);
    add_consume(rows);
    add_offsets(rows);
    add_parked(rows);
    add_settling(rows);
    add_produce(rows);
    return rows;
}

} // namespace harvest::cli
