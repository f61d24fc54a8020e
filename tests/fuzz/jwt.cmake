harvest_fuzzer(jwt LINKS harvest_adapter_crypto)  # H7
