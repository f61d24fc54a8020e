harvest_fuzzer(query LINKS harvest_gateway) # H1
