harvest_fuzzer(websocket LINKS harvest_adapter_web OpenSSL::Crypto)  # H2
