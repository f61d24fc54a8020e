harvest_fuzzer(battle_command LINKS harvest_game harvest_config_game) # H11
target_compile_definitions(fuzz_battle_command PRIVATE HARVEST_CONTENT="${CMAKE_SOURCE_DIR}/config/game")
