# harvest_compile_as(program|test NAME): with their options (HarvestToolchain), and where it parsed headers beforehand
# with those. Asio's are among them, and want Asio's own code.
function(harvest_compile_as kind name)
  target_compile_options(${name} PRIVATE ${harvest_${kind}_options})
  if(TARGET harvest_${kind}_headers AND NOT name STREQUAL harvest_asio)
    # As CMake reuses one, but for a path that ccache can make relative.
    target_compile_options(${name} PRIVATE "SHELL:-include-pch ${harvest_${kind}_pch}")
    add_dependencies(${name} harvest_${kind}_headers harvest_${kind}_headers_sum)
    target_link_libraries(${name} PRIVATE harvest_asio)
  endif()
endfunction()

# harvest_together(VARIABLE NAME): where HARVEST_TOGETHER is set, puts units in place of the source files in VARIABLE,
# of at most sixteen files and evenly filled. (CMake's own unity builds name files by their whole path, and so no other
# checkout finds them in ccache.)
function(harvest_together variable name)
  list(LENGTH ${variable} count)
  if(NOT HARVEST_TOGETHER OR count LESS 2)
    return()
  endif()
  math(EXPR units "(${count} + 15) / 16")
  math(EXPR size "(${count} + ${units} - 1) / ${units}")
  math(EXPR last "${count} - 1")
  set(together "")
  foreach(from RANGE 0 ${last} ${size})
    list(SUBLIST ${variable} ${from} ${size} files)
    set(text "")
    foreach(file IN LISTS files)
      file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${file})
      string(APPEND text "#include \"${path}\"\n")
    endforeach()
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/${name}_${from}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "${text}" @ONLY)
    list(APPEND together ${unit})
  endforeach()
  set(${variable} ${together} PARENT_SCOPE)
endfunction()

# harvest_library(NAME [LINKS target…] [PRIVATE target…] [DIRS sub…])
#   One static library of all .cpp of the current folder, but for main.cpp, and of DIRS below it.
#   LINKS appear in its public headers, PRIVATE ones only in its sources.
#   Where HARVEST_UNHURRIED is set it is compiled as tests' own code is: in half the time, and slower.
function(harvest_library name)
  cmake_parse_arguments(ARG "" "" "LINKS;PRIVATE;DIRS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  foreach(dir IN LISTS ARG_DIRS)
    file(GLOB more CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cpp)
    list(APPEND sources ${more})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$") # a program's own
  if(sources)
    harvest_together(sources ${name})
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE harvest_flags ${ARG_PRIVATE})
    if(HARVEST_UNHURRIED)
      harvest_compile_as(test ${name})
    else()
      harvest_compile_as(program ${name})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_LINKS})
  endif()
endfunction()

add_custom_target(harvest_tests)   # every Catch2 program
add_custom_target(harvest_thread_tests) # those labelled `threads`
add_custom_target(harvest_fuzzers) # every fuzz target

# harvest_test(NAME [OPTIMIZED] LABEL label… [LINKS target…] [DIRS sub…] [TIMEOUT s] [APART name=tag,tag…])
#   One Catch2 program of all .cpp of the current folder and of DIRS, run by ctest as a whole under its labels:
#   unit, contract, sim; and threads for what ThreadSanitizer has to see.
#   OPTIMIZED: its own code too, for a suite that computes for long.
#   APART: cases with one of these tags are a test of their own, NAME_name, beside NAME with all the others: for a
#   suite that waits more than it computes.
function(harvest_test name)
  cmake_parse_arguments(ARG "OPTIMIZED" "TIMEOUT" "LABEL;LINKS;DIRS;APART" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  foreach(dir IN LISTS ARG_DIRS)
    file(GLOB more CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cpp)
    list(APPEND sources ${more})
  endforeach()
  harvest_together(sources ${name})
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE harvest_flags Catch2::Catch2WithMain ${ARG_LINKS})
  if(ARG_OPTIMIZED)
    harvest_compile_as(program ${name})
  else()
    harvest_compile_as(test ${name})
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  target_link_options(${name} PRIVATE ${harvest_quick_linker})
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

# harvest_test_runs(TEST PROGRAM DEFINITION): TEST starts PROGRAM, whose path is DEFINITION in its code: from the source
# folder, where tests run, and so the same in every checkout for ccache.
function(harvest_test_runs test program definition)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  target_compile_definitions(${test} PRIVATE ${definition}="${folder}/${program}")
  add_dependencies(${test} ${program})
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
