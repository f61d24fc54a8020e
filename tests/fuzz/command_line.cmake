harvest_fuzzer(command_line LINKS harvest_cli) # H12
