harvest_fuzzer(bodies LINKS harvest_protocol harvest_game) # H5
