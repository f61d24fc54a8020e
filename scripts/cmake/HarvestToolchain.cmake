# Compiler settings that hold for every target: C++20, warnings as errors on our own code, sanitizers by preset, ccache.
option(HARVEST_TESTS "Build the tests" ON)
option(HARVEST_TOGETHER "Compile a room's files together, sixteen a unit" OFF)
option(HARVEST_FUZZ "Build the libFuzzer targets (clang only)" OFF)
set(HARVEST_SANITIZE "" CACHE STRING "Value of -fsanitize=, empty for none")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# -O2: g++ 12 reports false -Wrestrict faults at -O3. Asserts stay on in every build.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
# -O0 would save a part of AddressSanitizer's build and cost its tests as much: a rules suite of one minute takes over
# five. Tests' own code has it (harvest_test).
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1")

find_program(HARVEST_CCACHE ccache)
if(HARVEST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HARVEST_CCACHE})
endif()

# Where it is at hand tests and sanitizers' programs are linked by LLVM's linker, in a quarter of the time: each has all
# of the program in it. The program itself is linked by the system's.
find_program(HARVEST_LLD NAMES ld.lld PATHS /usr/lib/llvm-19/bin NO_DEFAULT_PATH)
set(harvest_quick_linker "")
if(HARVEST_LLD)
  get_filename_component(harvest_lld_folder ${HARVEST_LLD} DIRECTORY)
  set(harvest_quick_linker -fuse-ld=lld -B${harvest_lld_folder})
endif()
if(HARVEST_SANITIZE)
  add_link_options(${harvest_quick_linker})
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)

add_library(harvest_flags INTERFACE)
target_compile_options(harvest_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_include_directories(harvest_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(harvest_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(harvest_flags INTERFACE Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # When it optimises, g++ 12 takes some coroutine frames for mismatched new and delete, falsely.
  target_compile_options(harvest_flags INTERFACE $<$<CONFIG:Release>:-Wno-mismatched-new-delete>)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 calls its own deprecated functions (std::stable_sort), which clang reports at our instantiation.
  target_compile_options(harvest_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(HARVEST_SANITIZE)
  target_compile_options(harvest_flags INTERFACE -fsanitize=${HARVEST_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(harvest_flags INTERFACE -fsanitize=${HARVEST_SANITIZE})
endif()

# Most of a file's compilation is the same templates as its neighbours' (eight of the gateway: 40 s of CPU one by one,
# 12 s together). The debug and clang presets go without, so that a file which forgets an include is found and one edited file is one unit.
if(HARVEST_TOGETHER)
  # A local name may be one of another file's own, and every file but the unit counts as a header.
  target_compile_options(harvest_flags INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# How the program's code is compiled, and how tests' own: what a test is about is in the libraries, and optimising or
# counting the edges of its own code would double the time to compile it.
set(harvest_program_options $<$<BOOL:${HARVEST_FUZZ}>:-fsanitize=fuzzer-no-link>)
set(harvest_test_options $<$<CONFIG:Release,Sanitize>:-O0>)

# The sanitizer builds parse the widest headers once as well, for the program and for tests. A precompiled header names
# the folder it was made in, so ccache takes the digest of its text instead (CCACHE_PCH_EXTSUM in scripts/lib/common.sh),
# which any checkout shares.
if(HARVEST_SANITIZE)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cpp CONTENT "")
  foreach(kind program test)
    set(parsed harvest_${kind}_headers)
    add_library(${parsed} OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
    target_link_libraries(${parsed} PRIVATE harvest_flags Boost::boost Boost::json fmt::fmt)
    target_compile_options(${parsed} PRIVATE ${harvest_${kind}_options} -Xclang -fno-pch-timestamp) # ccache compares the bytes
    target_precompile_headers(${parsed} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/precompiled.hpp)
    set(harvest_${kind}_pch ${CMAKE_BINARY_DIR}/CMakeFiles/${parsed}.dir/cmake_pch.hxx.pch)
    add_custom_command(OUTPUT ${harvest_${kind}_pch}.sum
      COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 ${harvest_${kind}_options} -fsanitize=${HARVEST_SANITIZE} -E -P ${CMAKE_CURRENT_LIST_DIR}/precompiled.hpp | sha256sum > ${harvest_${kind}_pch}.sum
      DEPENDS $<TARGET_OBJECTS:${parsed}> VERBATIM COMMAND_EXPAND_LISTS)
    add_custom_target(${parsed}_sum DEPENDS ${harvest_${kind}_pch}.sum)
  endforeach()
endif()
