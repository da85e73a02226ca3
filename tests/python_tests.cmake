# tilmash_python_tests(PREFIX SUITE_test.py LABELS ... ENVIRONMENT ...): each class
# Test_some_words of the file is the ctest test "PREFIX: some words".
function(tilmash_python_tests prefix file)
  cmake_parse_arguments(ARG "" "" "LABELS;ENVIRONMENT" ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} classes REGEX "^class Test_[A-Za-z_]+\\(")
  foreach(line IN LISTS classes)
    string(REGEX REPLACE "^class (Test_[A-Za-z_]+).*" "\\1" class "${line}")
    string(REPLACE "Test_" "" words ${class})
    string(REPLACE "_" " " words ${words})
    add_test(NAME "${prefix}: ${words}" COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${class})
    set_tests_properties("${prefix}: ${words}" PROPERTIES
      ENVIRONMENT "TILMASH=$<TARGET_FILE:tilmash>;PYTHONPATH=${PROJECT_SOURCE_DIR}/tests;PYTHONDONTWRITEBYTECODE=1;${ARG_ENVIRONMENT}"
      LABELS "${ARG_LABELS}" SKIP_REGULAR_EXPRESSION "SKIP:" TIMEOUT 900)
  endforeach()
endfunction()
