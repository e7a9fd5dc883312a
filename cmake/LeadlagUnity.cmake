# SPDX-License-Identifier: Apache-2.0
# Several sources of a room in one translation unit: the headers that they share (SystemC, Boost) are read once, which saves a
# third of a clean build. Off where every file should be checked by itself: cmake -DLEADLAG_UNITY=OFF.
option(LEADLAG_UNITY "Compile several sources of a room at once" ON)
if(LEADLAG_UNITY)
  foreach(room blocks instruments measure report app elaborate design)
    set_target_properties(leadlag_${room} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 9)
  endforeach()
  # Classes of a source file that keep others of its anonymous namespace: to g++ the file is a header then.
  target_compile_options(leadlag_elaborate PRIVATE -Wno-subobject-linkage)
endif()
