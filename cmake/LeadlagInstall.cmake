# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts in place: the program, technologies and example chips, and find_package(Leadlag):
# one archive with the whole simulator, and the headers that leadlag/chip.hpp and
# leadlag/instruments.hpp lead to. docs/testbench.md.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(share share/leadlag) # where the program looks, beside its own folder
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Leadlag)
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/leadlag)

add_library(leadlag_package STATIC)
foreach(room units technology blocks arrays learning design elaborate measure instruments chip)
  target_sources(leadlag_package PRIVATE $<TARGET_OBJECTS:leadlag_${room}>)
endforeach()
set_target_properties(leadlag_package PROPERTIES OUTPUT_NAME leadlag EXPORT_NAME leadlag LINKER_LANGUAGE CXX)
target_compile_features(leadlag_package INTERFACE cxx_std_20)
target_compile_definitions(
  leadlag_package INTERFACE SC_CPLUSPLUS=201703L # see LeadlagDependencies.cmake
                            $<INSTALL_INTERFACE:LEADLAG_TECHNOLOGY_DIR="$<INSTALL_PREFIX>/${share}/technology">)
target_include_directories(leadlag_package INTERFACE $<INSTALL_INTERFACE:${headers}>)
target_link_libraries(leadlag_package PUBLIC PkgConfig::SYSTEMC PRIVATE PkgConfig::HIGHWAY yaml-cpp Boost::iostreams
                                                                        OpenMP::OpenMP_CXX)
if(LEADLAG_SANITIZE)
  target_link_options(leadlag_package INTERFACE -fsanitize=address,undefined)
endif()

install(TARGETS leadlag_package EXPORT Leadlag)
install(EXPORT Leadlag NAMESPACE Leadlag:: FILE LeadlagTargets.cmake DESTINATION ${package})
configure_package_config_file(cmake/LeadlagConfig.cmake.in ${PROJECT_BINARY_DIR}/LeadlagConfig.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/LeadlagConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/LeadlagConfig.cmake ${PROJECT_BINARY_DIR}/LeadlagConfigVersion.cmake
        DESTINATION ${package})

# Headers keep their paths, so that they find each other; a testbench itself includes <leadlag/...>.
foreach(
  header
  testbenches/instruments/histogram.hpp
  testbenches/instruments/instrument.hpp
  testbenches/instruments/phase_probe.hpp
  testbenches/instruments/power_probe.hpp
  testbenches/instruments/settling_probe.hpp
  testbenches/instruments/spectrum.hpp
  testbenches/instruments/voltmeter.hpp
  testbenches/instruments/waveform.hpp
  testbenches/leadlag/chip.hpp
  testbenches/leadlag/instruments.hpp
  testbenches/leadlag/pins.hpp
  src/design/diagnostic.hpp
  src/design/position.hpp
  src/measure/energy_row.hpp
  src/measure/finding.hpp
  src/units/field.hpp
  src/units/quantity.hpp
  models/technology/datasheet.hpp)
  string(REGEX REPLACE "^[^/]+/([^/]+)/.*" "\\1" room ${header})
  install(FILES ${header} DESTINATION ${headers}/${room})
endforeach()

install(TARGETS leadlag)
install(DIRECTORY models/technology models/chips DESTINATION ${share} FILES_MATCHING PATTERN *.yaml)
install(DIRECTORY models/spice DESTINATION ${share} FILES_MATCHING PATTERN *.lib)
install(DIRECTORY rtl_ref DESTINATION ${share} FILES_MATCHING PATTERN *.sv)
install(DIRECTORY testbenches/examples DESTINATION ${share})
