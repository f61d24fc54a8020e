harvest_fuzzer(demux LINKS harvest_adapter_enet OpenSSL::SSL)  # H4
