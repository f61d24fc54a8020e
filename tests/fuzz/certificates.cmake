harvest_fuzzer(certificates LINKS harvest_crypto OpenSSL::Crypto) # H12
