// The handlers that the table of commands names; each is in the file of its command.
#pragma once

#include "cli/command.hpp"

namespace harvest::cli {

Answer version(Invocation&);
Answer completion(Invocation&);
Answer complete_words(Invocation&); // the hidden __complete
Answer docs(Invocation&);

Answer config_check(Invocation&);
Answer config_print(Invocation&);
Answer config_schema(Invocation&);
Answer config_init(Invocation&);
Answer config_diff(Invocation&);

Answer serve_all(Invocation&);
Answer serve_one(Invocation&);

Answer admin_status(Invocation&);
Answer admin_health(Invocation&);
Answer admin_wait(Invocation&);
Answer admin_events(Invocation&);
Answer admin_explain(Invocation&);
Answer admin_player_get(Invocation&);
Answer admin_player_list(Invocation&);
Answer admin_player_sanctions(Invocation&);
Answer admin_ban(Invocation&);
Answer admin_unban(Invocation&);
Answer admin_mute(Invocation& invocation);
Answer admin_unmute(Invocation& invocation);
Answer admin_kick(Invocation&);
Answer admin_report_list(Invocation&);
Answer admin_report_get(Invocation&);
Answer admin_report_take(Invocation&);
Answer admin_report_close(Invocation&);
Answer admin_tournament_list(Invocation&);
Answer admin_tournament_get(Invocation&);
Answer admin_tournament_create(Invocation&);
Answer admin_tournament_start(Invocation&);
Answer admin_tournament_drop(Invocation&);
Answer admin_tournament_override(Invocation&);
Answer admin_tournament_end(Invocation&);
Answer admin_session_list(Invocation&);
Answer admin_match_list(Invocation&);
Answer admin_match_get(Invocation&);
Answer admin_queue_list(Invocation&);
Answer admin_queue_explain(Invocation&);
Answer admin_queue_simulate(Invocation&);
Answer admin_replay(Invocation&);
Answer admin_ledger_show(Invocation&);
Answer admin_ledger_check(Invocation&);
Answer admin_kafka_topics(Invocation&);
Answer admin_kafka_describe(Invocation&);
Answer admin_kafka_groups(Invocation&);
Answer admin_kafka_lag(Invocation&);
Answer admin_season_status(Invocation&);
Answer admin_projections_list(Invocation&);
Answer admin_projections_rebuild(Invocation&);
Answer admin_kafka_offsets_show(Invocation&);
Answer admin_kafka_offsets_reset(Invocation&);
Answer admin_kafka_parked_list(Invocation&);
Answer admin_kafka_parked_show(Invocation&);
Answer admin_kafka_parked_redrive(Invocation&);
Answer admin_kafka_parked_drop(Invocation&);
Answer admin_kafka_produce(Invocation&);
Answer admin_kafka_consume(Invocation&);
Answer admin_seed(Invocation&);
Answer admin_drain(Invocation&);
Answer admin_reload(Invocation&);
Answer admin_game_reload(Invocation&);
Answer admin_key_list(Invocation&);
Answer admin_key_rotate(Invocation&);
Answer admin_key_ca_init(Invocation&);
Answer admin_key_ca_issue(Invocation&);
Answer admin_key_ca_rotate(Invocation&);
Answer admin_key_ca_list(Invocation&);
Answer admin_db_status(Invocation&);
Answer admin_db_migrate(Invocation&);
Answer admin_context_list(Invocation&);
Answer admin_context_use(Invocation&);
Answer admin_context_unlock(Invocation&);
Answer admin_audit_list(Invocation&);
Answer admin_audit_verify(Invocation&);
Answer admin_undo(Invocation&);
Answer admin_game_check(Invocation&);
Answer admin_game_balance(Invocation&);

Answer loadtest_run(Invocation&);
Answer loadtest_scenarios(Invocation&);
Answer loadtest_lint(Invocation&);

} // namespace harvest::cli
