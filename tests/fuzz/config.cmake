harvest_fuzzer(config LINKS harvest_config harvest_config_game) # H12
