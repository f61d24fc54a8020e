pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
harvest_fuzzer(record LINKS harvest_adapter_kafka harvest_adapter_enet harvest_protocol PkgConfig::RDKAFKA) # H3, H9
