harvest_fuzzer(guard LINKS harvest_adapter_enet PkgConfig::ENET)  # H3
