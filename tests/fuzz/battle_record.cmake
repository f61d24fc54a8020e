harvest_fuzzer(battle_record LINKS harvest_game harvest_protocol harvest_config_game) # H10
target_compile_definitions(fuzz_battle_record PRIVATE HARVEST_CONTENT="${CMAKE_SOURCE_DIR}/config/game")
