harvest_fuzzer(content LINKS harvest_config harvest_config_game) # H12
