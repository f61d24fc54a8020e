harvest_fuzzer(http LINKS harvest_adapter_web)  # H1
