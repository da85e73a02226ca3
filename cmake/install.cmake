# `cmake --install`: the program, and the library of messages as the package `tilmash`. Its headers lie below
# include/tilmash as they lie below src/; <tilmash/iso20022.h> is the one to include.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(library_folders iso20022 shape base)
foreach(folder IN LISTS library_folders)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*.h)
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tilmash/${folder})
  set_target_properties(tilmash_${folder} PROPERTIES EXPORT_NAME ${folder})
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/src/iso20022/library.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tilmash
  RENAME iso20022.h)
set_target_properties(tilmash_data PROPERTIES EXPORT_NAME data)
install(TARGETS tilmash_iso20022 tilmash_shape tilmash_base tilmash_data EXPORT tilmash-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tilmash)
install(EXPORT tilmash-targets NAMESPACE tilmash:: DESTINATION ${package_folder})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tilmash-config.cmake.in
  ${PROJECT_BINARY_DIR}/tilmash-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tilmash-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tilmash-config.cmake ${PROJECT_BINARY_DIR}/tilmash-config-version.cmake
  DESTINATION ${package_folder})

install(TARGETS tilmash RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET tilmash_zbar)
  install(TARGETS tilmash_zbar LIBRARY DESTINATION ${CMAKE_INSTALL_BINDIR})  # and so does `qr read FILE.png`
endif()
install(TARGETS tilmash_xerces LIBRARY DESTINATION ${CMAKE_INSTALL_BINDIR})  # `validate --with xerces` looks beside it
