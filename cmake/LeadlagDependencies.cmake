# SPDX-License-Identifier: Apache-2.0
find_package(PkgConfig REQUIRED)
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
# Debian builds libsystemc as C++17; this keeps its version check while our code is C++20.
target_compile_definitions(PkgConfig::SYSTEMC INTERFACE SC_CPLUSPLUS=201703L)
pkg_check_modules(HIGHWAY REQUIRED IMPORTED_TARGET libhwy)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options iostreams)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Catch2 2 REQUIRED)
find_package(benchmark REQUIRED)
find_package(BLAS)
