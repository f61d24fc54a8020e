# The headers that HarvestToolchain parsed beforehand, where it did. Asio's are among them, and want Asio's own code.
function(harvest_use_precompiled name)
  if(TARGET harvest_precompiled AND NOT name STREQUAL harvest_asio)
    target_precompile_headers(${name} REUSE_FROM harvest_precompiled)
    target_link_libraries(${name} PRIVATE harvest_asio)
  endif()
endfunction()

# harvest_library(NAME [LINKS target…] [PRIVATE target…] [DIRS sub…])
#   One static library of all .cpp of the current folder, but for main.cpp, and of DIRS below it.
#   LINKS appear in its public headers, PRIVATE ones only in its sources.
function(harvest_library name)
  cmake_parse_arguments(ARG "" "" "LINKS;PRIVATE;DIRS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  foreach(dir IN LISTS ARG_DIRS)
    file(GLOB more CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cpp)
    list(APPEND sources ${more})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$") # a program's own
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE harvest_flags ${ARG_PRIVATE})
    harvest_use_precompiled(${name})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_LINKS})
  endif()
endfunction()

add_custom_target(harvest_tests)   # every Catch2 program
add_custom_target(harvest_thread_tests) # those labelled `threads`
add_custom_target(harvest_fuzzers) # every fuzz target

# harvest_test(NAME LABEL label… [LINKS target…] [DIRS sub…] [TIMEOUT s] [APART name=tag,tag…])
#   One Catch2 program of all .cpp of the current folder and of DIRS, run by ctest as a whole under its labels:
#   unit, contract, sim; and threads for what ThreadSanitizer has to see.
#   APART: cases with one of these tags are a test of their own, NAME_name, beside NAME with all the others: for a
#   suite that waits more than it computes.
function(harvest_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABEL;LINKS;DIRS;APART" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  foreach(dir IN LISTS ARG_DIRS)
    file(GLOB more CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cpp)
    list(APPEND sources ${more})
  endforeach()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE harvest_flags Catch2::Catch2WithMain ${ARG_LINKS})
  harvest_use_precompiled(${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(others "")
  foreach(part IN LISTS ARG_APART)
    string(REGEX MATCH "^([a-z_]+)=([a-z_,]+)$" matched "${part}")
    set(part_name ${name}_${CMAKE_MATCH_1})
    string(REPLACE "," "],[" any_tag "[${CMAKE_MATCH_2}]")
    string(REPLACE "," "]~[" no_tag "~[${CMAKE_MATCH_2}]")
    string(APPEND others ${no_tag})
    add_test(NAME ${part_name} COMMAND ${name} --order lex ${any_tag} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${part_name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT})
  endforeach()
  add_test(NAME ${name} COMMAND ${name} --order lex ${others} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT})
  add_dependencies(harvest_tests ${name})
  if(threads IN_LIST ARG_LABEL)
    add_dependencies(harvest_thread_tests ${name})
  endif()
endfunction()

# harvest_fuzzer(NAME LINKS target…): one libFuzzer program from <NAME>.cpp, run for a short time by scripts/test.
function(harvest_fuzzer name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  add_executable(fuzz_${name} ${name}.cpp)
  target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(fuzz_${name} PRIVATE harvest_flags ${ARG_LINKS})
  add_dependencies(harvest_fuzzers fuzz_${name})
endfunction()
