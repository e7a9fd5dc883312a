# SPDX-License-Identifier: Apache-2.0
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()
option(LEADLAG_WERROR "Treat warnings as errors" ON)
option(LEADLAG_SANITIZE "Build with address and undefined-behaviour sanitizers" OFF)

# What every target of the project is compiled with, because results depend on it: no contraction of a*b+c
# (fused multiply-add is written where it is meant), no errno or trap bookkeeping that would keep loops scalar.
add_library(leadlag_language INTERFACE)
target_compile_features(leadlag_language INTERFACE cxx_std_20)
target_compile_options(leadlag_language INTERFACE -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(LEADLAG_SANITIZE)
  target_compile_options(leadlag_language INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                    -fno-omit-frame-pointer)
  target_link_options(leadlag_language INTERFACE -fsanitize=address,undefined)
endif()

# Linked PRIVATE by every target, so that users of an installed header are not bound by our taste.
add_library(leadlag_warnings INTERFACE)
target_compile_options(
  leadlag_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
            -Woverloaded-virtual -Wdouble-promotion $<$<BOOL:${LEADLAG_WERROR}>:-Werror>
            # SystemC's and Catch2's classes pass large vectors by value across no library boundary of ours.
            -Wno-psabi
            # g++ 12 sees overlapping copies in std::string's operator+ (GCC bug 105651).
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
            # ... and uninitialised members in <regex> under the sanitizers, by way of Catch2.
            $<$<BOOL:${LEADLAG_SANITIZE}>:-Wno-maybe-uninitialized>)
