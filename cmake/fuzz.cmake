# tilmash_fuzz(FOLDER FILE RUNS n MAX_LEN n [ALSO folder...])
#
# Where the sanitizers are Clang's: the libFuzzer program fuzz_FOLDER from fuzz/FILE.cpp, and the ctest test
# "FOLDER: fuzz", which is short and always the same; `build/asan/.../fuzz_FOLDER corpus/` goes on for ever. Seeds stand
# in fuzz/seeds, a dictionary of tokens, if there is one, in fuzz/FILE.dict.
#
#   ALSO  folders whose code is looked at besides FOLDER's own
function(tilmash_fuzz folder file)
  if(NOT TILMASH_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    return()
  endif()
  cmake_parse_arguments(ARG "" "RUNS;MAX_LEN" "ALSO" ${ARGN})
  set(program fuzz_${folder})
  add_executable(${program} fuzz/${file}.cpp)
  target_link_libraries(${program} PRIVATE tilmash_${folder})
  target_compile_options(${program} PRIVATE -fsanitize=fuzzer)
  target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  foreach(looked_at IN LISTS ARG_ALSO ITEMS ${folder})
    target_compile_options(tilmash_${looked_at} PRIVATE -fsanitize=fuzzer-no-link)
  endforeach()
  set(options -seed=1 -runs=${ARG_RUNS} -max_len=${ARG_MAX_LEN} -timeout=5)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${file}.dict)
    list(APPEND options -dict=${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${file}.dict)
  endif()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/corpus)
  add_test(NAME "${folder}: fuzz" COMMAND ${program} ${options} ${CMAKE_CURRENT_BINARY_DIR}/corpus
    ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/seeds)
endfunction()
