# tilmash_folder(NAME [USES folder...] [LIBRARIES target...])
#
# Makes the static library tilmash_NAME from every *.cpp of the calling folder that is not a test, and, from every
# *_test.cpp, the program NAME_test, each of whose test cases is one ctest test.
#
#   USES       other folders of src/ whose headers this folder may include (checked by tests/house)
#   LIBRARIES  third-party libraries that only this folder sees
find_package(doctest REQUIRED)
include(doctest)

function(tilmash_folder name)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  list(REMOVE_ITEM sources ${tests} "")

  add_library(tilmash_${name} STATIC ${sources})
  target_include_directories(tilmash_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src> $<INSTALL_INTERFACE:include> $<INSTALL_INTERFACE:include/tilmash>)
  foreach(folder IN LISTS ARG_USES)
    target_link_libraries(tilmash_${name} PUBLIC tilmash_${folder})
  endforeach()
  target_link_libraries(tilmash_${name} PRIVATE ${ARG_LIBRARIES})

  if(tests)
    add_executable(${name}_test ${tests} ${PROJECT_SOURCE_DIR}/tests/doctest_main.cpp)
    target_link_libraries(${name}_test PRIVATE tilmash_${name} ${ARG_LIBRARIES})
    target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR})  # tests/support.h
    target_compile_definitions(${name}_test PRIVATE
      TILMASH_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TILMASH_BUILD_DIR="${PROJECT_BINARY_DIR}")
    doctest_discover_tests(${name}_test TEST_PREFIX "${name}: " EXTRA_ARGS --no-intro=true
      PROPERTIES SKIP_REGULAR_EXPRESSION "SKIP:")
  endif()
endfunction()
