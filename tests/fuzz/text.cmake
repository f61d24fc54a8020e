harvest_fuzzer(text LINKS harvest_cli Boost::url) # H1, H12
